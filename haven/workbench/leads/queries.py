"""Which leads a case has, and what hangs on each.

In      a case that was looked up with the member
Out     leads by state, kind and whose they are; those about an item or a group
Fails   LeadNotFound: not in this case
Not     here: what the program offers (offers.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from haven.web.errors import NotFound
from haven.web.keyset import Window, window
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import calibration
from haven.workbench.comparison import queries as comparison
from haven.workbench.leads.models import Lead, LeadChange
from haven.workbench.people import queries as people
from haven.workbench.search import queries as searches

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

KIND = Lead.Kind
STATE = Lead.State
STRENGTH = Lead.Strength
_ON_A_PAGE = 40
_ABOUT_ONE = 20


class LeadNotFound(NotFound):
    """No such lead in the case."""

    code = "lead.not_found"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which leads to show; empty fields choose nothing away."""

    state: str = ""
    kind: str = ""
    assigned_to: int | None = None


def leads(case: Case, *, member: Member, chosen: Filter | None = None) -> QuerySet[Lead]:
    """Return the leads of a case that pass a filter, the latest first.

    A lead of a pair tells what the first reviewer concluded. Until a second one has, who
    searched sees it and nobody else, or nobody could look at the pair without knowing.
    """
    chosen = chosen or Filter()
    found = (
        Lead.objects.filter(case=case)
        .filter(
            Q(candidate__isnull=True)
            | Q(candidate__search__asked_by=member)
            | Q(candidate__in=comparison.compared_twice())
        )
        .select_related("assigned_to", "made_by", "item", "group", "exhibit", "candidate__search")
    )
    if chosen.state:
        found = found.filter(state=chosen.state)
    if chosen.kind:
        found = found.filter(kind=chosen.kind)
    if chosen.assigned_to is not None:
        found = found.filter(assigned_to=chosen.assigned_to)
    return found


def open_to_all(case: Case) -> QuerySet[Lead]:
    """Return the leads that everyone on a case may see, whoever asks; the latest first.

    Not those of a pair that waits for its second reviewer, nor of a search that waits for its
    authority: such a search may still be refused, and takes along what it found.
    """
    waiting = [one.search.pk for one in searches.pending(case, at=timezone.now())]
    return (
        Lead.objects.filter(case=case)
        .filter(Q(candidate__isnull=True) | Q(candidate__in=comparison.compared_twice()))
        .exclude(candidate__search__in=waiting)
        .select_related("assigned_to", "made_by", "item", "group", "exhibit", "candidate__search")
        .prefetch_related("changes__made_by", "changes__assigned_to")
    )


def count(case: Case) -> int:
    """Return how many leads a case has, those that only some members may see included."""
    return Lead.objects.filter(case=case).count()


def page(case: Case, member: Member, chosen: Filter, after: str | None) -> Window[Lead]:
    """Return a page of the leads of a case."""
    return window(
        leads(case, member=member, chosen=chosen), order=("-id",), after=after, size=_ON_A_PAGE
    )


def get(case: Case, lead_id: UUID, *, member: Member) -> Lead:
    """Return one lead of a case.

    Raises:
        LeadNotFound: Not in this case.
    """
    found = leads(case, member=member).filter(public_id=lead_id).first()
    if found is None:
        raise LeadNotFound(f"no such lead in case {case.pk}")
    return found


def changes(lead: Lead) -> list[LeadChange]:
    """Return what became of a lead, the latest first."""
    return list(lead.changes.select_related("made_by", "assigned_to"))


def about_item(case: Case, item_pk: int, *, member: Member) -> list[Lead]:
    """Return the latest leads about an item, or about a group with a face on it.

    Raises:
        ItemNotFound: Not in this case.
    """
    item = items.item(case, item_pk)
    groups = faces.faces_on(item).exclude(group=None).values("group")
    found = leads(case, member=member)
    return list((found.filter(item=item) | found.filter(group__in=groups))[:_ABOUT_ONE])


def about_group(case: Case, group_id: str, *, member: Member) -> list[Lead]:
    """Return the latest leads about a group.

    Raises:
        GroupNotFound: Not in this case.
    """
    group = faces.group(case, group_id)
    return list(leads(case, member=member).filter(group=group)[:_ABOUT_ONE])


def person_of(lead: Lead) -> str:
    """Return the name that people gave to the group of a lead; empty for none."""
    if lead.group is None:
        return ""
    person = people.persons([lead.group]).get(lead.group.pk)
    return person.name if person is not None else ""


def error_behind(lead: Lead) -> calibration.Line | None:
    """Return the measured error of the distance of a lead; None where there is none."""
    if lead.distance is None:
        return None
    return calibration.at(lead.distance, lead.n_searched or 0)


def workers(case: Case) -> list[Member]:
    """Return the members who may work on a case."""
    able = cases.MAY["work"]
    return [one.member for one in cases.members(case) if one.role in able]
