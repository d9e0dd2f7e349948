"""Places: where items say they were taken, in cells of a grid.

In      a case that was looked up with the member; a filter; the part of the Earth to show
Out     Places: cells with counts, and what says no place or one that cannot be believed
Fails   ValueError: a view that cannot be read
Why     counts in cells cost the same for ten items and for a hundred thousand, and the link of
        a cell shows exactly the items counted
Not     here: drawing (drawing.py), the outline of the land (static/facets/land.svg)

The map is flat: a degree of longitude is as wide as one of latitude is high. Sides of cells are
powers of two, so that dividing by them is exact and no item falls between two cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, F, Max, Min, QuerySet
from django.db.models.functions import Floor

from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

DEEPEST = 14  # steps of zoom: a view 2.4 km wide at the equator; 100 m in a cell
COARSE = 5  # from here on the outline shows which coast, not which bay
_WIDEST_DEG = (360.0, 180.0)
_CELL_DEG = 8.0  # at zoom 0: 45 by 23 cells


@dataclass(frozen=True, slots=True)
class View:
    """The part of the Earth a map shows: its middle and how often it was halved."""

    lat: float = 0.0
    lon: float = 0.0
    zoom: int = 0

    @classmethod
    def read(cls, at: str, zoom: str) -> View:
        """Return a view from "latitude,longitude" and a number.

        Raises:
            ValueError: They cannot be read.
        """
        point = item_filter.Near.read(at)
        return cls.around(point.lat, point.lon, int(zoom or 0))

    @classmethod
    def around(cls, lat: float, lon: float, zoom: int) -> View:
        """Return the view around a point, moved so that it ends where the Earth does."""
        zoom = max(0, min(DEEPEST, zoom))
        width, height = (side / 2**zoom for side in _WIDEST_DEG)
        return cls(
            max(height / 2 - 90, min(90 - height / 2, lat)),
            max(width / 2 - 180, min(180 - width / 2, lon)),
            zoom,
        )

    @property
    def size_deg(self) -> tuple[float, float]:
        """Return width and height."""
        return _WIDEST_DEG[0] / 2**self.zoom, _WIDEST_DEG[1] / 2**self.zoom

    @property
    def cell_deg(self) -> float:
        """Return the side of a cell."""
        return float(_CELL_DEG / 2**self.zoom)

    @property
    def width_km(self) -> float:
        """Return how wide the view is in its middle."""
        return self.size_deg[0] * item_filter.KM_A_DEGREE * math.cos(math.radians(self.lat))

    @property
    def at(self) -> str:
        """Return the middle as the address says it."""
        return f"{self.lat:.8g},{self.lon:.8g}"

    def moved(self, right: float, up: float) -> View:
        """Return the view moved by parts of its width and height."""
        width, height = self.size_deg
        return View.around(self.lat + up * height, self.lon + right * width, self.zoom)

    def nearer(self, steps: int) -> View:
        """Return the view halved so often; doubled where the number is negative."""
        return View.around(self.lat, self.lon, self.zoom + steps)


@dataclass(frozen=True, slots=True)
class Cell:
    """The items of one cell; its point is their mean."""

    lat: float
    lon: float
    count: int
    side_deg: float
    box: item_filter.Box  # what the filter says to show these items and no others

    @property
    def at(self) -> str:
        """Return the mean as the address says it."""
        return f"{self.lat:.8g},{self.lon:.8g}"

    @property
    def point(self) -> str:
        """Return the mean, rounded to what the cell can tell."""
        digits = max(0, min(5, 1 - math.floor(math.log10(self.side_deg))))
        return f"{self.lat:.{digits}f}, {self.lon:.{digits}f}"


@dataclass(frozen=True, slots=True)
class Places:
    """Items on the Earth. `total` is `placed`, `doubted` and `without` together."""

    view: View
    cells: list[Cell]  # those in view, the fullest first
    placed: int
    doubted: int
    without: int

    @property
    def total(self) -> int:
        """Return all items that pass the filter."""
        return self.placed + self.doubted + self.without

    @property
    def outside(self) -> int:
        """Return the items whose place is out of view."""
        return self.placed - sum(cell.count for cell in self.cells)


def places(case: Case, chosen: item_filter.Filter, view: View | None = None) -> Places:
    """Return the items of a case that pass a filter, on the Earth.

    Args:
        case: The case.
        chosen: The filter.
        view: What to show; None: all places there are, as near as they fit.
    """
    found = items.items(case, chosen)
    told = found.aggregate(
        all=Count("pk"),
        placed=Count("pk", filter=item_filter.BELIEVED),
        said=Count("pk", filter=item_filter.PLACED),
    )
    believed = found.filter(item_filter.BELIEVED)
    shown = view or _fitting(believed)
    return Places(
        view=shown,
        cells=_cells(believed, shown, chosen.box),
        placed=told["placed"],
        doubted=told["said"] - told["placed"],
        without=told["all"] - told["said"],
    )


def in_cells(found: QuerySet[Item], cell_deg: float) -> Any:
    """Return items with the number of their `row` and `column` of cells."""
    return found.annotate(
        row=Floor(F("gps_lat") / cell_deg), column=Floor(F("gps_lon") / cell_deg)
    )


def box_of(row: float, column: float, cell_deg: float) -> item_filter.Box:
    """Return the edges of a cell."""
    south, west = row * cell_deg, column * cell_deg
    return item_filter.Box(south, west, south + cell_deg, west + cell_deg)


def _cells(believed: QuerySet[Item], view: View, within: item_filter.Box | None) -> list[Cell]:
    """Return the cells that the view touches, the fullest first."""
    width, height = view.size_deg
    side = view.cell_deg
    south, west = _edge(view.lat - height / 2, side), _edge(view.lon - width / 2, side)
    seen = believed.filter(  # whole cells: the count of one at the edge is that of its link
        gps_lat__gte=south,
        gps_lat__lt=_edge(view.lat + height / 2, side) + side,
        gps_lon__gte=west,
        gps_lon__lt=_edge(view.lon + width / 2, side) + side,
    )
    rows = in_cells(seen, side).values("row", "column")
    counted = rows.annotate(n=Count("pk"), lat=Avg("gps_lat"), lon=Avg("gps_lon"))
    return [
        Cell(
            one["lat"],
            one["lon"],
            one["n"],
            side,
            box_of(one["row"], one["column"], side).common(within),
        )
        for one in counted.order_by("-n", "row", "column")
    ]


def _edge(degrees: float, side: float) -> float:
    """Return the lower edge of the cell that holds a parallel or a meridian."""
    return math.floor(degrees / side) * side


def _fitting(believed: QuerySet[Item]) -> View:
    """Return the nearest view that holds every place."""
    ends = believed.aggregate(
        s=Min("gps_lat"), n=Max("gps_lat"), w=Min("gps_lon"), e=Max("gps_lon")
    )
    if ends["s"] is None:
        return View()
    high, wide = (ends["n"] - ends["s"]) * 1.2, (ends["e"] - ends["w"]) * 1.2
    middle = (ends["s"] + ends["n"]) / 2, (ends["w"] + ends["e"]) / 2
    for zoom in range(COARSE + 3, 0, -1):  # no nearer: a single place needs a coast beside it
        if wide <= _WIDEST_DEG[0] / 2**zoom and high <= _WIDEST_DEG[1] / 2**zoom:
            return View.around(*middle, zoom)
    return View()
