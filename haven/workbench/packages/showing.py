"""Showing: what a sender said, as lines of a table that a person can read.

In      received rows
Out     headings and cells; words of ours only where the sender used one of ours
Fails   nothing: what is not known is shown as it came
Why     rows of another agency's are shown as data, never through a page made for our own
Not     here: which rows may be seen (queries.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.web.templatetags.haven import size
from haven.workbench.analysis import item_queries as items
from haven.workbench.authority import queries as authority
from haven.workbench.comparison import queries as comparison
from haven.workbench.decisions import queries as decisions
from haven.workbench.leads import queries as leads
from haven.workbench.notes import queries as notes
from haven.workbench.people import person_queries as people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrOrPromise as Text

    from haven.workbench.packages.vocabulary import Row

TITLES: dict[str, Text] = {
    "case": _("The case"),
    "authorities": _("Authority"),
    "exhibits": _("Exhibits"),
    "items": _("Items"),
    "occurrences": _("Paths"),
    "groups": _("Groups of faces"),
    "faces": _("Faces"),
    "persons": _("People"),
    "statements": _("Statements about people"),
    "verdicts": _("Categories"),
    "notes": _("Notes"),
    "leads": _("Leads"),
    "lead_steps": _("Steps of leads"),
    "comparisons": _("Comparisons of faces"),
    "decisions": _("Decisions"),
    "answers": _("Answers of second people"),
}
_BY, _AT = pgettext_lazy("who did it", "By"), _("When")
# Which fields of each table are shown, under which heading, in which order.
COLUMNS: dict[str, dict[str, Text]] = {
    "case": {
        "number": _("Number"),
        "name": _("Name"),
        "status": _("State"),
        "responsible": _("Responsible officer"),
        "opened_at": _("Opened"),
    },
    "authorities": {
        "kind": _("Kind"),
        "reference": _("Reference"),
        "issuer": _("Issued by"),
        "powers": _("It allows"),
        "valid_from": _("Valid from"),
        "valid_until": _("Valid until"),
        "notes": _("Notes"),
        "by": _BY,
        "at": _AT,
    },
    "exhibits": {"label": _("Label"), "by": _BY, "at": _AT},
    "items": {
        "sha256": _("Item"),
        "mime": _("Type"),
        "bytes": _("File size"),
        "taken_at": _("Taken"),
        "camera_model": _("Camera"),
        "faces": _("Faces"),
        "status": _("State"),
    },
    "occurrences": {"exhibit": _("Exhibit"), "path": _("Path"), "sha256": _("Item")},
    "groups": {"id": _("Group"), "faces": _("Faces"), "items": _("Items")},
    "faces": {"item": _("Item"), "position": _("Face"), "group": _("Group")},
    "persons": {
        "name": _("Name"),
        "note": _("Note"),
        "group": _("Group"),
        "by": _BY,
        "at": _AT,
    },
    "statements": {
        "person": _("Name"),
        "kind": _("Kind"),
        "role": _("Role"),
        "text": _("What"),
        "by": _BY,
        "at": _AT,
    },
    "verdicts": {
        "item": _("Item"),
        "scheme_name": _("Scheme"),
        "code": _("Code"),
        "words": _("Category"),
        "stands": _("Stands"),
        "reason": _("Reason"),
        "by": _BY,
        "at": _AT,
    },
    "notes": {
        "about": _("About"),
        "item": _("Item"),
        "text": _("Note"),
        "by": _BY,
        "at": _AT,
    },
    "leads": {
        "what": _("What"),
        "strength": _("Strength"),
        "state": _("State"),
        "disproof": _("What would disprove it"),
        "item": _("Item"),
        "by": _BY,
        "at": _AT,
    },
    "lead_steps": {
        "lead": _("Lead"),
        "state": _("State"),
        "passed_to": _("Passed on to"),
        "why": _("Why"),
        "by": _BY,
        "at": _AT,
    },
    "comparisons": {
        "item": _("Item"),
        "conclusion": _("Conclusion"),
        "sentence": _("Why"),
        "by": _BY,
        "at": _AT,
    },
    "decisions": {
        "kind": _("Kind"),
        "said": _("What is decided"),
        "reason": _("Why"),
        "state": _("State"),
        "by": _BY,
        "at": _AT,
    },
    "answers": {
        "decision": _("Decision"),
        "agrees": _("Agrees"),
        "reason": _("Why"),
        "by": _BY,
        "at": _AT,
    },
}
_ITEMS = frozenset({"sha256", "item"})
# What a word of the sender's means here, where it is one that our program writes as well.
_WORDS: dict[tuple[str, str], Mapping[Any, Any]] = {
    ("authorities", "kind"): dict(authority.KIND.choices),
    ("authorities", "powers"): dict(authority.POWER.choices),
    ("items", "status"): dict(items.STATUS.choices),
    ("statements", "kind"): dict(people.Kind.choices),
    ("statements", "role"): dict(people.ROLE.choices),
    ("notes", "about"): dict(notes.ABOUT.choices),
    ("leads", "state"): dict(leads.STATE.choices),
    ("leads", "strength"): dict(leads.STRENGTH.choices),
    ("lead_steps", "state"): dict(leads.STATE.choices),
    ("comparisons", "conclusion"): dict(comparison.CONCLUSION.choices),
    ("decisions", "kind"): dict(decisions.KIND.choices),
    ("decisions", "state"): decisions.STATES,
}
_NAMED = {"exhibit": "exhibits", "person": "persons", "lead": "leads", "decision": "decisions"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it is shown."""

    text: Text
    item: str = ""  # SHA-256, where it leads to an item
    is_short: bool = True  # fits on one line


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of one table as they are shown."""

    name: str
    title: Text
    headings: list[Text]
    rows: list[list[Cell]]


def table(
    name: str,
    rows: Iterable[Row],
    names: Mapping[tuple[str, str], str] | None = None,
    *,
    of_one_item: bool = False,
) -> Table:
    """Return rows of a table for a page.

    Args:
        name: A key of COLUMNS.
        rows: As the sender said them.
        names: What the things are called that other rows name by an id.
        of_one_item: Leave out which item a row is about.
    """
    left_out = _ITEMS if of_one_item else frozenset()
    columns = {field: words for field, words in COLUMNS[name].items() if field not in left_out}
    cells = [
        [_cell(name, field, row.get(field), names or {}) for field in columns] for row in rows
    ]
    return Table(name, TITLES[name], list(columns.values()), cells)


def _cell(name: str, field: str, value: Any, names: Mapping[tuple[str, str], str]) -> Cell:
    """Return one value as it is shown."""
    if value is None or value == "":
        return Cell("\u2013")
    if isinstance(value, bool):
        return Cell(_("yes") if value else _("no"))
    if field in _ITEMS and isinstance(value, str) and len(value) == 64:
        return Cell(f"{value[:12]}…", item=value)
    if isinstance(value, dict):
        return Cell(", ".join(filter(None, (value.get("name"), value.get("agency")))))
    words = _WORDS.get((name, field), {})
    if isinstance(value, list):
        return Cell(", ".join(str(words.get(one, one)) for one in value), is_short=False)
    if field in _NAMED:
        return Cell(names.get((_NAMED[field], str(value)), str(value)), is_short=False)
    if field == "bytes" and isinstance(value, int):
        return Cell(size(value))
    if field in {"at", "opened_at"}:
        return Cell(_moment(str(value)))
    text = str(words.get(value, value))
    return Cell(text, is_short=len(text) <= 24)


def _moment(value: str) -> str:
    """Return a moment as the reader writes it; what is none as it came."""
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return value
    return formats.date_format(timezone.localtime(read), "SHORT_DATETIME_FORMAT")
