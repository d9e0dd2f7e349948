"""The order in which a case is worked through, kept up to date.

In      items, exhibits and verdicts as they are now
Out     one Entry for each item that was looked at, with what its place depends on
Fails   never by what is missing: an item without a fact comes later
Why     it is an order and no judgement. First items of urgent exhibits, then those whose file
        says which camera took them and when, then by the clearest face; what is known, or nearly
        the same as something judged, comes last. Verdicts have growing keys and none is
        changed, so only those since the last time are read
Not     here: giving items out (actions.py). What is written in SQL here reads the tables of
        other folders, because 100,000 rows are taken in by one statement or not at all
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import queries as analysis
from haven.workbench.cases import queueing
from haven.workbench.categories import queries as categories
from haven.workbench.known import queries as known
from haven.workbench.queue.models import Entry, State, Stop, UrgentExhibit

if TYPE_CHECKING:
    from datetime import datetime

    from haven.workbench.cases.models import Case

COMPARE = "queue.compare"
TAKE_IN = "queue.take_in"
INLINE = 5_000  # items taken in while a person waits: a fifth of a second; more by the worker
RUNNING_S = 30  # while a run is going, its items are taken in at most this often
AT_ONCE = 50  # verdicts whose near duplicates are sought by one statement: about a second

_TAKE_IN = """
INSERT INTO queue_entry (case_id, item_id, is_open, is_stopped, is_late, is_urgent, is_first,
    quality, pdq, shuffle, is_control)
SELECT case_id, id, false, false, false, false,
    taken_at <> '' AND (camera_serial <> '' OR camera_make <> '' AND camera_model <> ''),
    best_quality, CASE WHEN pdq_quality >= %(least)s THEN pdq END,
    md5(%(seed)s || id::text), false
FROM analysis_item WHERE case_id = %(case)s AND status = 'done'
ORDER BY 7 DESC, 8 DESC NULLS LAST LIMIT %(most)s
ON CONFLICT (item_id) DO UPDATE
SET is_first = excluded.is_first, quality = excluded.quality, pdq = excluded.pdq
WHERE (queue_entry.is_first, queue_entry.quality, queue_entry.pdq)
    IS DISTINCT FROM (excluded.is_first, excluded.quality, excluded.pdq)
"""
_OPEN = """
UPDATE queue_entry e SET is_open = found.is_open,
    held_by_id = CASE WHEN found.is_open THEN held_by_id END,
    held_until = CASE WHEN found.is_open THEN held_until END
FROM (
    SELECT q.id, i.status = 'done' AND NOT EXISTS (SELECT FROM categories_verdict v
        WHERE v.item_id = i.id AND v.scheme_id = %(scheme)s AND v.stands) AS is_open
    FROM queue_entry q JOIN analysis_item i ON i.id = q.item_id
    WHERE q.case_id = %(case)s AND (%(all)s OR q.item_id = ANY(%(items)s))
) found
WHERE e.id = found.id AND e.is_open <> found.is_open
"""
_MARK = """
UPDATE queue_entry e SET is_urgent = found.is_urgent, is_stopped = found.is_stopped
FROM (
    SELECT o.item_id, bool_or(o.exhibit_id = ANY(%(urgent)s)) AS is_urgent,
        bool_and(o.exhibit_id = ANY(%(stopped)s)) AS is_stopped
    FROM analysis_occurrence o JOIN evidence_exhibit x ON x.id = o.exhibit_id
    WHERE x.case_id = %(case)s AND o.item_id IS NOT NULL GROUP BY o.item_id
) found
WHERE e.item_id = found.item_id
    AND (e.is_urgent, e.is_stopped) IS DISTINCT FROM (found.is_urgent, found.is_stopped)
"""
_LATE = """
UPDATE queue_entry e SET is_late = true FROM queue_entry judged
WHERE e.case_id = %(case)s AND judged.case_id = %(case)s AND judged.item_id = ANY(%(items)s)
    AND e.is_open AND NOT e.is_late AND (e.pdq <~> judged.pdq) <= %(bits)s
"""


def state_of(case: Case, *, at: datetime) -> State:
    """Return how far the order of a case is; a new one for a case that has none."""
    found, _new = State.objects.get_or_create(
        case=case, defaults={"seed": secrets.token_hex(16), "brought_at": at}
    )
    return found


@transaction.atomic
def bring_up(case: Case, *, at: datetime, whole: bool = False) -> None:
    """Take in new items and new verdicts; nothing where somebody else is at it right now.

    Of a large case the worker takes in what is new, and until then a first part is there: the
    items that are worth most. `whole` waits for all of it. Whoever gives items out looks for
    verdicts once more, so a step left out here does no harm.
    """
    state_of(case, at=at)
    state = State.objects.select_for_update(skip_locked=not whole).filter(case=case).first()
    if state is None:
        return
    scheme = categories.current(case)
    scheme_pk = scheme.pk if scheme else None
    is_other = state.scheme_id != scheme_pk
    is_new = _take_in(case, state, at, whole=whole)
    if is_other:
        state.scheme_id, state.seen_verdict, state.compared_verdict = scheme_pk, 0, 0
        state.estimated_verdict = 0
    fresh = _fresh(case, state)
    is_all = is_other or is_new
    if fresh or is_all:  # after they were read: one that comes in between is seen once more
        pks = [item for _pk, item in fresh]
        _run(_OPEN, case=case.pk, scheme=scheme_pk, all=is_all, items=pks)
    if fresh:
        state.seen_verdict = fresh[-1][0]
    state.save(
        update_fields=[
            "scheme",
            "estimated_verdict",
            "seen_runs",
            "seen_verdict",
            "compared_verdict",
            "brought_at",
        ]
    )
    if state.seen_verdict > state.compared_verdict:
        queueing.once(COMPARE, queue="queue", lock=f"{COMPARE}-{case.pk}", case_pk=case.pk)


def mark(case: Case) -> None:
    """Bring marks of exhibits, urgent or stopped, to their items."""
    urgent = UrgentExhibit.objects.filter(case=case, ended_at__isnull=True)
    stopped = Stop.objects.filter(
        case=case, exhibit__isnull=False, stops=True, superseded_by__isnull=True
    )
    _run(
        _MARK,
        case=case.pk,
        urgent=list(urgent.values_list("exhibit", flat=True)),
        stopped=list(stopped.values_list("exhibit", flat=True)),
    )


def take_in(case_pk: int, *, at: datetime) -> None:
    """Take in all that is new; by the worker."""
    state = State.objects.select_related("case").filter(case=case_pk).first()
    if state is not None:
        bring_up(state.case, at=at, whole=True)


def compare(case_pk: int) -> None:
    """Put open items last that look nearly the same as one with a verdict; by the worker.

    Each step is a transaction of its own and starts where the last one ended.
    """
    while _compare_some(case_pk):
        pass


@transaction.atomic
def _compare_some(case_pk: int) -> bool:
    """Compare with the next few verdicts; tell whether there may be more."""
    state = State.objects.select_for_update(of=["self"]).filter(case=case_pk).first()
    if state is None:
        return False
    rows = categories.standing_verdicts(state.case, state.scheme_id)
    found = list(
        rows.filter(pk__gt=state.compared_verdict, pk__lte=state.seen_verdict)
        .order_by("pk")
        .values_list("pk", "item")[:AT_ONCE]
    )
    if found:
        _run(_LATE, case=case_pk, items=[item for _pk, item in found], bits=items.NEAR_BITS)
    state.compared_verdict = found[-1][0] if len(found) == AT_ONCE else state.seen_verdict
    state.save(update_fields=["compared_verdict"])
    return len(found) == AT_ONCE


def _take_in(case: Case, state: State, at: datetime, *, whole: bool) -> bool:
    """Take in items that came or changed since the last time; tell whether there were any."""
    runs = analysis.last_runs(case).values()
    newest = items.items(case).aggregate(newest=Max("pk"))["newest"]
    facts = [known.newest(case), *sorted((one.pk, one.state, one.n_seen) for one in runs)]
    stamp = hashlib.sha256(f"{newest} {facts}".encode()).hexdigest()
    if stamp == state.seen_runs:
        return False
    is_going = any(one.state == one.State.RUNNING for one in runs)
    if state.seen_runs and is_going and (at - state.brought_at).total_seconds() < RUNNING_S:
        return False
    is_part = not whole and items.items(case)[INLINE : INLINE + 1].exists()
    if is_part:
        queueing.once(TAKE_IN, queue="queue", lock=f"{TAKE_IN}-{case.pk}", case_pk=case.pk)
        if Entry.objects.filter(case=case).exists():
            return False
    most = INLINE if is_part else None
    _run(_TAKE_IN, case=case.pk, seed=state.seed, least=items.NEAR_QUALITY, most=most)
    mark(case)
    Entry.objects.filter(known.known(case), case=case, is_late=False).update(is_late=True)
    state.brought_at, state.compared_verdict = at, 0
    state.seen_runs = "" if is_part else stamp
    return True


def _fresh(case: Case, state: State) -> list[tuple[int, int]]:
    """Return verdicts since the last time: key and item. Those of a scheme come in order."""
    if state.scheme_id is None:
        return []
    rows = categories.verdicts(case).filter(scheme=state.scheme_id, pk__gt=state.seen_verdict)
    return list(rows.order_by("pk").values_list("pk", "item"))


def standing(case: Case, scheme_pk: int | None) -> Exists:
    """Return the condition that a verdict stands on an entry's item, in a scheme."""
    rows = categories.standing_verdicts(case, scheme_pk)
    return Exists(rows.filter(item=OuterRef("item")))


def _run(statement: str, **values: int | str | bool | list[int] | None) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
