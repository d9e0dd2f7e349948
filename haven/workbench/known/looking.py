"""Looking up: the items of a case in the lists of its agency; by the worker.

In      a case; the lists that count
Out     hits, each with the list's own words; entries set aside that look like everything
Fails   a list that cannot be opened is left out and says so; the others are asked
Why     each list remembers up to which item it was asked, so that asking again costs nothing
        and a new list is asked for all there is
Not     here: what a page makes of a hit (queries.py)
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from haven.audit.actions import record
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import known
from haven.workbench.cases import queries as cases
from haven.workbench.cases.keys import KeyGone, WrapperTrouble
from haven.workbench.known import queries, storing
from haven.workbench.known.models import Hit, Looked, SetAside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.known.models import KnownList

AT_ONCE = 5_000  # items of one transaction
NEAREST = 5  # entries of a list that one picture is said to look like
# An entry that looks like more pictures of one case than this, in number and in share, is a flat
# or common picture and no lead. Both numbers are ours, and careful: what is set aside is shown.
FLOOD, FLOOD_SHARE = 50, 0.02
_TROUBLE = (known.ListTrouble, KeyGone, WrapperTrouble, OSError)
_log = logging.getLogger(__name__)


def look_up(case_pk: int, *, at: datetime) -> int:
    """Look the items of a case up that were not yet, in every list; return how many hits came."""
    case = cases.every_case().filter(pk=case_pk).first()
    if case is None or cases.is_erasing(case_pk):
        return 0
    new = 0
    for one in queries.in_use(case.agency_id, on=timezone.localdate(at)):
        try:
            while (found := _some(case, one, at)) is not None:
                new += found
        except _TROUBLE as error:
            _log.error("list %s cannot be asked: %s", one.pk, getattr(error, "code", "os"))
            continue
        _guard(case, one, at)
    return new


@contextmanager
def known_good(case: Case) -> Iterator[Callable[[known.Digests], bool]]:
    """Give the question whether a content needs no look, for a run of a case.

    It needs none where a list of known good files has it for sure, by SHA-256 or by SHA-1 and
    MD5 together, and no list of alerts has it in any way.
    """
    lists = list(queries.in_use(case.agency_id, on=timezone.localdate()))
    good = [one for one in lists if one.kind == queries.KIND.KNOWN_GOOD]
    with ExitStack() as opened:
        sure = [o for one in good if (o := _opened(opened, one)) is not None]
        others = [one for one in lists if one.kind == queries.KIND.ALERT] if sure else []
        alerts = [o for one in others if (o := _opened(opened, one)) is not None]
        # An alert list that cannot be asked might have it: then everything is looked at.
        sure = sure if len(alerts) == len(others) else []

        def needs_none(digests: known.Digests) -> bool:
            if not any(_is_sure(hit) for one in sure for hit in one.look_up([digests])[0]):
                return False
            return not any(one.look_up([digests])[0] for one in alerts)

        yield needs_none


def _opened(stack: ExitStack, one: KnownList) -> known.KnownList | None:
    """Return a list open to be asked, or None where it cannot be."""
    try:
        return stack.enter_context(
            known.opened(storing.folder(one.public_id), storing.key_of(one))
        )
    except _TROUBLE as error:
        _log.error("list %s cannot be asked: %s", one.pk, getattr(error, "code", "os"))
        return None


def _is_sure(hit: known.Hit) -> bool:
    return hit.certainty in (known.CERTAINTY.SAME_BYTES, known.CERTAINTY.TWO_DIGESTS)


@transaction.atomic
def _some(case: Case, one: KnownList, at: datetime) -> int | None:
    """Look the next items up in one list; return how many hits came, None when all were asked."""
    Looked.objects.get_or_create(case=case, known_list=one, defaults={"at": at})
    state = Looked.objects.select_for_update().get(case=case, known_list=one)
    some = list(items.items(case).filter(pk__gt=state.last_item).order_by("pk")[:AT_ONCE])
    if not some:
        return None
    rows = _hits(case, one, some, at)
    Hit.objects.bulk_create(rows, ignore_conflicts=True)
    state.last_item, state.at = some[-1].pk, at
    state.save(update_fields=["last_item", "at"])
    return len(rows)


def _hits(case: Case, one: KnownList, some: list[Item], at: datetime) -> list[Hit]:
    """Return the rows of the hits of items in one list."""
    folder, key = storing.folder(one.public_id), storing.key_of(one)
    with known.opened(folder, key) as asked:
        exact = asked.look_up(known.digests_of(some))
        found = [(item, hit) for item, hits in zip(some, exact, strict=True) for hit in hits]
        if one.kind != queries.KIND.KNOWN_GOOD and one.manifest["counts"]["pdq"]:
            found += _near(folder, key, some, found)
        told = {hit.entry: asked.told(hit.entry) for _item, hit in found}
    return [
        Hit(
            case=case,
            item=item,
            known_list=one,
            entry=hit.entry,
            certainty=hit.certainty.value,
            agree=list(hit.agree),
            differ=list(hit.differ),
            bits=hit.bits,
            category=told[hit.entry].category[:80],
            said={name: text[:500] for name, text in told[hit.entry].said.items()},
            found_at=at,
        )
        for item, hit in found
    ]


def _near(
    folder: Path, key: bytes, some: list[Item], exact: list[tuple[Item, known.Hit]]
) -> list[tuple[Item, known.Hit]]:
    """Return the hits of items that look like an entry, without those found exactly."""
    clear = [
        item
        for item in some
        if item.pdq is not None and (item.pdq_quality or 0) >= items.NEAR_QUALITY
    ]
    there = {(item.pk, hit.entry) for item, hit in exact}
    near = known.near(folder, key, [item.pdq for item in clear], most=NEAREST)
    return [
        (item, hit)
        for item, hits in zip(clear, near, strict=True)
        for hit in hits
        if (item.pk, hit.entry) not in there
    ]


@transaction.atomic
def _guard(case: Case, one: KnownList, at: datetime) -> None:
    """Set entries aside that look like very many pictures of the case, and put it on record."""
    near = Hit.objects.filter(case=case, known_list=one, certainty=queries.CERTAINTY.NEAR)
    most = max(FLOOD, int(FLOOD_SHARE * items.items(case).exclude(pdq=None).count()))
    flooding = near.values("entry").annotate(n=Count("item")).filter(n__gt=most).order_by("entry")
    for row in flooding:
        made, is_new = SetAside.objects.get_or_create(
            known_list=one,
            entry=row["entry"],
            ended_at=None,
            defaults={
                "agency_id": one.agency_id,
                "how": SetAside.How.FLOOD,
                "n_hits": row["n"],
                "set_at": at,
            },
        )
        if is_new:
            record(
                "known.set_aside",
                actor=None,
                target=made,
                agency_id=one.agency_id,
                at=at,
                list=one.pk,
                entry=made.entry,
                n_hits=made.n_hits,
            )
