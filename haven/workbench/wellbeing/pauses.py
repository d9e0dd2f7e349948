"""Pauses: how long a member has worked with material, and what is said about it.

In      the last act of a member while a page of a case is open; the policy of the agency
Out     sittings; a prompt, or none
Fails   never: what cannot be told is not told
Why     hourly pauses, a soft limit and an end of the day are what those do who look longest
        at such material (evidence.py). A prompt never takes anything away
Not     here: what was seen (queries.py); stopping reveals (haven.workbench.reveals)

Work with material is: a page of a case is open on the screen and its member does something.
A pause is PAUSE_S without an act on such a page. Reading the page without touching anything
for longer counts as a pause, so the time told is never too long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from haven.workbench.wellbeing import queries
from haven.workbench.wellbeing.models import SharedCheckIn, Sitting

if TYPE_CHECKING:
    from datetime import tzinfo

    from haven.accounts.models import Member
    from haven.workbench.wellbeing.models import AgencyPolicy

PAUSE_S = 300  # Nobody has measured how long a pause has to be; five minutes are Haven's choice.
LATER_MIN = 15  # so long nothing is said after "Later"
KEEP_SHARED_DAYS = 90  # of what a member shared and did not take back
KEEP_DAYS = 35  # of sittings; then the worker erases them
NONE, BREAK, LIMIT, LATE = "", "break", "limit", "late"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said to a member now, and how long the work has lasted."""

    kind: str  # NONE, BREAK, LIMIT or LATE
    sitting_s: float  # since the last pause
    day_s: float  # today
    policy: AgencyPolicy


@transaction.atomic
def note(member: Member, *, acted_at: datetime) -> None:
    """Note an act of a member on a page of a case."""
    last = Sitting.objects.select_for_update().filter(member=member).first()
    if last is None or acted_at - last.last_at >= timedelta(seconds=PAUSE_S):
        Sitting.objects.create(member=member, began_at=acted_at, last_at=acted_at)
    elif acted_at > last.last_at:
        last.last_at = acted_at
        last.save(update_fields=["last_at"])


def prompt(member: Member, *, at: datetime) -> Prompt:
    """Return what is to be said to a member at a moment; the weightiest alone."""
    policy = queries.policy(member.agency_id or 0)
    last = Sitting.objects.filter(member=member).first()
    if last is None or at - last.last_at >= timedelta(seconds=PAUSE_S):
        return Prompt(NONE, 0.0, day_s(member, at=at), policy)
    sitting_s = (last.last_at - last.began_at).total_seconds()
    today_s = day_s(member, at=at)
    kind = NONE
    if is_late(policy, at):
        kind = LATE
    elif today_s >= 60 * policy.day_min:
        kind = LIMIT
    elif sitting_s >= 60 * policy.break_min:
        kind = BREAK
    is_quiet = last.quiet_until is not None and at < last.quiet_until
    return Prompt(NONE if is_quiet else kind, sitting_s, today_s, policy)


@transaction.atomic
def later(member: Member, *, at: datetime) -> None:
    """Say nothing for a while."""
    last = Sitting.objects.select_for_update().filter(member=member).first()
    if last is not None:
        last.quiet_until = at + timedelta(minutes=LATER_MIN)
        last.save(update_fields=["quiet_until"])


def day_s(member: Member, *, at: datetime) -> float:
    """Return how long a member has worked with material on the day of a moment, in seconds."""
    local = at.astimezone(zone_of(queries.policy(member.agency_id or 0)))
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Sitting.objects.filter(member=member, last_at__gt=begin, began_at__lte=at)
    return sum((one.last_at - max(one.began_at, begin)).total_seconds() for one in rows)


def is_late(policy: AgencyPolicy, at: datetime) -> bool:
    """Tell whether the end of the day has passed; never, where the agency set no zone.

    An hour means nothing without a zone: a wrong one would stop people in the morning.
    """
    return bool(policy.zone) and at.astimezone(zone_of(policy)).time() >= policy.late_from


def zone_of(policy: AgencyPolicy) -> tzinfo:
    """Return the time zone in which the days of an agency begin and end."""
    return ZoneInfo(policy.zone) if policy.zone else timezone.get_default_timezone()


def forget(*, at: datetime) -> int:
    """Erase old sittings and shared check-ins; by the worker. Return how many sittings."""
    shared = SharedCheckIn.objects.filter(shared_at__lt=at - timedelta(days=KEEP_SHARED_DAYS))
    shared.delete()
    old = Sitting.objects.filter(last_at__lt=at - timedelta(days=KEEP_DAYS))
    return old.delete()[0]
