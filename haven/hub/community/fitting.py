"""Fitting: pages of what people wrote, as many as a slow line carries.

In      rows with a text, their order, a cursor
Out     a window of at most MOST rows whose texts together stay below a page's share
Fails   BadCursor: as keyset.window()
Why     a page has at most 50 kB, and one post may have 15
Not     here: paging itself (web/keyset.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, TypeVar

from django.db.models import F, Func, IntegerField, Model, QuerySet

from haven.web.keyset import Window, last, window

MOST = 20
_SHARE_BYTES = 24_000  # of texts and what stands beside each; the rest of a page takes 20 kB
_BESIDE_BYTES = 700  # name, agency, time, what can be done
Row = TypeVar("Row", bound=Model)


def fitting(
    rows: QuerySet[Row], *, order: Sequence[str], after: str | None = None, is_last: bool = False
) -> Window[Row]:
    """Return a page of rows; the last page where `is_last` says so."""
    size = Func(F("text"), function="octet_length", output_field=IntegerField())
    plain: Any = rows.select_related(None).prefetch_related(None)
    measured = plain.defer("text").annotate(size=size)

    def page(of: QuerySet[Row], n: int) -> Window[Row]:
        if is_last:
            return last(of, order=order, size=n)
        return window(of, order=order, after=after, size=n)

    sizes = [one.size + _BESIDE_BYTES for one in page(measured, MOST)]
    # A shorter page keeps the rows at its beginning or, walking back, those at its end.
    fits = min(_n_within(sizes), _n_within(sizes[::-1]))
    return page(rows, max(1, fits))


def _n_within(sizes: Sequence[int]) -> int:
    """Return how many of the first sizes stay below the share together."""
    return sum(total <= _SHARE_BYTES for total in accumulate(sizes))
