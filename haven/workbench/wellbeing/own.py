"""What a member saw, for the member's own page: days, cases and steps with words.

In      the member who asks, now
Out     the days of this week as bars, and rows for the table beside them
Why     whoever carries it should know how much it was, and nobody else should
Not     here: the rows (queries.py), the page (views.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from haven.workbench.cases import queries as cases
from haven.workbench.wellbeing import pauses, queries

if TYPE_CHECKING:
    from datetime import date, datetime

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

DAYS, COLUMN = 7, 100
PLOT_HEIGHT = 160
MINUTE_S, HOUR_S = 60, 3600


@dataclass(frozen=True, slots=True)
class Day:
    """One bar."""

    day: date
    seconds: float
    words: str
    x: int  # of 700, the left edge of its column
    height: int  # of PLOT_HEIGHT
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    day: date
    case: Case | None  # None: not on it any more
    step: object  # words
    times: int
    words: str
    as_whole: str  # the time in which as much was seen as whole pictures would show


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven days of a member."""

    today: str
    week: str
    days: list[Day]
    lines: list[Line]
    has_any: bool
    worked_today: str  # with material
    sitting: str  # since the last pause


def week(member: Member, *, at: datetime) -> Week:
    """Return what a member saw today and on the six days before."""
    zone = pauses.zone_of(queries.policy(member.agency_id or 0))
    today = at.astimezone(zone).date()
    seen = queries.own(member, at=at, since=today - timedelta(days=DAYS - 1), zone=zone)
    by_day = {today - timedelta(days=back): 0.0 for back in reversed(range(DAYS))}
    for one in seen:
        by_day[one.day] += one.seconds
    named = cases.visible_to(member).in_bulk({one.case_pk for one in seen})
    now = pauses.prompt(member, at=at)
    return Week(
        today=duration(by_day[today]),
        week=duration(sum(by_day.values())),
        days=_bars(by_day),
        lines=[
            Line(
                day=one.day,
                case=named.get(one.case_pk),
                step=queries.STEP(one.step).label,
                times=one.times,
                words=duration(one.seconds),
                as_whole=duration(one.area_s),
            )
            for one in seen
        ],
        has_any=bool(seen),
        worked_today=duration(now.day_s),
        sitting=duration(now.sitting_s),
    )


def duration(seconds: float) -> str:
    """Return a time in words: seconds below ten minutes, minutes below an hour."""
    whole = round(seconds)
    hours, minutes, rest = whole // HOUR_S, whole % HOUR_S // MINUTE_S, whole % MINUTE_S
    if hours:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if minutes >= 10 or (minutes and not rest):  # seconds say nothing then
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if minutes:
        return gettext("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}


def _bars(by_day: dict[date, float]) -> list[Day]:
    """Return the days with the places of their bars; the longest fills the plot."""
    most = max(by_day.values()) or 1.0
    made = []
    for at, (day, seconds) in enumerate(by_day.items()):
        height = max(2, round(PLOT_HEIGHT * seconds / most)) if seconds else 0
        made.append(
            Day(day, seconds, duration(seconds), COLUMN * at, height, 20 + PLOT_HEIGHT - height)
        )
    return made
