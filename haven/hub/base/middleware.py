"""Middleware: the Hub takes text, and nothing else, at every one of its addresses.

In      a request under /hub/ that sends something
Out     a refusal that says where material belongs, if a file comes, a file written out as text
        in a field of a form, or anything but a form
Fails   closed: a file is not read to its end, not kept in memory and not written to a disk
Why     a picture that nobody can bring is one that nobody has to look at
Not     here: what gives a file in a text away (plain.py), what a text may say (each form)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haven.hub.base import plain
from haven.web import failed
from haven.web.errors import BadInput

FORMS = ("", "application/x-www-form-urlencoded", "application/json", "text/plain")
WITH_PARTS = "multipart/form-data"
# Parts whose forms say it beside the field and keep what else was typed (community/fields.py).
SAY_IT_THEMSELVES = frozenset({"community"})


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
        if _is_of_the_hub(request) and _brings_other(request):
            return _refusal(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Refuse a form that carries a file in one of its texts."""
        del view, args, kwargs
        part = request.resolver_match.namespace if request.resolver_match else ""
        if request.method != "POST" or not _is_of_the_hub(request) or part in SAY_IT_THEMSELVES:
            return None
        said = (one for _name, values in request.POST.lists() for one in values)
        return _refusal(request) if any(plain.file_in(str(one)) for one in said) else None


def _is_of_the_hub(request: HttpRequest) -> bool:
    return request.path_info.startswith(settings.HAVEN_HUB_PREFIX)


def _refusal(request: HttpRequest) -> HttpResponse:
    return failed.answer(request, TextAlone.http_status, TextAlone.words, TextAlone.code)


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
