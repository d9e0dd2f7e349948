"""Middleware: errors into plain words, and pages that no cache keeps.

In      the request and whatever the view did
Out     a response; an error that carries `http_status` becomes a short page, or for htmx
        a short notice, with its `words`; for the API the same as JSON
Fails   other errors pass through to Django, which answers 500 and tells nothing
Why     views stay one call long, and the words are the same everywhere
Not     here: who may do what
"""

import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from haven.web import errors, failed

Respond = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)

STATUS_OF_DJANGO = {
    Http404: errors.NotFound,
    PermissionDenied: errors.NotAllowed,
    BadRequest: errors.BadInput,
}


# What a browser must not let a page of ours do; passkeys are the one thing that it may.
_UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "storage-access", "usb", "xr-spatial-tracking"),
)
_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
CLOSED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": ", ".join(
        [f"{name}=()" for name in _UNUSED] + [f"{name}=(self)" for name in _PASSKEYS]
    ),
}


def never_stored(get_response: Respond) -> Respond:
    """Return a middleware that closes each response to caches and other sites.

    It stands first, so that refusals and redirects of the others are closed as well. A
    response that says something else itself keeps it.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in CLOSED.items():
            response.headers.setdefault(name, value)
        return response

    return respond


class PlainWords:
    """Turn an error that carries `http_status` into a response in plain words."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the API's routes refuse a method in bare words, mend that."""
        response = self.get_response(request)
        error = errors.WrongMethod
        if response.status_code != error.http_status or not failed.wants_json(request):
            return response
        refused = failed.answer(request, error.http_status, error.words, error.code)
        refused["Allow"] = response["Allow"]
        return refused

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for an error, or None for one that nobody planned."""
        known = STATUS_OF_DJANGO.get(type(error))
        status = getattr(known or error, "http_status", None)
        if not isinstance(status, int):
            return None
        words = getattr(known or error, "words", errors.WebError.words)
        code = getattr(known or error, "code", errors.WebError.code)
        logger.info("%s answered with %s", code, status)
        return failed.answer(request, status, words, code)
