"""What lists say, in words for a reader.

In      the names that haven.engine.known gives to what a list says, and to formats
Out     words, translated when shown; a name that is not here is shown as it is
Not     here: what a list's categories mean, which a person says (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

SAID = {
    "series": _("series"),
    "tags": _("tags"),
    "comments": _("comment"),
    "victim_identified": _("victim is named"),
    "offender_identified": _("offender is named"),
    "distributed": _("is passed around"),
    "suspected": _("is suspected"),
    "self_generated": _("taken by the person shown"),
    "id": _("number"),
}
YES_NO = {"yes": _("yes"), "no": _("no")}
FORMATS = {  # names of their makers
    "vics": "VICS",
    "caid": "CAID",
    "nsrl-2": "NSRL RDS 2",
    "nsrl-3": "NSRL RDS",
    "ncmec": "NCMEC",
    "icse": "ICSE",
    "threatexchange": "ThreatExchange",
    "kdb": "Autopsy",
    "encase": "EnCase",
    "hashkeeper": "HashKeeper",
    "csv": "CSV",
    "txt": "TXT",
}


def said(rows: Iterable[tuple[str, str]]) -> list[tuple[object, object]]:
    """Return what a list says with its names in words."""
    return [(SAID.get(name, name), YES_NO.get(text, text)) for name, text in rows]


def format_name(name: str, version: str) -> str:
    """Return a format as its makers call it."""
    return f"{FORMATS.get(name, name)} {version}".strip()
