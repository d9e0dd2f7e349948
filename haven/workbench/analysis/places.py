"""Places: what the engine calls a place, for the pages of a case.

In      an item's degrees and time
Out     the town that is near; the time zone, and whether the clock fits it
Fails   never: without the list of towns a place has no name, and says why
Not     here: which items have a place (item_filter.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from haven import engine

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item

Town = engine.Town


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place by its degrees alone."""

    town: Town | None  # None: none within 25 km, or the list is not here
    has_towns: bool  # whether the list of towns is on this machine
    zone: str  # empty: at sea, or not known
    clock_fits: bool | None  # None: the file gives no offset from UTC


def of_item(item: Item) -> Place | None:
    """Return what is known of the place of an item; None where it gives none."""
    if item.gps_lat is None or item.gps_lon is None:
        return None
    towns = _towns()
    town = towns.near(item.gps_lat, item.gps_lon) if towns is not None else None
    return Place(town, towns is not None, item.time_zone, item.clock_fits)


def zone_and_clock(
    lat: float | None, lon: float | None, taken_at: str | None
) -> tuple[str, bool | None]:
    """Return the zone of a place, and whether a clock fits it."""
    if lat is None or lon is None:
        return "", None
    zone = engine.zone_of(lat, lon) or ""
    return zone, engine.clock_fits(taken_at, zone) if zone and taken_at else None


def _towns() -> engine.Towns | None:
    """Return the towns, read once; one that is brought later is found then."""
    if not _READ:
        try:
            path = engine.AssetStore(settings.HAVEN_ASSETS_DIR).path(engine.TOWNS)
            _READ.append(engine.Towns(path))
        except engine.EngineError:
            return None
    return _READ[0]


_READ: list[engine.Towns] = []
