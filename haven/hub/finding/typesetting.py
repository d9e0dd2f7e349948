"""A short list as a document (PDF), set by Typst with the fonts that its wheel carries.

In      plain values of exporting.py
Out     bytes, accessible (PDF/UA-1) and for keeping (PDF/A-2a)
Fails   NoFont: a script in it has no font here, so that there is no PDF
Why     it goes into a purchase file; words reach Typst as JSON and are never read as markup
Not     here: what it says (exporting.py)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext_lazy as _

from haven.web.errors import Conflict

_TEMPLATE = Path(__file__).parent / "typeset" / "shortlist.typ"
# Languages whose letters the fonts of the wheel have.
SETTABLE = ("en", "fr", "es", "ru")


class NoFont(Conflict):
    """A script of the list has no font here: the page can be printed instead."""

    code = "shortlist.no_font"
    words = _(
        "Your list has words in a script for which the PDF has no font. Print the page or save "
        "the table instead: they say the same."
    )


def pdf(told: dict[str, Any]) -> bytes:
    """Return a short list as a PDF.

    Raises:
        NoFont: A script in it has no font here.
    """
    try:
        return typst.compile(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["a-2a", "ua-1"],
            sys_inputs={"told": json.dumps(told)},
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        raise NoFont("a script of the list has no font") from None  # the error quotes words
