"""Giving items out, taking them back, saying where one is, marking exhibits as urgent.

In      a case, who, when
Out     entries that are held, presence
Fails   CaseNotFound, NotAllowed, CaseLocked, ExhibitNotFound; NoScheme, Stopped, AlreadyUrgent
Why     who takes locks free rows and skips those that another one is locking at that moment, so
        two people are never given the same item. Some items are given out at random, unmarked:
        they alone say how many finds may be among the rest. Leases are no acts on the record;
        the verdicts that follow are, and so are marks
Not     here: verdicts (categories), second looks (second.py), stopping (stopping.py)
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.categories import queries as categories
from haven.workbench.evidence import queries as evidence
from haven.workbench.queue import order, queries
from haven.workbench.queue.models import ORDER, Entry, Estimate, Presence, State, UrgentExhibit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

MOST = 12  # items at once
HELD_MIN = 15  # minutes; each time the member asks for more, or opens one, they begin anew
CONTROL_PERCENT = 5  # of the items given out are picked at random
POINTS = 50  # of a curve, about: one for each 2 % of a case, and no more often than ...
LEAST_BETWEEN = 20  # ... every so many verdicts
FORGOTTEN = dt.timedelta(minutes=10)  # where somebody was, after that


class NoScheme(Conflict):
    """No scheme of categories is in use in the case."""

    code = "queue.no_scheme"
    words = _("Choose a scheme of categories for this case first.")


class Stopped(Conflict):
    """The review of the case was stopped."""

    code = "queue.stopped"
    words = _("Looking through this case was stopped. Its lead can go on with it.")


class AlreadyUrgent(Conflict):
    """The exhibit comes first already, or does not."""

    code = "queue.already_urgent"
    words = _("Somebody changed that in the meantime.")


class ReasonMissing(BadInput):
    """Why it is urgent was not said."""

    code = "queue.reason_missing"
    words = _("Say why this exhibit comes first.")


def take(case_id: UUID, *, most: int = 1, by: Member, at: datetime) -> int:
    """Give a member the next items, up to a number; what they have still counts.

    Args:
        case_id: The case.
        most: How many they want to have, 1 to MOST.
        by: The member.
        at: When.

    Returns:
        How many they have now without a verdict; fewer than asked where no more are left.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `by` may not work on a case he can see.
        NoScheme, Stopped: As they say.
    """
    case = cases.get(case_id, member=by, to="work")
    scheme = categories.current(case)
    if scheme is None:
        raise NoScheme(f"no scheme in use in case {case.pk}")
    if queries.is_stopped(case):
        raise Stopped(f"case {case.pk} was stopped")
    order.bring_up(case, at=at)
    _note_estimate(case, at)
    return _take(case, scheme.pk, max(1, min(most, MOST)), by, at)


@transaction.atomic
def _take(case: Case, scheme_pk: int | None, most: int, by: Member, at: datetime) -> int:
    """Let a member hold entries; see take()."""
    until = at + dt.timedelta(minutes=HELD_MIN)
    Entry.objects.filter(  # what got a verdict while it was held
        order.standing(case, scheme_pk), case=case, held_by=by
    ).update(held_by=None, held_until=None)
    free = queries.open_entries(case, scheme_pk)
    mine = free.filter(held_by=by, held_until__gt=at)
    keys = list(mine.order_by("pk").values_list("pk", flat=True)[:most])
    # A colleague takes part care here: items that somebody never wants to see leave `free`.
    free = free.filter(Q(held_by__isnull=True) | Q(held_until__lte=at))
    wanted = most - len(keys)
    by_chance = sum(secrets.randbelow(100) < CONTROL_PERCENT for _one in range(wanted))
    picked = _lock(free.order_by("shuffle"), by_chance)
    Entry.objects.filter(pk__in=picked).update(is_control=True)
    keys += picked
    others_first = F("put_back_by").asc(nulls_first=True)
    fresh = free.exclude(pk__in=keys)
    keys += _lock(fresh.exclude(put_back_by=by).order_by(*ORDER), most - len(keys))
    if len(keys) < most:  # nothing else is left: also what they put back
        keys += _lock(fresh.exclude(pk__in=keys).order_by(others_first, *ORDER), most - len(keys))
    Entry.objects.filter(pk__in=keys).update(held_by=by, held_until=until)
    return len(keys)


def _lock(free: QuerySet[Entry], count: int) -> list[int]:
    """Lock the first free entries that nobody else is locking; return their keys."""
    if count <= 0:
        return []
    rows = free.select_for_update(skip_locked=True, of=["self"])
    return list(rows.values_list("pk", flat=True)[:count])


@transaction.atomic
def put_back(case_id: UUID, item_pk: int, *, by: Member, at: datetime) -> None:
    """Let somebody else have an item; the member is given others first.

    Raises:
        CaseNotFound, ItemNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    item = items.item(case, item_pk)
    Entry.objects.filter(item=item, held_by=by).update(
        held_by=None, held_until=None, put_back_by=by
    )


@transaction.atomic
def leave(case_id: UUID, *, by: Member, at: datetime) -> None:
    """Let others have everything a member holds, and say that they are gone.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    Entry.objects.filter(case=case, held_by=by).update(held_by=None, held_until=None)
    Presence.objects.filter(case=case, member=by).delete()


@transaction.atomic
def be_here(
    case_id: UUID, page: str, item_pk: int | None, *, opened: bool, by: Member, at: datetime
) -> Case:
    """Note where a member is in a case.

    Args:
        case_id: The case.
        page: Kind of page, one of forms.PAGES.
        item_pk: The item on it; one of another case is none.
        opened: The page was opened just now, so what they hold stays theirs for longer.
        by: The member.
        at: When.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    item = items.items(case).filter(pk=item_pk).first() if item_pk else None
    Presence.objects.update_or_create(
        case=case, member=by, defaults={"page": page, "item": item, "seen_at": at}
    )
    Presence.objects.filter(case=case, seen_at__lt=at - FORGOTTEN).delete()
    if opened:
        until = at + dt.timedelta(minutes=HELD_MIN)
        Entry.objects.filter(case=case, held_by=by, held_until__gt=at).update(held_until=until)
    return case


@transaction.atomic
def mark_urgent(
    case_id: UUID, exhibit_id: UUID, *, reason: str, by: Member, at: datetime
) -> UrgentExhibit:
    """Let the items of an exhibit come first.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, ExhibitNotFound: `by` may not work on it.
        ReasonMissing, AlreadyUrgent: As they say.
    """
    case = cases.get(case_id, member=by, to="work")
    exhibit = evidence.get(exhibit_id, member=by, case_id=case_id)
    if not reason.strip():
        raise ReasonMissing("an urgent exhibit without a reason")
    made, is_new = UrgentExhibit.objects.get_or_create(
        exhibit=exhibit,
        ended_at=None,
        defaults={"case": case, "reason": reason.strip(), "marked_by": by, "marked_at": at},
    )
    if not is_new:
        raise AlreadyUrgent(f"exhibit {exhibit.pk} is urgent already")
    order.mark(case)
    record("queue.urgent", actor=by, target=exhibit, case_id=case.pk, at=at, reason=reason.strip())
    return made


@transaction.atomic
def end_urgent(case_id: UUID, exhibit_id: UUID, *, by: Member, at: datetime) -> None:
    """Let the items of an exhibit come in their turn again.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, ExhibitNotFound: `by` may not work on it.
        AlreadyUrgent: It is not marked any more.
    """
    case = cases.get(case_id, member=by, to="work")
    exhibit = evidence.get(exhibit_id, member=by, case_id=case_id)
    rows = UrgentExhibit.objects.filter(exhibit=exhibit, ended_at__isnull=True)
    if not rows.update(ended_by=by, ended_at=at):
        raise AlreadyUrgent(f"exhibit {exhibit.pk} is not urgent")
    order.mark(case)
    record("queue.end_urgent", actor=by, target=exhibit, case_id=case.pk, at=at)


@transaction.atomic
def _note_estimate(case: Case, at: datetime) -> None:
    """Add a point to the curve when enough was judged since the last one."""
    scheme = categories.current(case)
    if scheme is None or scheme.pk is None:
        return
    state = order.state_of(case, at=at)
    if state.seen_verdict - state.estimated_verdict < LEAST_BETWEEN:
        return  # keys grow by at least one with each verdict: not enough can have come
    rows = Entry.objects.filter(case=case)
    n_judged = rows.filter(is_open=False).count()
    last = Estimate.objects.filter(case=case, scheme=scheme.pk).order_by("-pk").first()
    before = last.n_judged if last else 0
    step = max(LEAST_BETWEEN, rows.count() // POINTS)
    missing = step - abs(n_judged - before)
    # Asked again when as many verdicts came as are missing; after a point, as lie between two.
    wait = missing - LEAST_BETWEEN if missing > 0 else 0
    State.objects.filter(pk=state.pk).update(estimated_verdict=state.seen_verdict + wait)
    if missing > 0:
        return
    found = queries.left(case)
    Estimate.objects.create(
        case=case,
        scheme_id=scheme.pk,
        at=at,
        n_judged=found.n_judged,
        n_finds=found.n_finds,
        n_left=found.n_left,
        n_control=found.n_control,
        n_control_finds=found.n_control_finds,
        expected=found.expected,
        low=found.low,
        high=found.high,
    )
