"""Connections: which people, devices and places the same items speak of.

In      a case that was looked up with the member; a filter
Out     a Graph: people, sets of items, devices and places, with the lines between them
Fails   never
Why     a person and a place are tied by items and by nothing else; so the items stand between
        them, as sets that name one device and one place
Not     here: drawing (drawing.py); what it means (a person decides)

The drawing holds at most 60 nodes, the strongest; what was left out is counted.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, Value, When

from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items
from haven.workbench.facets import devices, places

if TYPE_CHECKING:
    from haven.workbench.analysis.item_filter import Filter
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.cases.models import Case

MOST = {"people": 16, "sets": 20, "devices": 12, "places": 12}  # together 60 nodes
MOST_NAMED = 6  # people in a row of the table
CELL_DEG = 0.125  # of a place: 14 km from north to south
_HERE = "here"  # `where` of an item whose place is believed
_WHERE = Choice(
    When(item_filter.BELIEVED, then=Value(_HERE)),
    When(item_filter.PLACED, then=Value("doubted")),
    default=Value("none"),
    output_field=CharField(),
)

DeviceKey = tuple[str, str]  # camera and serial number
PlaceKey = tuple[float, float]  # row and column of its cell
SetKey = tuple[str, str, str, float | None, float | None]  # device, where, row, column


@dataclass(frozen=True, slots=True)
class Node:
    """A person, a set of items, a device or a place."""

    key: Any
    count: int  # items
    parameters: Mapping[str, str | None]  # what the filter says to show them and no others
    label: str = ""  # of a device or a place
    group: FaceGroup | None = None  # of a person


@dataclass(frozen=True, slots=True)
class ItemSet(Node):
    """Items that name the same device and the same place."""

    device: DeviceKey | None = None
    place: PlaceKey | None = None
    people: list[tuple[Node, int]] = field(default_factory=list)  # with shared items

    @property
    def more_people(self) -> int:
        """Return how many people its row in the table does not name."""
        return max(0, len(self.people) - MOST_NAMED)


@dataclass(frozen=True, slots=True)
class Graph:
    """The strongest nodes, the fullest first, and how many were left out."""

    people: list[Node]
    sets: list[ItemSet]
    devices: list[Node]
    places: list[Node]
    left_out: Mapping[str, int]  # by the keys of MOST
    silent: int  # items that name neither a device nor a place that is believed


def graph(case: Case, chosen: Filter) -> Graph:
    """Return what the items of a case that pass a filter tie together."""
    every = _sets(case, chosen)
    counted = [one for one in every if any(one[0][:2]) or one[0][2] == _HERE]
    silent = sum(n for _key, n in every) - sum(n for _key, n in counted)
    by_device: Counter[DeviceKey] = Counter()
    by_place: Counter[PlaceKey] = Counter()
    for key, count in counted:
        if any(key[:2]):
            by_device[key[:2]] += count
        if key[2] == _HERE:
            by_place[_place(key)] += count
    found_devices = [
        Node(key, n, devices.parameters(*key), " ".join(filter(None, key)))
        for key, n in _strongest(by_device.items(), MOST["devices"])
    ]
    found_places = [
        Node(key, n, {"box": _box(key, chosen)}, _point(key))
        for key, n in _strongest(by_place.items(), MOST["places"])
    ]
    ends = {one.key for one in (*found_devices, *found_places)}
    sets = [_set(key, n, chosen) for key, n in _drawn(counted, ends)]
    people, n_people = _people(case, chosen)
    _tie(case, chosen, sets, people)
    left_out = {
        "people": n_people - len(people),
        "sets": len(counted) - len(sets),
        "devices": len(by_device) - len(found_devices),
        "places": len(by_place) - len(found_places),
    }
    return Graph(people, sets, found_devices, found_places, left_out, silent)


def _marked(case: Case, chosen: Filter) -> Any:
    """Return items with what makes them a set: camera, serial, where, row and column."""
    found = items.items(case, chosen).annotate(where=_WHERE)
    celled = places.in_cells(found, CELL_DEG)
    return celled.annotate(
        r=Choice(When(where=_HERE, then="row"), default=None),
        c=Choice(When(where=_HERE, then="column"), default=None),
    )


def _sets(case: Case, chosen: Filter) -> list[tuple[SetKey, int]]:
    """Return all sets of items with their counts, in no order."""
    found = items.items(case, chosen)
    here = places.in_cells(found.filter(item_filter.BELIEVED), CELL_DEG)
    names = ("camera", "camera_serial")
    counted = [
        ((camera, serial, _HERE, row, column), n)
        for camera, serial, row, column, n in here.values_list(*names, "row", "column")
        .annotate(n=Count("pk"))
        .order_by()
    ]
    elsewhere = found.exclude(item_filter.BELIEVED).annotate(where=_WHERE)
    rows = elsewhere.values_list(*names, "where").annotate(n=Count("pk")).order_by()
    counted += [((camera, serial, where, None, None), n) for camera, serial, where, n in rows]
    return counted


def _drawn(counted: list[tuple[SetKey, int]], ends: set[Any]) -> list[tuple[SetKey, int]]:
    """Return the fullest sets that lead to a node that is drawn, half of them to a place.

    Most items name no place. Without the half, the fullest sets would say nothing of places.
    """
    placed = [one for one in counted if one[0][2] == _HERE and _place(one[0]) in ends]
    half = _strongest(placed, MOST["sets"] // 2)
    taken = dict(half)
    leading = [
        one
        for one in counted
        if one[0] not in taken and (one[0][:2] in ends or _place(one[0]) in ends)
    ]
    return _strongest([*half, *_strongest(leading, MOST["sets"] - len(half))], MOST["sets"])


def _set(key: SetKey, count: int, chosen: Filter) -> ItemSet:
    """Return a set of items."""
    is_here = key[2] == _HERE
    where: dict[str, str | None] = {"place": key[2]}
    if is_here:
        where = {"box": _box(_place(key), chosen)}
    return ItemSet(
        key,
        count,
        {**devices.parameters(*key[:2]), **where},
        label=_point(_place(key)) if is_here else "",
        device=key[:2] if any(key[:2]) else None,
        place=_place(key) if is_here else None,
    )


def _people(case: Case, chosen: Filter) -> tuple[list[Node], int]:
    """Return the groups of faces on most items, and how many groups there are."""
    if chosen == item_filter.Filter():  # the groups themselves know
        groups = faces.groups(case)
        rows: Any = groups.order_by(*faces.GROUP_ORDER).values_list("pk", "n_items")
        n_every = groups.count()
    else:
        found = items.items(case, chosen).filter(faces__group__isnull=False)
        counted = found.values_list("faces__group").annotate(n=Count("pk", distinct=True))
        rows = counted.order_by("-n", "faces__group")
        n_every = found.aggregate(n=Count("faces__group", distinct=True))["n"]
    counts = dict(rows[: MOST["people"]])
    by_pk = {one.pk: one for one in faces.groups(case).filter(pk__in=counts)}
    return [
        Node(by_pk[pk].public_id, n, {"group": by_pk[pk].public_id}, group=by_pk[pk])
        for pk, n in counts.items()
        if pk in by_pk
    ], n_every


def _tie(case: Case, chosen: Filter, sets: list[ItemSet], people: list[Node]) -> None:
    """Put with each set the people on its items, with how many they share."""
    by_set = {one.key: one for one in sets}
    by_pk = {one.group.pk: one for one in people if one.group}
    found = _marked(case, chosen).filter(faces__group__in=list(by_pk))
    rows = found.values_list("camera", "camera_serial", "where", "r", "c", "faces__group")
    for *key, group_pk, count in rows.annotate(n=Count("pk", distinct=True)).order_by("-n"):
        if tuple(key) in by_set:
            by_set[tuple(key)].people.append((by_pk[group_pk], count))
    for one in sets:
        one.people.sort(key=lambda tie: (-tie[1], tie[0].key))


def _place(key: SetKey) -> PlaceKey:
    """Return the cell of a set; of one without a place that is believed, no cell at all."""
    return (math.inf, math.inf) if key[3] is None or key[4] is None else (key[3], key[4])


def _box(key: PlaceKey, chosen: Filter) -> str:
    """Return what the filter says to show the items of a cell and no others."""
    return str(places.box_of(*key, CELL_DEG).common(chosen.box))


def _point(key: PlaceKey) -> str:
    """Return the middle of a cell, rounded to what the cell can tell."""
    return ", ".join(f"{(edge + 0.5) * CELL_DEG:.1f}" for edge in key)


def _strongest(counts: Iterable[tuple[Any, int]], most: int) -> list[tuple[Any, int]]:
    """Return the keys with the highest counts, in an order that is always the same."""
    return heapq.nsmallest(most, counts, key=lambda one: (-one[1], one[0]))
