"""Generations: which of pictures that look the same is likely the earliest, and why.

In      an item and those that look like it, with what lists know of them
Out     all of them in order, each with what speaks for it and against it, in words
Fails   never: without any sign none is first
Why     the first generation leads to the camera and to who holds it; a copy leads to a copier
Not     here: finding what looks alike (analysis/item_queries.py)

It is an order and no proof: every sign can be made. What speaks for a file is counted, what
speaks against it is taken off; where two have the same, none is said to be first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haven.workbench.analysis.models import Item
    from haven.workbench.known.queries import Mark

TURNS = {  # of the engine
    "": "",
    "90": gettext_lazy("turned by 90°"),
    "180": gettext_lazy("turned by 180°"),
    "270": gettext_lazy("turned by 270°"),
    "mirrored": gettext_lazy("mirrored"),
    "mirrored 90": gettext_lazy("mirrored and turned"),
    "mirrored 180": gettext_lazy("mirrored and turned"),
    "mirrored 270": gettext_lazy("mirrored and turned"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One of pictures that look the same."""

    item: Item
    is_asked: bool  # the one that was asked about
    bits: int  # of 256 that differ from it
    turn: object  # how it lies to it, in words; empty: the same way
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]

    @property
    def weight(self) -> int:
        """Return how much speaks for it, less what speaks against it."""
        return len(self.speaks_for) - len(self.speaks_against)


@dataclass(frozen=True, slots=True)
class Stack:
    """Pictures that look the same, the likely earliest on top."""

    standings: list[Standing]
    first: Item | None  # None: no sign tells them apart


def stack(
    asked: Item, alike: Sequence[tuple[Item, str]], marks: Mapping[int, Mark], *, has_lists: bool
) -> Stack:
    """Return an item with those that look like it, in order.

    Args:
        asked: The item.
        alike: Those that look like it, with `bits` and how they lie.
        marks: What lists know of them.
        has_lists: Whether there is a list that could know them.
    """
    every = [(asked, ""), *alike]
    most_px = max(_pixels(one) for one, _turn in every)
    found = [
        Standing(
            item=one,
            is_asked=one.pk == asked.pk,
            bits=int(getattr(one, "bits", 0)),
            turn=TURNS.get(turn, ""),
            speaks_for=tuple(_for(one, most_px, is_listed=not has_lists or one.pk in marks)),
            speaks_against=tuple(_against(one)),
        )
        for one, turn in every
    ]
    found.sort(key=lambda one: (-one.weight, -_pixels(one.item), one.bits, one.item.pk))
    is_told_apart = len(found) > 1 and found[0].weight > max(0, found[1].weight)
    return Stack(found, found[0].item if is_told_apart else None)


def _for(one: Item, most_px: int, *, is_listed: bool) -> list[str]:
    """Return what speaks for a file that it is near to the camera."""
    signs = []
    if one.camera_make and one.camera_model and one.taken_at:
        signs.append(_("names camera and time"))
    if one.has_maker_note:
        signs.append(_("keeps what only the camera writes for itself"))
    if one.common_quality == 0:
        signs.append(_("has compression tables of its own"))
    if _pixels(one) == most_px:
        signs.append(_("none of them has more pixels"))
    if not is_listed:
        signs.append(_("no list has it"))
    return signs


def _against(one: Item) -> list[str]:
    """Return what speaks for a file having been written again."""
    signs = []
    if one.software:
        signs.append(_("names a program: %(name)s") % {"name": one.software})
    if one.common_quality:
        signs.append(
            _("has the compression tables of a common program, quality %(quality)s")
            % {"quality": one.common_quality}
        )
    if one.mime == "image/jpeg" and not (one.camera_make or one.taken_at or one.software):
        signs.append(_("says nothing of a camera"))
    return signs


def _pixels(one: Item) -> int:
    return (one.width_px or 0) * (one.height_px or 0)
