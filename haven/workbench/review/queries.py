"""What a reviewer sees: the items of a case as tiles.

In      a case that was looked up with the member
Out     rows ready for a page
Fails   never
Not     here: what was found (haven.workbench.analysis), people (haven.workbench.people)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haven.web.keyset import Window, window
from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items
from haven.workbench.review import words

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.categories.queries import Label
    from haven.workbench.known.queries import Mark
    from haven.workbench.wellbeing.handing import Passed

ITEMS_ON_A_PAGE = 60


@dataclass(frozen=True, slots=True)
class Tile:
    """An item as the grid shows it: a masked view, or a closed tile with words."""

    item: Item
    is_open: bool
    icon: str
    title: object
    text: object
    label: Label | None = None  # the verdict that stands, in the scheme of the page


def tile(
    item: Item,
    label: Label | None = None,
    passed: Passed | None = None,
    known: Mark | None = None,
) -> Tile:
    """Return how an item is shown. Only an item with faces has a view.

    Args:
        item: Of a case that was looked up with the member.
        label: The verdict that stands.
        passed: What the member asked not to see; None where pictures are not shown at all.
        known: What lists know of it; a picture on a list of alerts is not shown unasked.
    """
    if passed is not None and item.pk in passed:
        return Tile(item, False, "hidden", words.PASSED, words.PASSED_ON, label)
    icon, kind = words.KINDS.get(item.kind, words.KINDS["other"])
    if item.status == items.STATUS.FAILED:
        why = words.failure(item.error_code).short
        return Tile(item, False, "failed", why, words.NOT_LOOKED_AT, label)
    if item.status == items.STATUS.UNSUPPORTED:
        return Tile(item, False, icon, kind, words.failure(item.error_code).short, label)
    if known is not None and known.alert:
        return Tile(item, False, "hidden", words.KNOWN_ALERT, words.KNOWN_NOT_SHOWN, label)
    if not item.n_faces:
        return Tile(item, False, "hidden", kind, words.NO_FACE, label)
    return Tile(item, True, icon, kind, "", label)


def tiles(case: Case, chosen: item_filter.Filter, order: str, after: str | None) -> Window[Item]:
    """Return a page of the items of a case."""
    return window(
        items.items(case, chosen).defer("steps_ms", "pdq"),
        order=items.ORDERS[order],
        after=after,
        size=ITEMS_ON_A_PAGE,
    )
