"""The items of a case: filtered, in order, beside each other, almost alike.

In      a case that was looked up with the member; a Filter
Out     items, their paths, their neighbours
Fails   ItemNotFound: not in this case
Why     each order has an index and each filter keeps to it: 100,000 items cost as 100 do
Not     here: what a filter keeps (item_filter.py), faces (face_queries.py), runs and
        failures (queries.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Least
from pgvector.django import HammingDistance

from haven import engine
from haven.web.errors import NotFound
from haven.workbench.analysis.item_filter import Filter, of_case
from haven.workbench.analysis.models import Derivative, Item, Occurrence
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.cases.models import Case
    from haven.workbench.evidence.models import Exhibit

STATUS = Item.Status
NEAR_BITS = 31  # PDQ_CONFIDENT_MATCH_THRESHOLD of python-threatexchange, commit baefb4ed
NEAR_QUALITY = 50  # below it PDQ says little; the PDQ paper discards such hashes

# Sort orders of items; the last field makes each total, none is ever NULL.
ORDERS: dict[str, tuple[str, ...]] = {
    "arrival": ("id",),
    "faces": ("-n_faces", "-id"),
    "quality": ("-best_quality", "-id"),
    "newest": ("-taken_at", "-id"),
    "oldest": ("taken_at", "id"),
    "largest": ("-size_bytes", "-id"),
}


class ItemNotFound(NotFound):
    """No such item in the case."""

    code = "item.not_found"


def items(case: Case, chosen: Filter | None = None) -> QuerySet[Item]:
    """Return the items of a case that pass a filter, in no order yet."""
    return of_case(case, chosen or Filter())


def item(case: Case, item_pk: int) -> Item:
    """Return one item of a case.

    Raises:
        ItemNotFound: Not in this case.
    """
    found = Item.objects.filter(case=case, pk=item_pk).select_related("run").first()
    if found is None:
        raise ItemNotFound(f"no such item in case {case.pk}")
    return found


def case_of(item_pk: int) -> QuerySet[Item, int]:
    """Return a query for the key of the case of an item, for use inside another one."""
    return Item.objects.filter(pk=item_pk).values_list("case_id", flat=True)


def has_segmented_people(item: Item) -> bool:
    """Return whether a network said where people are on an item, or its faces alone did."""
    models = item.run.versions.get("models")
    return isinstance(models, dict) and engine.SEGMENTER in models


def beside(case: Case, item: Item, chosen: Filter, order: str) -> tuple[int | None, int | None]:
    """Return the items before and after one of a case, within a filter and an order."""
    fields = ORDERS[order]
    key = [getattr(item, name.lstrip("-")) for name in fields]
    found = items(case, chosen)
    after = found.filter(_beyond(fields, key, forward=True)).order_by(*fields)
    turned = [name[1:] if name.startswith("-") else f"-{name}" for name in fields]
    before = found.filter(_beyond(fields, key, forward=False)).order_by(*turned)
    return (
        before.values_list("pk", flat=True).first(),
        after.values_list("pk", flat=True).first(),
    )


def digest_of_all(case: Case) -> str:
    """Return one digest over all items of a case, that anybody can work out from their list.

    SHA-256 over a line for each item, rising: its SHA-256, its status and its code or "-",
    with a space between, and a newline behind.
    """
    digest = sha256()
    rows = Item.objects.filter(case=case).order_by("sha256")
    for one in rows.values_list("sha256", "status", "error_code").iterator():
        digest.update(f"{one[0]} {one[1]} {one[2] or '-'}\n".encode())
    return digest.hexdigest()


def in_exhibits(case: Case) -> dict[int, tuple[int, int]]:
    """Return for each exhibit how many paths it has and how many items lay there."""
    rows = Occurrence.objects.filter(exhibit__case=case).order_by().values_list("exhibit")
    counted = rows.annotate(n=Count("pk"), items=Count("item", distinct=True))
    return {pk: (n, items) for pk, n, items in counted}


def kinds(case: Case) -> list[tuple[str, str, int]]:
    """Return how many items have which kind of file and which status."""
    rows = Item.objects.filter(case=case).order_by("kind", "status")
    return list(rows.values_list("kind", "status").annotate(n=Count("pk")))


def masked(case: Case, item_pks: Iterable[int]) -> dict[int, Derivative]:
    """Return the masked views of items that have one, by the item's key."""
    found = Derivative.objects.filter(
        item__case=case, item__in=list(item_pks), operation=Derivative.Operation.MASKED
    )
    return {one.item_id: one for one in found if one.item_id is not None}


def paths(found: Item) -> QuerySet[Occurrence]:
    """Return every path at which an item lay."""
    return (
        Occurrence.objects.filter(item=found)
        .select_related("exhibit")
        .order_by("exhibit_id", "path")
    )


def every_path(case: Case) -> QuerySet[Occurrence]:
    """Return every path of a case, those that could not be read too, in no order yet."""
    return Occurrence.objects.filter(exhibit__case=case).select_related("exhibit")


def masked_views(case: Case) -> QuerySet[Derivative]:
    """Return the masked views of the items of a case, in no order yet."""
    found = Derivative.objects.filter(item__case=case, operation=Derivative.Operation.MASKED)
    return found.select_related("item")


def lay(case: Case, chosen: Filter) -> QuerySet[Occurrence]:
    """Return where the items that pass a filter lay; within its exhibit and folder alone."""
    exhibits = evidence.of_case(case)
    if chosen.exhibit:
        exhibits = exhibits.filter(public_id=chosen.exhibit)
    keys = list(exhibits.values_list("pk", flat=True))  # said outright, the plan knows them
    found = Occurrence.objects.filter(exhibit__in=keys, item__isnull=False)
    if chosen.folder:
        found = found.filter(path__startswith=f"{chosen.folder}/")
    else_chosen = replace(chosen, exhibit=None, folder="")
    if else_chosen == Filter():
        return found
    return found.filter(item__in=items(case, else_chosen))


def near_duplicates(found: Item, *, most: int = 24) -> list[Item]:
    """Return items of the case that look the same by PDQ, with `bits`, nearest first."""
    if found.pdq is None or (found.pdq_quality or 0) < NEAR_QUALITY:
        return []
    near = (
        Item.objects.filter(case_id=found.case_id, pdq_quality__gte=NEAR_QUALITY)
        .exclude(pk=found.pk)
        .annotate(bits=HammingDistance("pdq", Value(found.pdq)))
        .filter(bits__lte=NEAR_BITS)
    )
    return list(near.order_by("bits", "pk")[:most])


def alike(found: Item, *, most: int = 24) -> list[tuple[Item, str]]:
    """Return items of the case that look the same however they lie, nearest first.

    Each has `bits`, and stands with how it lies: "" the same way, else one of PDQ_TURNS.
    """
    if found.pdq is None or (found.pdq_quality or 0) < NEAR_QUALITY:
        return []
    ways = {"": found.pdq, **_turned(found)}
    distances = [HammingDistance("pdq", Value(bits)) for bits in ways.values()]
    near: QuerySet[Any] = (
        Item.objects.filter(case_id=found.case_id, pdq_quality__gte=NEAR_QUALITY)
        .exclude(pk=found.pk)
        .annotate(bits=Least(*distances) if len(distances) > 1 else distances[0])
        .filter(bits__lte=NEAR_BITS)
    )
    rows = near.order_by("bits", "pk")[:most]
    return [(row, _way(ways, row.pdq)) for row in rows]


def _turned(found: Item) -> dict[str, str]:
    """Return the hashes of an item in its seven other ways, as the database writes them."""
    held = bytes(found.pdq_turned or b"")
    return {
        turn: f"{int.from_bytes(held[32 * n : 32 * n + 32], 'big'):0256b}"
        for n, turn in enumerate(engine.PDQ_TURNS)
        if len(held) == 32 * len(engine.PDQ_TURNS)
    }


def _way(ways: Mapping[str, str], pdq: str) -> str:
    """Return by which of the ways a hash is nearest."""
    return min(ways, key=lambda way: _differing(ways[way], pdq))


def _differing(one: str, other: str) -> int:
    """Return in how many bits two hashes differ."""
    return (int(one, 2) ^ int(other, 2)).bit_count()


def with_faces_of(case: Case, group: FaceGroup) -> QuerySet[Item]:
    """Return the items of a case on which a group has a face."""
    return Item.objects.filter(case=case, faces__group=group).distinct()


def below(case: Case, exhibit: Exhibit, folder: str = "") -> QuerySet[Item]:
    """Return the items that lay in an exhibit, or below a folder of it."""
    lay = Occurrence.objects.filter(exhibit=exhibit, item=OuterRef("pk"))
    lay = lay.filter(path__startswith=f"{folder}/") if folder else lay
    return Item.objects.filter(Exists(lay), case=case)


def cameras(case: Case) -> list[str]:
    """Return the cameras of a case by name."""
    names = Item.objects.filter(case=case).exclude(camera="").order_by("camera")
    return list(names.values_list("camera", flat=True).distinct())


def _beyond(fields: Sequence[str], key: Sequence[object], *, forward: bool) -> Q:
    """Return the condition for rows strictly after (or before) a key."""
    condition = Q()
    equal: dict[str, object] = {}
    for name, value in zip(fields, key, strict=True):
        plain = name.lstrip("-")
        up = name.startswith("-") != forward
        condition |= Q(**equal, **{f"{plain}__{'gt' if up else 'lt'}": value})
        equal[plain] = value
    first = fields[0]
    bound = "gte" if first.startswith("-") != forward else "lte"
    return Q(**{f"{first.lstrip('-')}__{bound}": key[0]}) & condition  # the index starts there
