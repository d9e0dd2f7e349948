"""Site pages: the start, the keys, the style guide, and what is said when something fails.

In      requests
Out     pages; the error pages tell a status and nothing else
Not     here: pages of a part; each part has its own views
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts.requests import MemberRequest
from haven.web import errors, failed
from haven.web.pages import page
from haven.web.templatetags.haven import ICONS
from haven.workbench.analysis import sandbox

LAYERS = {
    "limits": _("Limits of time and memory"),
    "namespaces": _("A file system and network of their own"),
    "landlock": _("A wall around files (Landlock)"),
    "syscalls": _("A filter of system calls"),
}


def home(request: MemberRequest) -> HttpResponse:
    start = next((one for one in access.STARTS if access.opens(request.user, one)), None)
    return redirect(start) if start else page(request, "site/start.html")


def keys(request: HttpRequest) -> HttpResponse:
    return page(request, "web/keys.html")


def installation(request: HttpRequest) -> HttpResponse:
    told = sandbox.last_told()
    layers = [{**one, "title": LAYERS[one["name"]]} for one in told["layers"]] if told else []
    at = parse_datetime(told["at"]) if told else None
    return page(request, "site/installation.html", told=told, layers=layers, at=at)


def styleguide(request: HttpRequest) -> HttpResponse:
    return page(request, "site/styleguide.html", icons=sorted(ICONS))


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception  # what was wrong is for the log
    return _failed(request, errors.BadInput)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return _failed(request, errors.NotAllowed)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return _failed(request, errors.NotFound)


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason
    words = _("This page was open for too long. Go back, load it again and repeat the step.")
    return failed.answer(request, errors.NotAllowed.http_status, words, "web.csrf")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without the database, the session or the member: any of them may be what failed."""
    words, code = errors.WebError.words, "site.failed"
    if failed.wants_json(request):
        return failed.answer(request, 500, words, code)
    body = loader.render_to_string("site/500.html", {"words": words, "code": code})
    return HttpResponse(body, status=500)


def _failed(request: HttpRequest, error: type[errors.WebError]) -> HttpResponse:
    """Return the answer to a failure, the same as middleware.PlainWords gives."""
    return failed.answer(request, error.http_status, error.words, error.code)
