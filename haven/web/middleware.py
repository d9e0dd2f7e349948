"""Middleware: errors into plain words, and pages that no cache keeps.

In      the request and whatever the view did
Out     a response; an error that carries `http_status` becomes a short page, or for htmx
        a short notice, with its `words`
Fails   other errors pass through to Django, which answers 500 and tells nothing
Why     views stay one call long, and the words are the same everywhere
Not     here: who may do what
"""

import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from haven.web import errors
from haven.web.pages import page

Respond = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)

STATUS_OF_DJANGO = {
    Http404: errors.NotFound,
    PermissionDenied: errors.NotAllowed,
    BadRequest: errors.BadInput,
}


def never_stored(get_response: Respond) -> Respond:
    """Return a middleware that forbids caches to keep a response, unless it says otherwise."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        )
        return response

    return respond


class PlainWords:
    """Turn an error that carries `http_status` into a response in plain words."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for an error, or None for one that nobody planned."""
        known = STATUS_OF_DJANGO.get(type(error))
        status = getattr(known or error, "http_status", None)
        if not isinstance(status, int):
            return None
        words = getattr(known or error, "words", errors.WebError.words)
        code = getattr(known or error, "code", errors.WebError.code)
        logger.info("%s answered with %s", code, status)
        return page(request, "web/error.html", part="error", status=status, words=words, code=code)
