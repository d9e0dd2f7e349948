"""The annual statistics, as a page and as CSV.

In      requests of administrators and auditors
Out     numbers of their own agency
Not     here: searching and its pages (haven.workbench.review)
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from haven.web.pages import page
from haven.workbench.search import statistics as numbers

if TYPE_CHECKING:
    from haven.accounts.requests import MemberRequest


@require_safe
def statistics(request: MemberRequest) -> HttpResponse:
    this_year = timezone.localdate().year
    year = _year(request)
    return page(
        request,
        "search/statistics.html",
        year=year,
        years=range(this_year, max(numbers.FEWEST_YEAR, this_year - 5) - 1, -1),
        lines=numbers.year_of(request.user.agency_id or 0, year),
    )


@require_safe
def statistics_csv(request: MemberRequest) -> HttpResponse:
    year = _year(request)
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=face-searches-{year}.csv"},
    )
    rows = csv.writer(response)
    rows.writerow(["year", "name", "number"])
    for line in numbers.year_of(request.user.agency_id or 0, year):
        rows.writerow([year, line.name, line.number])
    return response


def _year(request: MemberRequest) -> int:
    """Return the year asked for; this year where none, or nonsense, was."""
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    is_year = asked.isascii() and asked.isdecimal() and len(asked) == len("2026")
    return max(numbers.FEWEST_YEAR, min(int(asked), this_year)) if is_year else this_year
