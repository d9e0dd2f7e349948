"""Middleware: whoever is not signed in goes to the sign-in, also from a part of a page.

In      the request of anyone
Out     a redirect to the sign-in; for a part that htmx asks for, the word to load the page
        again, which then leads to the sign-in and back
Fails   closed: a view is open only where it says so itself
Why     a session ends while a page polls; htmx follows a redirect by itself and would put
        the sign-in, with a form for the password, into the middle of the case
Not     here: what a member may see
"""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRefresh

from haven.web.pages import wants_part


class SignInRequired(LoginRequiredMiddleware):
    """Ask for sign-in wherever a view does not say that it is open."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know a redirect alone
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        """Return the way to the sign-in."""
        if wants_part(request):
            return HttpResponseClientRefresh()
        return super().handle_no_permission(request, view_func)
