"""Exhibits and their folders, one level at a time.

In      a case that was looked up with the member; a filter
Out     exhibits, or the folders of one, with counts of items and of paths
Fails   never
Why     how a person ordered files says what they were to him; a tree of a hundred thousand
        files is read level by level
Not     here: taking exhibits in (haven.workbench.evidence)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Case as Choice
from django.db.models import CharField, Count, F, Func, Value, When
from django.db.models.functions import Collate, Substr

from haven.workbench.analysis import item_queries as items
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from haven.workbench.analysis.item_filter import Filter
    from haven.workbench.cases.models import Case
    from haven.workbench.evidence.models import Exhibit

MOST = 300  # folders in the table; the rest is counted


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with all that lies below it. An item at two paths counts once as an item."""

    name: str
    path: str
    items: int
    paths: int


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an exhibit."""

    folders: list[Folder]  # the fullest first
    here: Folder | None  # files that lie in no further folder
    more: int  # folders that are not shown


def exhibits(case: Case, chosen: Filter) -> list[tuple[Exhibit, int, int]]:
    """Return the exhibits of a case with the items that pass a filter, and their paths."""
    rows = items.lay(case, replace(chosen, exhibit=None, folder="")).values_list("exhibit_id")
    counted = rows.annotate(n=Count("item", distinct=True), paths=Count("pk")).order_by()
    counts = {key: (n, paths) for key, n, paths in counted}
    return [(one, *counts.get(one.pk, (0, 0))) for one in evidence.of_case(case)]


def level(case: Case, chosen: Filter) -> Level:
    """Return the folders just below the folder of a filter; it names an exhibit."""
    begins = f"{chosen.folder}/" if chosen.folder else ""
    lay = items.lay(case, chosen).annotate(rest=Substr("path", len(begins) + 1))
    first = Func(F("rest"), Value("/"), Value(1), function="split_part", output_field=CharField())
    above = Choice(When(rest__contains="/", then=first), default=Value(""))
    named = lay.annotate(name=Collate(above, "C"))  # no language: the quickest to sort
    counted = named.values_list("name").annotate(n=Count("item", distinct=True), paths=Count("pk"))
    every = [
        Folder(name, f"{begins}{name}", n, paths)
        for name, n, paths in counted.order_by("-n", "name")
    ]
    below = [one for one in every if one.name]
    here = next((one for one in every if not one.name), None)
    return Level(below[:MOST], here, max(0, len(below) - MOST))


def trail(folder: str) -> list[tuple[str, str]]:
    """Return the names of a folder and of those above it, each with its path."""
    parts = folder.split("/") if folder else []
    return [(part, "/".join(parts[: i + 1])) for i, part in enumerate(parts)]
