"""A short list to take along: what it says of each tool, as plain values and as CSV.

In      a short list as its member may see it; the day
Out     plain values for the document; a table for a spreadsheet
Fails   never
Why     who decides on a purchase has no sign-in here, and must see what is known and how
Not     here: the document (typesetting.py), recording that it was taken out (actions.py)

A cell that a spreadsheet would take for a formula gets an apostrophe before it: what a maker
or a member wrote must not run on a colleague's machine.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from haven.hub.catalogue import describing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from haven.hub.catalogue.models import Fact
    from haven.hub.catalogue.queries import Shown
    from haven.hub.finding.queries import OnList

BOM = "\ufeff"  # without it a spreadsheet reads UTF-8 as something else
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def told(listed: list[OnList], *, on: dt.date) -> dict[str, Any]:
    """Return a short list as plain values, in the reader's language."""
    return {
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "title": _("Short list of tools"),
        "made_on": on.isoformat(),
        "about": [
            _("Made on %(day)s from the catalogue of Haven's Hub.") % {"day": _day(on)},
            _("An entry is no recommendation, and nobody pays for a place."),
            _("A claim is what the maker or the press says. What is marked as not checked was "
              "written from memory: ask before you rely on it."),
        ],
        "words": {
            "page": _("page"),
            "facts": _("What is said, and on what ground"),
            "unchecked": _("not checked"),
            "note": _("Note"),
            "none": _("No tool is on the list."),
        },
        "tools": [_tool(one) for one in listed],
    }  # fmt: skip


def as_csv(listed: list[OnList], *, on: dt.date) -> bytes:
    """Return a short list as a table, one row for each tool."""
    out = io.StringIO()
    out.write(BOM)
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    lines = [_tool(one) for one in listed]
    head = [name for name, _value in _columns(lines[0], on)] if lines else [_("Tool")]
    table.writerow(map(safe, head))
    for line in lines:
        table.writerow([safe(value) for _name, value in _columns(line, on)])
    return out.getvalue().encode("utf-8")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _columns(line: dict[str, Any], on: dt.date) -> Iterator[tuple[str, str]]:
    yield _("Tool"), line["name"]
    yield _("Maker"), line["maker"]
    yield _("In short"), line["summary"]
    for row in line["rows"]:
        yield row["title"], row["value"]
    facts = line["facts"]
    yield _("What is said, and on what ground"), "\n".join(_sentence(one) for one in facts)
    yield _("Statements that nobody has checked"), str(line["n_unchecked"])
    sources = dict.fromkeys(one["source"] for one in facts if one["source"])
    yield _("Sources"), "\n".join(sources)
    yield _("Note"), line["note"]
    yield _("Entry"), line["address"]
    yield _("Made on"), on.isoformat()


def _tool(one: OnList) -> dict[str, Any]:
    shown, tool = one.shown, one.shown.tool
    maker = ", ".join(filter(None, (tool.maker.name, tool.maker.country)))
    return {
        "name": tool.name,
        "maker": maker,
        "summary": _value(describing.row(shown, "summary")),
        "rows": [{"title": title, "value": value} for title, value in _rows(shown)],
        "facts": [_fact(fact, shown) for fact in shown.facts],
        "n_unchecked": shown.n_unchecked,
        "note": one.note,
        "address": settings.HAVEN_ADDRESS + reverse("catalogue:tool", args=[tool.slug]),
    }


def _rows(shown: Shown) -> Iterator[tuple[str, str]]:
    """Yield what is said of a tool, always the same rows."""
    tool = shown.tool
    yield _("Status"), shown.status
    yield _("What is known"), shown.grade.label
    how = {"filled": shown.completeness.filled, "every": shown.completeness.every}
    yield _("Fields that hold something"), _("%(filled)s of %(every)s") % how
    checked = _day(tool.checked_on) if tool.checked_on else _("never")
    is_old = shown.age in ("stale", "lapsed")
    yield _("Last checked"), f"{checked} ({_('old')})" if is_old else checked
    for _section, rows in describing.sections(shown):
        for row in rows:
            yield str(row.title), _value(row)


def _value(row: describing.Row) -> str:
    if row.is_hidden:
        return _("shown to those who investigate alone")
    return ", ".join(map(str, row.values)) if row.is_known else _("not known")


def _fact(fact: Fact, shown: Shown) -> dict[str, Any]:
    return {
        "claim": fact.claim,
        "ground": _("not checked") if fact.is_unchecked else str(fact.get_kind_display()),
        "who": fact.said_by,
        "dated": fact.dated + (f" ({_('old')})" if fact.pk in shown.old else ""),
        "source": fact.source,
        "is_unchecked": fact.is_unchecked,
    }


def _sentence(fact: dict[str, Any]) -> str:
    ground = ", ".join(filter(None, (fact["ground"], fact["who"], fact["dated"], fact["source"])))
    return f"{fact['claim']} [{ground}]"


def _day(day: dt.date) -> str:
    return formats.date_format(day, "SHORT_DATE_FORMAT")
