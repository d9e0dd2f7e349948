"""“Not me, please”: an item or a whole case is hidden from a member and handed to a colleague.

In      a case looked up with the member
Out     rows that say what waits, and rows that say who asked, told to few
Fails   CaseNotFound, ItemNotFound, NotAllowed, CaseLocked; HandedNotFound: not in the case,
        taken before, or one's own
Why     control over what one looks at is what helps (evidence.py), and only if it costs
        nothing: no reason is asked, nobody counts it. Asking not to see something is not put
        on the record, because an entry between two others tells whose it is; taking it over is
Not     here: keeping the picture back (analysis/queries.py asks is_kept)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from haven.audit.actions import record
from haven.web.errors import NotFound
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.wellbeing.models import Handed, OptOut

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case


class HandedNotFound(NotFound):
    """Nothing of this kind waits in the case."""

    code = "handed.not_found"


@dataclass(frozen=True, slots=True)
class Passed:
    """What a member asked not to see in a case: `item.pk in passed`."""

    whole: bool
    items: frozenset[int]

    def __contains__(self, item_pk: int) -> bool:
        return self.whole or item_pk in self.items


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a colleague, what this member took, and what is this member's own."""

    waiting: list[Handed]
    taken: list[Handed]  # with opt_out.member: who takes it may know
    own: list[Handed]


def is_kept(member: Member, item_pk: int) -> bool:
    """Tell whether a member asked not to see an item, by itself or with its case."""
    whole = Q(handed__item=None, handed__case__in=items.case_of(item_pk))
    mine = OptOut.objects.filter(member=member)
    return mine.filter(Q(handed__item=item_pk) | whole).exists()


def passed(case: Case, member: Member) -> Passed:
    """Return what a member asked not to see in a case."""
    rows = OptOut.objects.filter(member=member, handed__case=case)
    keys = set(rows.values_list("handed__item", flat=True))
    return Passed(None in keys, frozenset(one for one in keys if one is not None))


def own(item: Item, member: Member) -> Handed | None:
    """Return the member's own request not to see an item, the case's before the item's."""
    rows = Handed.objects.filter(opt_out__member=member, case=item.case_id)
    return rows.filter(Q(item=item) | Q(item=None)).order_by("item_id").first()


def listing(case: Case, *, member: Member) -> Waiting:
    """Return what was handed over in a case, as far as the member may know."""
    rows = Handed.objects.filter(case=case).select_related("item")
    mine = rows.filter(opt_out__member=member)
    waits = rows.filter(taken_by=None).exclude(pk__in=mine.values("pk"))
    once = {one.item_id: one for one in waits}  # two who ask the same wait once
    return Waiting(
        waiting=list(once.values()),
        taken=list(rows.filter(taken_by=member).select_related("opt_out__member")),
        own=list(mine),
    )


@transaction.atomic
def pass_on(case_id: UUID, item_pk: int | None, *, by: Member) -> None:
    """Hide an item, or with None the whole case, from a member and let a colleague take it.

    Raises:
        CaseNotFound, ItemNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    item = None if item_pk is None else items.item(case, item_pk)
    if OptOut.objects.filter(member=by, handed__case=case, handed__item=item).exists():
        return
    handed = Handed.objects.create(case=case, item=item)
    OptOut.objects.create(handed=handed, member=by)


@transaction.atomic
def take_back(case_id: UUID, handed_id: UUID, *, by: Member) -> Handed:
    """Let a member see again what was passed on; nothing of it stays.

    Raises:
        CaseNotFound: Not there or not to be seen.
        HandedNotFound: Not this member's.
    """
    case = cases.get(case_id, member=by)
    found = Handed.objects.filter(case=case, public_id=handed_id, opt_out__member=by).first()
    if found is None:
        raise HandedNotFound(f"nothing of this kind in case {case.pk}")
    OptOut.objects.filter(handed=found, member=by).delete()
    Handed.objects.filter(pk=found.pk).delete()
    return found


@transaction.atomic
def take(case_id: UUID, handed_id: UUID, *, by: Member, at: datetime) -> Handed:
    """Take over what a colleague asked not to see.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on the case.
        HandedNotFound: Not in the case, taken before, or one's own.
    """
    case = cases.get(case_id, member=by, to="work")
    waits = {one.public_id: one for one in listing(case, member=by).waiting}
    chosen = waits.get(handed_id)
    if chosen is None:
        raise HandedNotFound(f"nothing of this kind waits in case {case.pk}")
    same = Handed.objects.filter(case=case, item=chosen.item_id, taken_by=None)
    mine = OptOut.objects.filter(member=by).values("handed")
    same.exclude(pk__in=mine).update(taken_by=by, taken_at=at)
    record(
        "handed.take",
        actor=by,
        target=chosen.item or case,
        case_id=case.pk,
        at=at,
        whole=chosen.item_id is None,
    )
    return chosen
