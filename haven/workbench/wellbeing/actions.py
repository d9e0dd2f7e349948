"""Counting what is seen: it begins before anything is sent, and ends however it ends.

In      an item that was looked up with the member, a step, a share of the picture
Out     a row of the ledger
Fails   ExposureNotFound: not the member's. ExposureOver: it has ended; send nothing more
Why     nobody can see without being counted, and a page that falls silent ends by itself: a
        closed lid, a lost network and a killed server all look like that (ADR-0024)
Not     here: whether it may be seen, and the record of it (haven.workbench.reveals)

A member looks at one thing at a time: what begins ends what went on. Where nothing more was
heard, the end is the last moment at which the picture can have been seen, so the ledger may
count a few seconds too many and never one too few.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from haven.web.errors import Conflict
from haven.workbench.wellbeing import queries
from haven.workbench.wellbeing.models import LIFE_S, Exposure

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item

HOW = Exposure.How
ended = Signal()  # with `exposure`, in the transaction in which it ended; a listener may record it


class ExposureOver(Conflict):
    """What was seen has been hidden again."""

    code = "exposure.over"
    words = _("The picture was hidden again.")


@transaction.atomic
def begin(
    item: Item,
    *,
    step: int,
    area: float,
    limit_s: float | None = None,
    by: Member,
    at: datetime,
) -> Exposure:
    """Count from now on that a member sees an item; call it before anything is sent.

    Args:
        item: Looked up with the member.
        step: Of the ladder, a value of queries.STEP.
        area: Share of the picture visible at one time, 0 to 1.
        limit_s: After so many seconds it ends whatever happens; None: no limit.
        by: Who looks.
        at: Now.
    """
    going = Exposure.objects.select_for_update().filter(member=by, ended_at__isnull=True)
    for one in going:
        _end(one, HOW.BLURRED, at)
    return Exposure.objects.create(
        case_id=item.case_id,
        item=item,
        member=by,
        step=step,
        area=area,
        began_at=at,
        last_beat_at=at,
        ends_by=None if limit_s is None else at + timedelta(seconds=limit_s),
    )


@transaction.atomic
def beat(public_id: UUID, *, by: Member, at: datetime) -> Exposure:
    """Note that the picture is still there; return the row, ended where its time is over.

    Raises:
        ExposureNotFound: Not the member's.
    """
    found = _held(public_id, by)
    if found.ended_at is None and not found.is_live(at):
        _end(found, HOW.LOST, at)
    elif found.ended_at is None:
        found.last_beat_at = max(at, found.last_beat_at)
        found.save(update_fields=["last_beat_at"])
    return found


@transaction.atomic
def sent(public_id: UUID, *, area: float, by: Member, at: datetime) -> Exposure:
    """Count a picture that is about to leave the server.

    Args:
        public_id: Of the exposure.
        area: Share of the whole picture that is on it, 0 to 1.
        by: Who looks.
        at: Now.

    Raises:
        ExposureNotFound: Not the member's.
        ExposureOver: It has ended; the picture must not be sent.
    """
    found = _held(public_id, by)
    if not found.is_live(at):
        raise ExposureOver(f"exposure {found.pk} is over")
    found.n_sent += 1
    found.area_sent += area
    found.area = max(found.area, area)
    found.save(update_fields=["n_sent", "area_sent", "area"])
    return found


@transaction.atomic
def end(public_id: UUID, *, how: str, by: Member, at: datetime) -> tuple[Exposure, bool]:
    """End what is seen; ending twice changes nothing.

    Args:
        public_id: Of the exposure.
        how: A value of queries.HOW. Told too late, it counts as lost or as the limit.
        by: Who looked.
        at: Now.

    Returns:
        the row, and whether it ended just now.

    Raises:
        ExposureNotFound: Not the member's.
    """
    found = _held(public_id, by)
    was_open = found.ended_at is None
    if was_open:
        _end(found, HOW(how), at)
    return found, was_open


def sweep_lost(*, at: datetime) -> list[Exposure]:
    """End what nothing more was heard of, everyone's; by the worker. Return the rows."""
    with transaction.atomic():
        silent = list(_silent(at).select_for_update(skip_locked=True))
        for one in silent:
            _end(one, HOW.LOST, at)
    return silent


def _silent(at: datetime) -> QuerySet[Exposure]:
    """Return what has not ended and whose time is over."""
    latest = Least(F("last_beat_at") + Value(timedelta(seconds=LIFE_S)), F("ends_by"))
    return (
        Exposure.objects.filter(ended_at__isnull=True)
        .alias(seen_until=latest)
        .filter(seen_until__lte=at)
    )


def _held(public_id: UUID, by: Member) -> Exposure:
    """Return an exposure of a member, held until the transaction ends.

    Raises:
        ExposureNotFound: Not the member's.
    """
    found = Exposure.objects.select_for_update().filter(public_id=public_id, member=by).first()
    if found is None:
        raise queries.ExposureNotFound("no such exposure of this member")
    return found


def _end(one: Exposure, how: str, at: datetime) -> None:
    """Write the end of an exposure that has none; one whose time was over ended then."""
    if at >= one.latest:
        how = HOW.LIMIT if one.latest == one.ends_by else HOW.LOST
    one.ended_at, one.how = max(min(at, one.latest), one.began_at), how
    one.save(update_fields=["ended_at", "how"])
    ended.send(sender=Exposure, exposure=one)
