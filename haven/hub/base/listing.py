"""Listing: several lists on one page, each with pages of its own.

In      a request, the rows, and the name of the list, which is that of its cursor in the address
Out     the page of that list which the address asks for
Fails   BadCursor (400): the cursor was not made for this list
Not     here: the links (web/components/_pager.html, told the same name)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from haven.web.keyset import Window, window

SIZE = 25  # rows; a page with a few full lists stays under 50 kB

Row = TypeVar("Row", bound=Model)


def listed(
    request: HttpRequest, found: QuerySet[Row], name: str, order: Sequence[str]
) -> Window[Row]:
    """Return the page of a list that is asked for; `order` as of keyset.window()."""
    return window(found, order=order, after=request.GET.get(name), size=SIZE)
