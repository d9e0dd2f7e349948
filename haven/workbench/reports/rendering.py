"""Rendering: a manifest as a page that stands alone (HTML), and as a document (PDF).

In      a manifest; the masked views it names, by their digest
Out     bytes, the same for the same manifest and the same version of Haven
Fails   NoFont: a script in the words has no font here, so that there is no PDF
Why     a report is a pure function of its manifest: nothing is asked of a database, a clock
        or a network, and whoever has the manifest can make the report again (decision 0028)
Not     here: what a report says (writing.py), the body of the page (drawing.py)

The PDF is set by Typst with the fonts that its wheel carries and no others, as PDF/A-2a, for
keeping, and PDF/UA-1, for who does not see it. Words of a manifest reach Typst as JSON and are
never read as markup; it has no network and reads no file.
"""

from __future__ import annotations

import base64
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haven.web.errors import Conflict
from haven.workbench.reports.drawing import Body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Views = Mapping[str, bytes]

_HERE = Path(__file__).parent
_TEMPLATE = _HERE / "typeset" / "report.typ"
_STYLES = tuple(_HERE / "static" / "reports" / name for name in ("standalone.css", "report.css"))
_NO_SCRIPT = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class NoFont(Conflict):
    """A script of the report has no font here: the page can be printed instead."""

    code = "report.no_font"
    words = _(
        "This report has words in a script for which the PDF has no font. Print the page "
        "instead: it has the same content."
    )


def made_with() -> dict[str, str]:
    """Return the versions that decide how a manifest looks."""
    return {"typst": version("typst")}


def body(manifest: Mapping[str, Any], source: Callable[[str], str]) -> SafeString:
    """Return the report for a page of the site.

    Args:
        manifest: Of the report.
        source: Returns the address of a view by its digest, or nothing.
    """
    return Body(manifest, source).html()


def page(manifest: Mapping[str, Any], views: Views) -> bytes:
    """Return the report as one file of HTML: no script, nothing from elsewhere.

    Args:
        manifest: Of the report.
        views: JPEG of each masked view by its digest; one that is missing is a closed tile.
    """

    def source(sha256: str) -> str:
        jpeg = views.get(sha256)
        return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else ""

    style = "".join(one.read_text(encoding="utf-8") for one in _STYLES)
    whole = format_html(
        '<!doctype html>\n<html lang="{}" dir="{}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><title>{}</title><style>\n{}</style></head>'
        "<body><header><h1>{}</h1></header><main>{}</main></body></html>\n",
        manifest["language"],
        manifest["direction"],
        _NO_SCRIPT,
        manifest["title"],
        mark_safe(style),  # noqa: S308  # two files of this package
        manifest["title"],
        body(manifest, source),
    )
    return whole.encode("utf-8")


def pdf(manifest: Mapping[str, Any], views: Views) -> bytes:
    """Return the report as a PDF, accessible and for keeping.

    Args:
        manifest: Of the report.
        views: As for page().

    Raises:
        NoFont: A script in it has no font here.
    """
    pictures = {sha256: list(jpeg) for sha256, jpeg in views.items()}
    try:
        return typst.compile(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["a-2a", "ua-1"],
            sys_inputs={"manifest": json.dumps(manifest), "views": json.dumps(pictures)},
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        raise NoFont("a script of the report has no font") from None  # the error quotes words
