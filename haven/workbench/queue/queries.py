"""What is held by whom, who is where, what is left, second looks and stops.

In      a case that was looked up with the member
Out     rows and figures ready for a page
Fails   SampleNotFound, LookNotFound: not in this case
Not     here: the order itself (order.py), giving items out (actions.py)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from haven.web.errors import NotFound
from haven.workbench.analysis import item_queries as items
from haven.workbench.categories import blinding
from haven.workbench.categories import queries as categories
from haven.workbench.queue import estimating, order
from haven.workbench.queue.models import (
    ORDER,
    SERVED,
    Entry,
    Estimate,
    Presence,
    Sample,
    SecondLook,
    State,
    Stop,
    UrgentExhibit,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.categories.models import Verdict
    from haven.workbench.categories.schemes import Line
    from haven.workbench.evidence.models import Exhibit

HERE_S = 60  # without a sign for longer, nobody is said to be there
CURVE_POINTS = 60


class LookNotFound(NotFound):
    """No such second look in the case."""

    code = "second_look.not_found"


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a case is: numbers of items."""

    n_left: int  # to be given out, held ones included
    n_held: int
    n_late: int  # of those left: known, or nearly the same as one judged
    n_stopped: int  # in exhibits alone that were stopped, without a verdict
    n_judged: int


@dataclass(frozen=True, slots=True)
class Left:
    """How many finds may be left, and what that was worked out from."""

    n_judged: int
    n_finds: int
    n_left: int
    n_control: int
    n_control_finds: int
    expected: float
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        """Tell whether the control sample is large enough to say something."""
        return self.n_control >= estimating.LEAST_CONTROL or self.n_left == 0


@dataclass(frozen=True, slots=True)
class Coming:
    """Items that are not in order yet, with a category and without."""

    n_left: int
    n_judged: int
    n_finds: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A second look with both categories in words."""

    look: SecondLook
    first: str
    second: str
    settled: str  # empty: not yet
    lines: list[Line]  # categories with which it can be settled

    @property
    def is_same(self) -> bool:
        """Tell whether both gave the same category."""
        return self.look.first_code == self.look.code


def counts(case: Case, *, at: datetime) -> Counts:
    """Return how far a case is."""
    late, stopped = Q(is_late=True), Q(is_open=True, is_stopped=True)
    found = Entry.objects.filter(case=case).aggregate(
        n_left=Count("pk", filter=SERVED),
        n_held=Count("pk", filter=Q(held_by__isnull=False, held_until__gt=at)),
        n_late=Count("pk", filter=SERVED & late),
        n_stopped=Count("pk", filter=stopped),
        n_judged=Count("pk", filter=Q(is_open=False)),
    )
    return Counts(**found)


def is_filling(case: Case) -> bool:
    """Tell whether only a first part of a large case is in order yet."""
    return State.objects.filter(case=case, seen_runs="").exists()


def held(case: Case, member: Member, *, at: datetime) -> list[Item]:
    """Return the items that a member has now, in the order of their keys, verdicts or not.

    By keys and not by value: which of them is there by chance is not to be seen.
    """
    mine = Entry.objects.filter(case=case, held_by=member, held_until__gt=at)
    return list(items.items(case).filter(pk__in=mine.values("item")).order_by("pk"))


def open_entries(case: Case, scheme_pk: int | None) -> QuerySet[Entry]:
    """Return entries that can be given out; no verdict stands on them at this moment."""
    return Entry.objects.filter(SERVED, case=case).exclude(order.standing(case, scheme_pk))


def urgent(case: Case) -> list[UrgentExhibit]:
    """Return the exhibits that come first."""
    rows = UrgentExhibit.objects.filter(case=case, ended_at__isnull=True)
    return list(rows.select_related("exhibit", "marked_by").order_by("pk"))


def present(case: Case, *, at: datetime, but: Member | None = None) -> list[Presence]:
    """Return who is on a case now and where, by name."""
    since = at - dt.timedelta(seconds=HERE_S)
    rows = Presence.objects.filter(case=case, seen_at__gte=since).select_related("member")
    rows = rows.exclude(member=but) if but else rows
    return list(rows.order_by("member__display_name", "pk"))


def stopped(case: Case, exhibit: Exhibit | None = None) -> Stop | None:
    """Return the last decision on stopping a case, or one exhibit of it; None without one."""
    return Stop.objects.filter(case=case, exhibit=exhibit).order_by("-pk").first()


def is_stopped(case: Case) -> bool:
    """Tell whether the review of a whole case was stopped."""
    last = stopped(case)
    return last is not None and last.stops


def stops(case: Case) -> QuerySet[Stop]:
    """Return every decision on stopping, the latest first."""
    return Stop.objects.filter(case=case).select_related("exhibit", "decided_by")


def left(case: Case, exhibit: Exhibit | None = None) -> Left:
    """Return how many finds may be among what is left of a case, or of one exhibit.

    The control sample is those that were given out at random and judged, and that the value
    order has not reached yet: of what is left it is a random part, whatever the order did
    before. A find is a verdict after which something is to be done.
    """
    scheme = categories.current(case)
    entries = Entry.objects.filter(case=case, is_stopped=False)
    entries = (
        entries.filter(item__in=items.below(case, exhibit).values("pk")) if exhibit else entries
    )
    served = entries.filter(is_open=True)
    control = entries.filter(_beyond(served), is_open=False, is_control=True)
    judged = entries.filter(is_open=False)
    coming = _coming(case, scheme, exhibit)
    n_left, n_control = served.count() + coming.n_left, control.count()
    n_control_finds = _finds(case, scheme, control).count()
    found = estimating.left(n_left, n_control, n_control_finds)
    return Left(
        n_judged=judged.count() + coming.n_judged,
        n_finds=_finds(case, scheme, judged).count() + coming.n_finds,
        n_left=n_left,
        n_control=n_control,
        n_control_finds=n_control_finds,
        expected=found.expected,
        low=found.low,
        high=found.high,
    )


def _coming(case: Case, scheme: categories.InUse | None, exhibit: Exhibit | None) -> Coming:
    """Return what is not in order yet: nobody asked for the next item since it came."""
    found = items.below(case, exhibit) if exhibit else items.items(case)
    found = found.filter(~Exists(Entry.objects.filter(item=OuterRef("pk"))), status="done")
    here = OuterRef("pk")
    told = found.aggregate(
        n=Count("pk"),
        n_judged=Count("pk", filter=Exists(_standing(case, scheme).filter(item=here))),
        n_finds=Count("pk", filter=Exists(_to_do(case, scheme).filter(item=here))),
    )
    return Coming(told["n"] - told["n_judged"], told["n_judged"], told["n_finds"])


def curve(case: Case) -> list[Estimate]:
    """Return the points of the curve in the main scheme, thinned evenly to those shown."""
    scheme = categories.current(case)
    if scheme is None or scheme.pk is None:
        return []
    found = list(Estimate.objects.filter(case=case, scheme=scheme.pk).order_by("pk"))
    step = max(1, -(-len(found) // CURVE_POINTS))
    return found[::-1][::step][::-1]


def looks(case: Case) -> QuerySet[SecondLook]:
    """Return the second looks of a case."""
    rows = SecondLook.objects.filter(case=case)
    return rows.select_related(
        "sample", "item", "first__scheme", "first_by", "given_by", "settled"
    )


def look(case: Case, look_id: UUID) -> SecondLook:
    """Return one second look.

    Raises:
        LookNotFound: Not in this case.
    """
    found = looks(case).filter(public_id=look_id).first()
    if found is None:
        raise LookNotFound(f"no such second look in case {case.pk}")
    return found


def pairs(case: Case) -> list[Pair]:
    """Return the second looks that were given, disagreements first."""
    found = [pair(one) for one in looks(case).exclude(code="").order_by("pk")]
    return sorted(found, key=lambda one: (one.is_same, bool(one.settled)))


def pairs_for(case: Case, member: Member, *, at: datetime) -> list[Pair]:
    """Return the pairs that a member may see: not those of items they are blind to now."""
    hidden = blinding.hidden(case, member, at=at)
    return [one for one in pairs(case) if one.look.item_id not in hidden]


def samples(case: Case) -> list[Sample]:
    """Return the samples that were drawn in a case, the latest first."""
    return list(Sample.objects.filter(case=case).select_related("drawn_by"))


def pair(one: SecondLook) -> Pair:
    """Return a second look with both categories in words."""
    scheme = one.first.scheme.scheme
    settled = f"{one.settled.code} · {scheme.said(one.settled.code)}" if one.settled else ""
    return Pair(
        one,
        f"{one.first_code} · {scheme.said(one.first_code)}",
        f"{one.code} · {scheme.said(one.code)}",
        settled,
        scheme.lines,
    )


def waiting_for(case: Case, member: Member, *, at: datetime) -> QuerySet[SecondLook]:
    """Return second looks that a member can give: not judged by them, and with nobody else."""
    free = Q(held_by__isnull=True) | Q(held_until__lte=at) | Q(held_by=member)
    return SecondLook.objects.filter(free, case=case, code="").exclude(first_by=member)


def blind_to(case: Case, member: Member, *, at: datetime) -> SecondLook | None:
    """Return the second look that a member has now, or None."""
    rows = looks(case).filter(held_by=member, held_until__gt=at, code="")
    return rows.order_by("pk").first()


def _finds(
    case: Case, scheme: categories.InUse | None, entries: QuerySet[Entry]
) -> QuerySet[Entry]:
    """Return the entries on which a verdict stands after which something is to be done."""
    return entries.filter(Exists(_to_do(case, scheme).filter(item=OuterRef("item"))))


def _standing(case: Case, scheme: categories.InUse | None) -> QuerySet[Verdict]:
    """Return the verdicts that stand in a scheme; none where nobody used it yet."""
    return categories.standing_verdicts(case, scheme.pk if scheme else None)


def _to_do(case: Case, scheme: categories.InUse | None) -> QuerySet[Verdict]:
    """Return the standing verdicts after which something is to be done: finds."""
    codes = [one.code for one in scheme.scheme.codes if not one.closes] if scheme else []
    return _standing(case, scheme).filter(code__in=codes)


def _beyond(served: QuerySet[Entry]) -> Q:
    """Return the condition of entries behind the first that is left, in the order of value."""
    names = [one.lstrip("-") for one in ORDER]
    front = served.order_by(*ORDER).values_list(*names).first()
    if front is None:
        return Q(pk__in=())
    condition = Q()
    equal: dict[str, object] = {}
    for name, value in zip(ORDER, front, strict=True):
        plain = name.lstrip("-")
        way = "lt" if name.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{plain}__{way}": value})
        equal[plain] = value
    return condition
