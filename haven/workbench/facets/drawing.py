"""Drawing: bars, circles and lines as numbers for SVG, worked out on the server.

In      counts, cells, a graph
Out     shapes whose numbers are text, as a template of any language must not format them
Fails   never
Why     a drawing without a library, without scripts and without inline style, the same each time
Not     here: colours (static/facets/facets.css), counting
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from haven.workbench.facets.connections import Graph, Node
from haven.workbench.facets.places import Cell, View

WIDTH = 1000.0  # units of a drawing; about pixels on a screen of 1280
BARS_HIGH = 180.0
_LABEL_WIDE = 46.0  # room of one label under a bar
_ROW = 30.0  # height of a node and the space to the next
_NODE_WIDE = 190.0
_COLUMNS = (0.0, 405.0, 810.0)  # people; sets of items; devices and places
UNITS_A_DEG = 100.0  # of land.svg


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `column` is the room it stands in, which is the target of the mouse."""

    what: Any
    x: str
    y: str
    width: str
    height: str
    column_x: str
    column_width: str
    middle: str
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Circle:
    """The items of a cell."""

    cell: Cell
    x: str
    y: str
    r: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the graph."""

    node: Node
    x: str
    y: str
    width: str
    height: str
    text_x: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two nodes, as thick as they share items."""

    path: str
    thick: str
    count: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The graph drawn."""

    height: str
    people: list[Box] = field(default_factory=list)
    sets: list[Box] = field(default_factory=list)
    devices: list[Box] = field(default_factory=list)
    places: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def bars(counted: Sequence[Any]) -> list[Bar]:
    """Return a bar for each thing with a `count`; the fullest is as high as the drawing."""
    if not counted:
        return []
    column = WIDTH / len(counted)
    most = max(1, *(one.count for one in counted))
    each = math.ceil(_LABEL_WIDE / column)  # every how many bars a label has room
    drawn = []
    for i, one in enumerate(counted):
        height = max(3.0, BARS_HIGH * one.count / most) if one.count else 0.0
        wide = min(column * 0.8, 64.0)
        middle = (i + 0.5) * column
        drawn.append(
            Bar(
                one,
                _n(middle - wide / 2),
                _n(BARS_HIGH - height),
                _n(wide),
                _n(height),
                _n(i * column),
                _n(column),
                _n(middle),
                i % each == 0,
            )
        )
    return drawn


def view_box(view: View) -> str:
    """Return the part of land.svg that a view shows."""
    width, height = view.size_deg
    west, north = view.lon - width / 2, view.lat + height / 2
    edges = (west, -north, width, height)
    return " ".join(f"{edge * UNITS_A_DEG:.6g}" for edge in edges)


def circles(cells: Iterable[Cell], view: View) -> list[Circle]:
    """Return a circle for each cell, its area by the items in it; the smallest on top."""
    drawn = list(cells)
    unit = view.size_deg[0] * UNITS_A_DEG / WIDTH
    most = max((one.count for one in drawn), default=1)
    return [
        Circle(
            one,
            f"{one.lon * UNITS_A_DEG:.8g}",
            f"{-one.lat * UNITS_A_DEG:.8g}",
            f"{unit * (5 + 15 * math.sqrt(one.count / most)):.6g}",
        )
        for one in drawn
    ]


def picture(graph: Graph) -> Picture:
    """Return the graph in three columns: people, sets of items, devices over places."""
    rank = {one.key: i for i, one in enumerate(graph.sets)}
    people = sorted(graph.people, key=lambda one: (_mean_rank(one, graph, rank), one.key))
    right = [
        *_by_sets(graph.devices, "device", graph),
        None,
        *_by_sets(graph.places, "place", graph),
    ]
    rows = max(len(people), len(graph.sets), len(right))
    left_boxes = _column(people, 0, rows)
    middle = _column(graph.sets, 1, rows)
    right_boxes = _column(right, 2, rows)
    return Picture(
        height=_n(rows * _ROW + _ROW),
        people=[one for one in left_boxes if one],
        sets=[one for one in middle if one],
        devices=[one for one in right_boxes[: len(graph.devices)] if one],
        places=[one for one in right_boxes[len(graph.devices) :] if one],
        lines=_lines(graph, [one for one in (*left_boxes, *middle, *right_boxes) if one]),
    )


def _lines(graph: Graph, boxes: Sequence[Box]) -> list[Line]:
    """Return the lines from people to sets of items, and from those to devices and places."""
    at = {(type(one.node).__name__, one.node.key): one for one in boxes}
    ties = [
        (at["Node", person.key], at["ItemSet", one.key], count)
        for one in graph.sets
        for person, count in one.people
    ] + [
        (at["ItemSet", one.key], at["Node", key], one.count)
        for one in graph.sets
        for key in (one.device, one.place)
        if key is not None and ("Node", key) in at
    ]
    most = max((count for _one, _other, count in ties), default=1)
    return [
        Line(_curve(one, other), _n(1 + 9 * math.sqrt(count / most)), count)
        for one, other, count in ties
    ]


def _curve(one: Box, other: Box) -> str:
    """Return a curve from the end side of a node to the start side of one further on."""
    x1, y1 = float(one.x) + _NODE_WIDE, float(one.y) + _ROW * 0.4
    x2, y2 = float(other.x), float(other.y) + _ROW * 0.4
    bend = (x2 - x1) / 2
    return (
        f"M{_n(x1)} {_n(y1)}C{_n(x1 + bend)} {_n(y1)} {_n(x2 - bend)} {_n(y2)} {_n(x2)} {_n(y2)}"
    )


def _column(nodes: Sequence[Node | None], column: int, rows: int) -> list[Box | None]:
    """Return nodes one under the other, in the middle of so many rows; None leaves a gap."""
    top = _ROW + (rows - len(nodes)) * _ROW / 2
    x = _COLUMNS[column]
    return [
        Box(
            node,
            _n(x),
            _n(top + i * _ROW),
            _n(_NODE_WIDE),
            _n(_ROW * 0.8),
            _n(x + _NODE_WIDE / 2),
            _n(top + i * _ROW + _ROW * 0.55),
        )
        if node
        else None
        for i, node in enumerate(nodes)
    ]


def _mean_rank(person: Node, graph: Graph, rank: Mapping[Any, int]) -> float:
    """Return where the sets of a person lie on average, weighed by shared items."""
    ties = [
        (rank[one.key], count)
        for one in graph.sets
        for other, count in one.people
        if other.key == person.key
    ]
    items = sum(count for _place, count in ties)
    return sum(place * count for place, count in ties) / items if items else math.inf


def _by_sets(nodes: Sequence[Node], name: str, graph: Graph) -> list[Node]:
    """Return devices or places in the order of the sets that name them."""
    first: dict[Any, int] = {}
    for i, one in enumerate(graph.sets):
        first.setdefault(getattr(one, name), i)
    return sorted(nodes, key=lambda node: (first.get(node.key, len(graph.sets)), node.key))


def _n(number: float) -> str:
    """Return a number as SVG wants it."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
