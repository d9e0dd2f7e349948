"""The curve of finds that may be left, as numbers for SVG.

In      points of the curve, the earliest first
Out     a line, the band of its interval, marks; as text, which no language formats
Fails   never
Not     here: colours (static/queue/queue.css), what the points mean (queries.left)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

WIDTH, HEIGHT = 1000.0, 260.0
LEFT, TOP, RIGHT, BOTTOM = 64.0, 12.0, 984.0, 222.0  # of the field in which is drawn
_LINES = 4  # across the field, the ground not counted


class Point(Protocol):
    """What is drawn of an estimate."""

    @property
    def n_judged(self) -> int:
        """Items with a verdict."""

    @property
    def expected(self) -> float:
        """Finds that may be left."""

    @property
    def low(self) -> float:
        """Lower end of the interval."""

    @property
    def high(self) -> float:
        """Upper end of the interval."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the field, or a place below it, with its number."""

    at: str
    label: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One point."""

    point: Point
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The whole drawing."""

    line: str
    band: str
    marks: Sequence[Mark]
    across: Sequence[Tick]
    below: Sequence[Tick]


def curve(points: Sequence[Point]) -> Curve | None:
    """Return the drawing of at least two points; None of fewer."""
    if len(points) < 2:
        return None
    most_x = max(1, points[-1].n_judged, *(one.n_judged for one in points))
    most_y = _round_up(max(1.0, *(one.high for one in points)))

    def place(judged: float, finds: float) -> tuple[float, float]:
        x = LEFT + (RIGHT - LEFT) * judged / most_x
        return x, BOTTOM - (BOTTOM - TOP) * finds / most_y

    def path(values: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*one) for one in values))

    ordered = sorted(points, key=lambda one: one.n_judged)
    high = [(one.n_judged, one.high) for one in ordered]
    low = [(one.n_judged, one.low) for one in ordered]
    middle = [(one.n_judged, one.expected) for one in ordered]
    marks = [
        Mark(one, *(f"{part:.1f}" for part in place(one.n_judged, one.expected)))
        for one in ordered
    ]
    return Curve(
        line=path(middle),
        band=path([*high, *reversed(low)]),
        marks=marks,
        across=[
            Tick(f"{place(0, most_y * i / _LINES)[1]:.1f}", round(most_y * i / _LINES))
            for i in range(_LINES + 1)
        ],
        below=[
            Tick(f"{place(most_x * i / _LINES, 0)[0]:.1f}", round(most_x * i / _LINES))
            for i in range(_LINES + 1)
        ],
    )


def _round_up(value: float) -> int:
    """Return the next number that four lines divide evenly: 4, 8, 20, 40, 80, 200 ..."""
    size = 4
    while True:
        for times in (1, 2, 5):
            if size * times >= value:
                return size * times
        size *= 10
