"""Middleware: the Hub takes text, and nothing else, at every one of its addresses.

In      a request under /hub/ that sends something
Out     a refusal that says where material belongs, if a file or anything but a form comes
Fails   closed: a file is not read to its end, not kept in memory and not written to a disk
Why     a picture that nobody can bring is one that nobody has to look at
Not     here: what a text may say (each form)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haven.web import failed
from haven.web.errors import BadInput

FORMS = ("", "application/x-www-form-urlencoded", "application/json", "text/plain")
WITH_PARTS = "multipart/form-data"


class TextAlone(BadInput):
    """A file came where text alone is taken."""

    code = "hub.text_alone"
    words = _(
        "The Hub takes text alone: no picture, no film, no document. Nothing was kept. Report "
        "material in the way your law provides; the bodies to turn to are listed by country."
    )


class HubTakesText:
    """Refuse files under the Hub's addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass a request on that brings text, or nothing."""
        if request.path_info.startswith(settings.HAVEN_HUB_PREFIX) and _brings_other(request):
            error = TextAlone
            return failed.answer(request, error.http_status, error.words, error.code)
        return self.get_response(request)


class _NoFile(FileUploadHandler):
    """Stops a form at its first file."""

    came = False

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Take no file."""
        del args, kwargs
        self.came = True
        raise StopUpload(connection_reset=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing; it is never asked."""

    def file_complete(self, file_size: int) -> None:
        """Return no file; it is never asked."""


def _brings_other(request: HttpRequest) -> bool:
    """Tell whether something but text comes; a form is read for it, up to its first file."""
    if request.content_type != WITH_PARTS:
        return request.content_type not in FORMS
    handler = _NoFile(request)
    request.upload_handlers = [handler]
    request.POST  # noqa: B018  # reading it is what runs the handler
    return handler.came
