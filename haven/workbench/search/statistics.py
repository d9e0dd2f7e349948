"""Annual statistics of searches for faces: numbers alone (R-AI-6, AI Act, article 26(10)).

In      an agency, a year
Out     counts by kind of authority, urgent starts, and what became of them
Why     counted from the record, which outlives the cases: erasing a case changes no number
Not     here: anything of a case, a member or a face
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from haven.audit import queries as audit
from haven.workbench.authority import queries as authority

URGENT = "urgent"
FEWEST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class Line:
    """One number with its stable name and its words."""

    name: str
    words: str
    number: int


def year_of(agency_id: int, year: int) -> list[Line]:
    """Return the numbers of one agency in one year."""
    since, until = date(year, 1, 1), date(year, 12, 31)
    by_kind = audit.tally(agency_id, "face.search", since=since, until=until, by="authority_kind")
    by_reach = audit.tally(agency_id, "face.search", since=since, until=until, by="across")

    def count(verb: str) -> int:
        return audit.tally(agency_id, verb, since=since, until=until)[""]

    kinds = [(kind, str(words)) for kind, words in authority.KIND.choices]
    return [
        Line("searches", str(_("Searches for a face")), sum(by_kind.values())),
        Line("across", str(_("of these, across cases")), by_reach.get("True", 0)),
        *(
            Line(f"kind_{kind}", str(_("on: %s")) % words, by_kind.get(kind, 0))
            for kind, words in kinds
        ),
        Line(URGENT, str(_("Urgent starts")), by_kind.get(URGENT, 0)),
        Line("authorised", str(_("Urgent starts authorised later")), count("search.authorise")),
        Line("refused", str(_("Urgent starts refused")), count("search.refuse")),
        Line("locked", str(_("Locked after 48 hours")), count("search.lock")),
        Line(
            "templates_erased",
            str(_("Cases whose face templates were erased")),
            count("templates.erase"),
        ),
    ]
