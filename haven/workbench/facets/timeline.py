"""Timeline: how many items say they were taken when.

In      a case that was looked up with the member; a filter
Out     a Timeline: bins of one level in order, and what says no date
Fails   never: a date that is none is "no date"
Why     the link of each bin is a filter, and shows exactly the items counted
Not     here: drawing (drawing.py)

A date is what the file says: the camera's own clock, set right or wrong.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear, Substr

from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

MOST_YEARS = 60  # in a row; wider than that, years without items are left out
_LEVELS = {0: "year", 4: "month", 7: "day", 10: "hour"}  # by the length of a period
_PART = {"year": ExtractYear, "month": ExtractMonth, "day": ExtractDay}


@dataclass(frozen=True, slots=True)
class Bin:
    """One year, month, day or hour."""

    period: str  # as the filter takes it
    begins: date
    hour: int  # of the day; 0 where the level is no hour
    count: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Items in time. `total` is the sum of all bins, `no_date` and `no_hour`."""

    level: str  # "year", "month", "day" or "hour"
    within: str  # the period that is shown; empty: all
    above: str | None  # the period one level up; None at the top
    bins: list[Bin]
    no_date: int
    no_hour: int  # on the day shown
    total: int
    with_gaps: bool  # years without items are left out


def timeline(case: Case, chosen: item_filter.Filter) -> Timeline:
    """Return the items of a case that pass a filter, in time."""
    taken = chosen.taken.text if chosen.taken else ""
    if taken == item_filter.NO_DATE:
        total = items.items(case, chosen).count()
        return Timeline("year", taken, "", [], total, 0, total, with_gaps=False)
    level = _LEVELS[len(taken[:10])]
    within = taken[:10] if level == "hour" else taken
    found = items.items(case, chosen)
    dated = found.filter(taken_on__isnull=False)
    counts = _hours(dated, within) if level == "hour" else _parts(dated, level)
    no_hour = counts.pop(-1, 0)
    no_date = 0 if taken else found.filter(taken_on__isnull=True).count()
    bins, with_gaps = _bins(counts, level, within)
    total = sum(counts.values()) + no_hour + no_date
    above = within.rpartition("-")[0] if within else None
    return Timeline(level, within, above, bins, no_date, no_hour, total, with_gaps=with_gaps)


def _parts(dated: QuerySet[Item], level: str) -> dict[int, int]:
    """Return counts by the number of the year, the month or the day."""
    rows = dated.annotate(part=_PART[level]("taken_on")).values_list("part")
    return dict(rows.annotate(n=Count("pk")).order_by("part"))


def _hours(dated: QuerySet[Item], day: str) -> dict[int, int]:
    """Return counts by hour; under -1 those that say no hour."""
    clocked = dated.filter(taken_at__regex=item_filter.with_hour(date.fromisoformat(day)))
    rows = clocked.annotate(part=Substr("taken_at", 12, 2)).values_list("part")
    counts = {int(hour): n for hour, n in rows.annotate(n=Count("pk")).order_by("part")}
    return counts | {-1: dated.count() - sum(counts.values())}


def _bins(counts: dict[int, int], level: str, within: str) -> tuple[list[Bin], bool]:
    """Return a bin for each part of a period, also for those without items."""
    if level == "hour":
        day = date.fromisoformat(within)
        return [
            Bin(f"{within}T{hour:02}", day, hour, counts.get(hour, 0)) for hour in range(24)
        ], False
    if level == "day":
        year, month = map(int, within.split("-"))
        return [
            Bin(f"{within}-{day:02}", date(year, month, day), 0, counts.get(day, 0))
            for day in range(1, monthrange(year, month)[1] + 1)
        ], False
    if level == "month":
        return [
            Bin(f"{within}-{month:02}", date(int(within), month, 1), 0, counts.get(month, 0))
            for month in range(1, 13)
        ], False
    if not counts:
        return [], False
    span = range(min(counts), max(counts) + 1)
    with_gaps = len(span) > MOST_YEARS
    years = sorted(counts) if with_gaps else list(span)
    return [Bin(f"{y:04}", date(y, 1, 1), 0, counts.get(y, 0)) for y in years], with_gaps
