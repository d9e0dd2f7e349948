"""What a member kept of the catalogue, and what is new in it for that member.

In      a member; a moment
Out     the short list, kept searches with what is new, followed tools; changes that concern them
Fails   SearchNotFound
Why     every query is of one member alone
Not     here: needs (board.py), finding itself (catalogue/finding.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from haven.hub.catalogue import finding
from haven.hub.catalogue import queries as catalogue
from haven.hub.finding.models import (
    LONGEST_NAME,
    LONGEST_NOTE,
    Feed,
    Follow,
    Listed,
    Search,
    Weekly,
)
from haven.web.errors import NotFound

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.hub.catalogue.models import Change
    from haven.hub.catalogue.queries import Shown

__all__ = ["LONGEST_NAME", "LONGEST_NOTE"]  # for forms
BY_TOOL = ("tool__name", "pk")  # order of a short list, and of followed tools
MOST_LISTED, MOST_SEARCHES, MOST_FOLLOWED = 50, 20, 200


class SearchNotFound(NotFound):
    """The member kept no such search."""

    code = "search.not_kept"


@dataclass(frozen=True, slots=True)
class OnList:
    """A tool on a short list, as its member may see it."""

    shown: Shown
    note: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept search."""

    search: Search
    n_found: int
    n_new: int


def shortlist(member: Member) -> list[OnList]:
    """Return the tools on a member's short list, by name."""
    return as_seen(list(listed(member).order_by(*BY_TOOL)), member=member)


def listed(member: Member) -> QuerySet[Listed]:
    """Return the rows of a member's short list, for a page of them."""
    return _listed(member).select_related("tool")


def as_seen(rows: list[Listed], *, member: Member) -> list[OnList]:
    """Return rows of a short list with their tools as the member may see them."""
    shown = catalogue.shown([one.tool.slug for one in rows], member=member)
    return [
        OnList(tool, one.note, one.at)
        for one, tool in zip(rows, shown, strict=True)  # a slug is of one tool
    ]


def slugs_listed(member: Member) -> frozenset[str]:
    """Return the slugs of the tools on a member's short list."""
    return frozenset(_listed(member).values_list("tool__slug", flat=True))


def slugs_followed(member: Member) -> frozenset[str]:
    """Return the slugs of the tools that a member follows."""
    return frozenset(_followed(member).values_list("tool__slug", flat=True))


def followed(member: Member) -> QuerySet[Follow]:
    """Return the tools that a member follows, for a page of them."""
    return _followed(member).select_related("tool")


def searches(member: Member) -> list[Kept]:
    """Return the searches that a member kept, by name, with what is new since the last look."""
    kept = list(_searches(member))
    wanted: dict[str, Q] = {}
    for one, fits in zip(kept, _conditions(kept, member), strict=True):
        is_new = catalogue.is_new_since(one.looked_at, member=member)
        wanted |= {f"found_{one.pk}": fits, f"new_{one.pk}": fits & is_new}
    counts = finding.count(wanted) if kept else {}
    return [Kept(one, counts[f"found_{one.pk}"], counts[f"new_{one.pk}"]) for one in kept]


def search(public_id: UUID, *, member: Member) -> Search:
    """Return one search that a member kept.

    Raises:
        SearchNotFound: There is none, or it is another's.
    """
    found = Search.objects.filter(member=member, public_id=public_id).first()
    if found is None:
        raise SearchNotFound("no such kept search of this member")
    return found


def asked(one: Search) -> finding.Asked:
    """Return what a kept search asks for; a list or value that is no more asks for nothing."""
    chosen = {
        name: tuple(value for value in one.chosen.get(name, ()) if value in choices.values)
        for name, (choices, _is_several) in finding.LISTS.items()
    }
    return finding.Asked(q=one.q, chosen={name: told for name, told in chosen.items() if told})


def concerning(member: Member, *, since: dt.datetime | None = None) -> QuerySet[Change]:
    """Return the changes of tools that a member follows or that a kept search finds.

    Who follows nothing and kept no search is told of all.
    """
    found = catalogue.changes(member)
    if since is not None:
        found = found.filter(at__gt=since)
    kept = list(_searches(member))
    if not kept and not _followed(member).exists():
        return found
    of_mine = Q(tool__in=_followed(member).values("tool"))
    for fits in _conditions(kept, member):
        of_mine |= Q(tool__in=finding.tools(fits).values("pk"))
    return found.filter(of_mine)


def weekly(member: Member) -> Weekly | None:
    """Return that a member wants the weekly letter; None where not."""
    return Weekly.objects.filter(member=member).first()


def feed(member: Member) -> Feed | None:
    """Return the feed of a member; None where there is none."""
    return Feed.objects.filter(member=member).first()


def _searches(member: Member) -> QuerySet[Search]:
    return Search.objects.filter(member=member).order_by("name")


def _conditions(kept: list[Search], member: Member) -> list[Q]:
    """Return for each kept search the condition of the tools that it finds."""
    several = {str(one.pk): asked(one) for one in kept}
    sees = catalogue.sees_restricted(member)
    return list(finding.conditions(several, sees_restricted=sees).values())


def _listed(member: Member) -> QuerySet[Listed]:
    return Listed.objects.filter(member=member)


def _followed(member: Member) -> QuerySet[Follow]:
    return Follow.objects.filter(member=member)
