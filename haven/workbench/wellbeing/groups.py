"""Sums of a whole agency for its wellbeing lead: five people or more, whole weeks, no filter.

In      the ledger, read by the worker alone; now
Out     one row for each agency and week that is over, written once
Fails   NotAllowed: no wellbeing lead
Why     whoever looks after colleagues should see a heavy month coming without seeing anyone.
        A sum written once does not change when a case is erased or a member leaves, so no two
        answers can be taken from each other
Not     here: what one member saw (queries.py): no way leads from here to it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import DurationField, ExpressionWrapper, F, Sum

from haven.accounts import access
from haven.accounts import queries as members
from haven.workbench.wellbeing import pauses, queries
from haven.workbench.wellbeing.models import Exposure, GroupWeek

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member

FEWEST = 5  # people who saw something in the week; design.md, group figures
MOST_SHARE = 0.5  # of the sum that one person may make up: else the sum tells of that person
ROUND_MIN = 5
WEEKS_BACK = 8
PLOT_HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Told:
    """One week on the page."""

    row: GroupWeek
    each: int | None  # minutes for each member on average
    x: int
    height: int
    y: int


def close_weeks(*, at: datetime) -> int:
    """Add up what is over and not yet added up, every agency's; return how many rows."""
    return sum(_close(agency, at) for agency in members.agencies())


def of_agency(member: Member) -> list[Told]:
    """Return the weeks of the agency of a wellbeing lead, the latest first.

    Raises:
        NotAllowed: No wellbeing lead.
    """
    access.require(member, "care.group")
    rows = list(GroupWeek.objects.filter(agency=member.agency_id)[:WEEKS_BACK])
    most = max((row.minutes or 0 for row in rows), default=0) or 1
    told = []
    for at, row in enumerate(reversed(rows)):
        height = round(PLOT_HEIGHT * (row.minutes or 0) / most)
        each = round(row.minutes / row.members) if row.members and row.minutes else None
        told.append(Told(row, each, 100 * at, height, 20 + PLOT_HEIGHT - height))
    return told[::-1]


def _close(agency: Agency, at: datetime) -> int:
    """Add up the weeks of one agency."""
    local = at.astimezone(pauses.zone_of(queries.policy(agency.pk)))
    monday = local.date() - timedelta(days=local.weekday())
    weeks = [monday - timedelta(weeks=back) for back in range(1, WEEKS_BACK + 1)]
    known = set(
        GroupWeek.objects.filter(agency=agency, week__in=weeks).values_list("week", flat=True)
    )
    made = []
    for week in weeks:
        if week not in known:
            begin = datetime(week.year, week.month, week.day, tzinfo=local.tzinfo)
            made.append(_sum(agency, begin))
    return len(GroupWeek.objects.bulk_create(made, ignore_conflicts=True))


def _sum(agency: Agency, begin: datetime) -> GroupWeek:
    """Return the row of one week; without figures where they would tell of a person."""
    lasted = ExpressionWrapper(F("ended_at") - F("began_at"), output_field=DurationField())
    seen = Exposure.objects.filter(
        case__agency=agency,
        began_at__gte=begin,
        began_at__lt=begin + timedelta(weeks=1),
        ended_at__isnull=False,
    )
    sums = seen.order_by().values("member").annotate(lasted=Sum(lasted))
    seconds = [one["lasted"].total_seconds() for one in sums]
    seconds = [one for one in seconds if one > 0]
    row = GroupWeek(agency=agency, week=begin.date())
    if len(seconds) >= FEWEST and max(seconds) <= MOST_SHARE * sum(seconds):
        row.members = len(seconds)
        row.minutes = ROUND_MIN * round(sum(seconds) / 60 / ROUND_MIN)
    return row
