"""A plot of the errors by distance, as shapes for an SVG; the table beside it says the same.

In      a Table of calibration.py
Out     places in units of the drawing, which no script and no style has to compute
Not     here: colours and words (the template, comparison.css)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haven.workbench.comparison.calibration import Table

WIDTH, HEIGHT = 640, 220  # units of the drawing
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 10, 28
_MOST = 1.0  # distance at the right edge
_LEAST = 0.3  # and at the left one
_TICKS = (0, 25, 50, 75, 100)  # percent


@dataclass(frozen=True, slots=True)
class Bar:
    """The interval of one limit and its value, in units of the drawing."""

    x: float
    high: float
    low: float
    value: float
    missed: float


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    bars: list[Bar]
    columns: list[tuple[float, float]]  # x, distance
    rows: list[tuple[float, int]]  # y, percent

    @property
    def false_line(self) -> str:
        """Return the points of the line of false candidates."""
        return " ".join(f"{one.x:g},{one.value:g}" for one in self.bars)

    @property
    def missed_line(self) -> str:
        """Return the points of the line of people missed."""
        return " ".join(f"{one.x:g},{one.missed:g}" for one in self.bars)


def rates(table: Table) -> Plot:
    """Return the plot of a table."""
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        bottom=HEIGHT - _BOTTOM,
        bars=[
            Bar(
                _x(one.distance),
                _y(one.false.high),
                _y(one.false.low),
                _y(one.false.value),
                _y(one.missed / max(table.with_several, 1)),
            )
            for one in table.lines
        ],
        columns=[(_x(one.distance), one.distance) for one in table.lines[::2]],
        rows=[(_y(percent / 100), percent) for percent in _TICKS],
    )


def _x(distance: float) -> float:
    share = (distance - _LEAST) / (_MOST - _LEAST)
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)
