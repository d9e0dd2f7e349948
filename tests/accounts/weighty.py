"""Addresses for tests of step-up: a page that weighs more, and the form on it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from haven.accounts.step_up import fresh_factor_required
from haven.site.urls import handler400, handler403, handler404, handler500  # noqa: F401
from haven.site.urls import urlpatterns as ours

DONE: list[str] = []


@fresh_factor_required
def weighty(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        DONE.append(request.POST["reason"])
    return HttpResponse(f"done {request.method} {request.GET.get('page', '')}")


urlpatterns = [*ours, path("weighty/", weighty, name="weighty")]
