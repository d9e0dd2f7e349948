"""Which items of a case: one vocabulary for the grid, every other side of a case, and the API.

In      a Filter; texts of an address, such as "2026-05" or "59.5,10.25,60,11"
Out     a narrowed queryset; checked values
Fails   ValueError: a text that is no period, box or point
Why     whatever counts items and whatever lists them ask the same question, so that a number
        and the list behind its link agree
Not     here: orders and neighbours (item_queries.py), fields of a page (review/forms.py)

Degrees are those of WGS 84 as the file gives them. Of a box the lower edges are included and
the upper ones are not, so that cells side by side hold each item once.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Case as Choice
from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt

from haven.workbench.analysis.models import Face, FaceGroup, Item, Occurrence
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from uuid import UUID

    from haven.workbench.cases.models import Case

EARTH_KM = 6371.0088  # mean radius: IUGG, Moritz 2000
KM_A_DEGREE = math.pi * EARTH_KM / 180
FARTHEST_KM = 20_100.0  # half way round the Earth, and a little
NO_DATE = "none"  # the period of what says no date
NO_HOUR = "-"  # the hour of what says a day alone
# What a place on Earth is. Exactly 0,0 is what devices write that never had a signal.
BELIEVED = Q(gps_lat__gte=-90, gps_lat__lte=90, gps_lon__gte=-180, gps_lon__lte=180) & ~Q(
    gps_lat=0, gps_lon=0
)
PLACED = Q(gps_lat__isnull=False, gps_lon__isnull=False)

# Sizes of files: bounds in bytes, lower included, upper not.
SIZES: dict[str, tuple[int, int | None]] = {
    "tiny": (0, 100_000),
    "small": (100_000, 1_000_000),
    "medium": (1_000_000, 5_000_000),
    "large": (5_000_000, None),
}
_PERIOD = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})(?:T(?P<hour>[0-9]{2}|-))?)?)?"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month, a day or an hour of the camera's clock; or NO_DATE."""

    text: str  # "2026", "2026-05", "2026-05-03", "2026-05-03T14", "2026-05-03T-" or "none"

    @classmethod
    def read(cls, text: str) -> Period:
        """Return a period.

        Raises:
            ValueError: It is none, or not in the calendar.
        """
        if text == NO_DATE:
            return cls(text)
        found = _PERIOD.fullmatch(text)
        if found is None or (found["hour"] or "00") not in (
            NO_HOUR,
            *map("{:02}".format, range(24)),
        ):
            raise ValueError("no period")
        date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
        return cls(text)

    @property
    def hour(self) -> str:
        """Return the hour: two digits, NO_HOUR, or empty."""
        return self.text[11:] if self.text != NO_DATE else ""

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day; only of a period with a date."""
        year, month, day = (*map(int, self.text[:10].split("-")), 0, 0)[:3]
        last = day or monthrange(year, month or 12)[1]
        return date(year, month or 1, day or 1), date(year, month or 12, last)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the Earth between two parallels and two meridians, in degrees."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def read(cls, text: str) -> Box:
        """Return a box from "south,west,north,east".

        Raises:
            ValueError: Not four numbers in that order.
        """
        south, west, north, east = _numbers(text, 4)
        if not (south < north and west < east):
            raise ValueError("no box")
        return cls(south, west, north, east)

    def common(self, other: Box | None) -> Box:
        """Return the part that lies in another box too; of two apart it is empty."""
        if other is None:
            return self
        return Box(
            max(self.south, other.south),
            max(self.west, other.west),
            min(self.north, other.north),
            min(self.east, other.east),
        )

    def __str__(self) -> str:
        return ",".join(f"{edge:.15g}" for edge in (self.south, self.west, self.north, self.east))


@dataclass(frozen=True, slots=True)
class Near:
    """Everything within so many kilometres of a point."""

    lat: float
    lon: float
    radius_km: float = 1.0

    @classmethod
    def read(cls, text: str, radius_km: float | None = None) -> Near:
        """Return a circle from "latitude, longitude".

        Raises:
            ValueError: Not two numbers, or not on Earth.
        """
        lat, lon = _numbers(text, 2)
        if abs(lat) > 90 or abs(lon) > 180:
            raise ValueError("not on Earth")
        return cls(lat, lon, 1.0 if radius_km is None else radius_km)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items of a case to show. Empty fields choose nothing away."""

    faces: str = ""  # "any", "none", or a number; "3" is three or more
    status: str = ""
    size: str = ""  # a key of SIZES
    taken_from: date | None = None
    taken_to: date | None = None  # included
    taken: Period | None = None
    place: str = ""  # "any" or "none"; "doubted": one that cannot be believed
    box: Box | None = None
    near: Near | None = None
    device: str = ""  # "named", "none"; "unnumbered": no serial number; "unknown": neither
    camera: str = ""
    serial: str = ""
    exhibit: UUID | None = None
    folder: str = ""  # in an exhibit, with all that lies below it
    group: str = ""  # public id of a group of faces
    words: str = ""  # part of a path, or the beginning of a SHA-256
    error_code: str = ""
    also: Q | None = None  # what a later part of the workbench knows of an item


def of_case(case: Case, chosen: Filter) -> QuerySet[Item]:
    """Return the items of a case that pass a filter."""
    found = _by_faces(Item.objects.filter(case=case), case, chosen)
    found = _by_file(found, chosen)
    found = _by_time(found, chosen)
    found = _by_place(found, chosen)
    found = _by_device(found, chosen)
    if chosen.also is not None:
        found = found.filter(chosen.also)
    return _by_path(found, chosen)


def _numbers(text: str, count: int) -> list[float]:
    """Return so many finite numbers, separated by commas."""
    found = [float(part) for part in text.split(",")]
    if len(found) != count or not all(map(math.isfinite, found)):
        raise ValueError(f"not {count} numbers")
    return found


def _by_faces(found: QuerySet[Item], case: Case, chosen: Filter) -> QuerySet[Item]:
    """Keep the items with so many faces, and those with a face of a group."""
    if chosen.group:
        group = FaceGroup.objects.filter(case=case, public_id=chosen.group).values("pk")
        of_it = Face.objects.filter(item=OuterRef("pk"), group=Subquery(group))
        found = found.filter(Exists(of_it))
    if chosen.faces == "any":
        return found.filter(n_faces__gt=0)
    if chosen.faces == "none":  # looked at, and nothing found; "could not look" is no answer
        return found.filter(n_faces=0, status=Item.Status.DONE)
    if chosen.faces == "3":
        return found.filter(n_faces__gte=3)
    return found.filter(n_faces=int(chosen.faces)) if chosen.faces else found


def _by_file(found: QuerySet[Item], chosen: Filter) -> QuerySet[Item]:
    """Keep the items of a size, and those that a look ended in such a way for."""
    if chosen.status:
        found = found.filter(status=chosen.status)
    if chosen.error_code:
        found = found.filter(error_code=chosen.error_code)
    if chosen.size:
        least, below = SIZES[chosen.size]
        found = found.filter(size_bytes__gte=least)
        found = found if below is None else found.filter(size_bytes__lt=below)
    return found


def _by_time(found: QuerySet[Item], chosen: Filter) -> QuerySet[Item]:
    """Keep the items that say they were taken then."""
    if chosen.taken_from:
        found = found.filter(taken_on__gte=chosen.taken_from)
    if chosen.taken_to:
        found = found.filter(taken_on__lte=chosen.taken_to)
    if chosen.taken is None:
        return found
    if chosen.taken.text == NO_DATE:
        return found.filter(taken_on__isnull=True)
    first, last = chosen.taken.days
    found = found.filter(taken_on__gte=first, taken_on__lte=last)
    if chosen.taken.hour == NO_HOUR:
        return found.exclude(taken_at__regex=with_hour(first))
    return found.filter(taken_at__startswith=chosen.taken.text) if chosen.taken.hour else found


def with_hour(day: date) -> str:
    """Return the pattern of a time of a day that says its hour."""
    return f"^{day.isoformat()}T([01][0-9]|2[0-3])"


def _by_place(found: QuerySet[Item], chosen: Filter) -> QuerySet[Item]:
    """Keep the items that say they were taken there; a place not believed is nowhere."""
    if chosen.place == "any":
        found = found.filter(BELIEVED)
    elif chosen.place == "none":
        found = found.exclude(PLACED)
    elif chosen.place == "doubted":
        found = found.filter(PLACED).exclude(BELIEVED)
    if chosen.box:
        box = chosen.box
        found = found.filter(
            BELIEVED,
            gps_lat__gte=box.south,
            gps_lat__lt=box.north,
            gps_lon__gte=box.west,
            gps_lon__lt=box.east,
        )
    if chosen.near:
        near, band = chosen.near, chosen.near.radius_km / KM_A_DEGREE
        found = found.filter(
            BELIEVED, gps_lat__gte=near.lat - band, gps_lat__lte=near.lat + band
        ).alias(away_km=_away_km(near))
        found = found.filter(away_km__lte=near.radius_km)
    return found


def _away_km(near: Near) -> Choice:
    """Return how far an item is from a point, on the sphere (haversine formula)."""
    across = Power(Sin(Radians(F("gps_lat") - near.lat) / 2), 2)
    along = Power(Sin(Radians(F("gps_lon") - near.lon) / 2), 2)
    shrunk = along * Cos(Radians(F("gps_lat"))) * math.cos(math.radians(near.lat))
    half = ASin(Sqrt(Least(Value(1.0), across + shrunk)))
    return Choice(When(BELIEVED, then=half * (2 * EARTH_KM)), output_field=FloatField())


def _by_device(found: QuerySet[Item], chosen: Filter) -> QuerySet[Item]:
    """Keep the items that say they were taken with it."""
    if chosen.device == "named":
        found = found.exclude(camera="")
    elif chosen.device == "none":
        found = found.filter(camera="")
    elif chosen.device == "unnumbered":
        found = found.filter(camera_serial="")
    elif chosen.device == "unknown":
        found = found.filter(camera="", camera_serial="")
    if chosen.camera:
        found = found.filter(camera=chosen.camera)
    return found.filter(camera_serial=chosen.serial) if chosen.serial else found


def _by_path(found: QuerySet[Item], chosen: Filter) -> QuerySet[Item]:
    """Keep the items that lay in a place, or whose path or digest fits the words."""
    lay = Occurrence.objects.filter(item=OuterRef("pk"))
    if chosen.exhibit:
        lay = lay.filter(exhibit=evidence.key_of(chosen.exhibit))
    if chosen.folder:
        lay = lay.filter(path__startswith=f"{chosen.folder}/")
    is_somewhere = bool(chosen.exhibit or chosen.folder)
    if not chosen.words:
        return found.filter(Exists(lay)) if is_somewhere else found
    words = chosen.words.casefold()
    fits = Q(Exists(lay.filter(path_folded__contains=words)))
    if set(words) <= set("0123456789abcdef"):
        by_digest = Q(sha256__startswith=words)
        fits |= by_digest & Q(Exists(lay)) if is_somewhere else by_digest
    return found.filter(fits)
