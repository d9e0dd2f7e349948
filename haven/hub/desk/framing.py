"""Framing: the one exception at the desk from Haven's policy of content.

In      a view of the desk; a view that previews a page
Out     pages of the desk may hold a frame of this site; a preview may be in one of this site
Why     the desk shows beside the form what members will read, and does so in a frame
Not     here: scripts and styles, for which there is no exception
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from csp.constants import SELF
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]
PREVIEWS = "wagtailadmin_pages:preview_on_"  # names of addresses begin so
_HEADER = "Content-Security-Policy"


def holds_frames(view: View) -> View:
    """Return a view whose page may hold a frame of this site."""
    return _with(view, {"frame-src": [SELF]})


def in_frame(view: View) -> View:
    """Return a view whose page may be in a frame of this site."""

    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers.pop(_HEADER, None)  # a preview went through all middleware once
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    return _with(wraps(view)(framed), {"frame-ancestors": [SELF]})


def _with(view: View, policy: dict[str, list[str]]) -> View:
    """Return a view whose pages have some directives of their own."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response._csp_replace = policy  # type: ignore[attr-defined]  # read by django-csp
        return response

    return answered
