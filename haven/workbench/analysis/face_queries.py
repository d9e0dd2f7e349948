"""Faces and groups of a case, and the faces of one or several cases most like one.

In      a case, or cases, that were looked up with the member
Out     groups, faces, candidates in order
Fails   FaceNotFound, GroupNotFound: not in this case
Why     exact order by distance: no candidate is lost to an index
Not     here: what a candidate means; a person decides
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from pgvector.django import L2Distance

from haven import engine
from haven.web.errors import NotFound
from haven.workbench.analysis.models import (
    Face,
    FaceGroup,
    Item,
    Occurrence,
    Probe,
    ProbeFace,
    Run,
)

if TYPE_CHECKING:
    from haven.workbench.cases.models import Case

GROUP_ORDER = ("-n_items", "-id")


class FaceNotFound(NotFound):
    """No such face in the case."""

    code = "face.not_found"


class GroupNotFound(NotFound):
    """No such group in the case."""

    code = "group.not_found"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A face of the case that looks like the one asked for."""

    face: Face
    distance: float
    strength: str  # a word of engine.Strength


def faces(case: Case) -> QuerySet[Face]:
    """Return the faces of a case with item and group and without templates, in no order yet."""
    return Face.objects.filter(case=case).select_related("item", "group").defer("embedding")


def groups(case: Case, *, least_faces: int = 1) -> QuerySet[FaceGroup]:
    """Return the groups of a case that hold faces."""
    return FaceGroup.objects.filter(case=case, n_faces__gte=least_faces)


def group(case: Case, public_id: str) -> FaceGroup:
    """Return one group of a case that holds faces.

    Raises:
        GroupNotFound: Not in this case, or merged into another.
    """
    # An address may hold a zero byte, which PostgreSQL refuses to compare.
    found = None if "\0" in public_id else groups(case).filter(public_id=public_id).first()
    if found is None:
        raise GroupNotFound(f"no such group in case {case.pk}")
    return found


def groups_by_id(case: Case, public_ids: Sequence[str]) -> list[FaceGroup]:
    """Return groups of a case, in the order asked for.

    Raises:
        GroupNotFound: One is not in this case.
    """
    found = {
        one.public_id: one for one in FaceGroup.objects.filter(case=case, public_id__in=public_ids)
    }
    missing = len(set(public_ids)) - len(found)
    if missing:
        raise GroupNotFound(f"{missing} groups are not in case {case.pk}")
    return [found[public_id] for public_id in dict.fromkeys(public_ids)]


def make_group(case: Case, public_id: str) -> FaceGroup:
    """Return a group with this id, made if the case has none."""
    found, _created = FaceGroup.objects.get_or_create(case=case, public_id=public_id)
    return found


def faces_of(found: FaceGroup) -> QuerySet[Face]:
    """Return the faces of a group, the clearest first."""
    faces = Face.objects.filter(group=found).select_related("item")
    return faces.defer("embedding").order_by("-quality", "-id")


def face_ids(found: FaceGroup) -> list[int]:
    """Return the keys of the faces of a group, rising."""
    return list(Face.objects.filter(group=found).order_by("pk").values_list("pk", flat=True))


def first_faces(found: Sequence[FaceGroup], *, each: int) -> dict[int, list[int]]:
    """Return the clearest faces of each group: group key to face keys."""
    ranked = Face.objects.filter(group__in=[one.pk for one in found]).annotate(
        place=Window(RowNumber(), partition_by=F("group_id"), order_by=["-quality", "-id"])
    )
    rows = ranked.filter(place__lte=each).order_by("group_id", "place")
    first: dict[int, list[int]] = {one.pk: [] for one in found}
    for group_pk, face_pk in rows.values_list("group_id", "pk"):
        first[group_pk].append(face_pk)
    return first


def faces_on(item: Item) -> QuerySet[Face]:
    """Return the faces on an item in their order, with their groups."""
    faces = Face.objects.filter(item=item).select_related("group")
    return faces.defer("embedding").order_by("position")


def face(case: Case, face_pk: int) -> Face:
    """Return one face of a case, with its item and group.

    Raises:
        FaceNotFound: Not in this case.
    """
    found = Face.objects.filter(case=case, pk=face_pk).select_related("item", "group").first()
    if found is None:
        raise FaceNotFound(f"no such face in case {case.pk}")
    return found


def lies_on(found: Face, exhibits: Sequence[int]) -> bool:
    """Tell whether the picture of a face lies on one of the exhibits."""
    return Occurrence.objects.filter(item=found.item_id, exhibit__in=exhibits).exists()


def share_a_picture(found: Sequence[FaceGroup]) -> bool:
    """Tell whether two of the groups have faces in one picture."""
    keys = [one.pk for one in found]
    together = (
        Face.objects.filter(group__in=keys)
        .values("item_id")
        .annotate(n=Count("group_id", distinct=True))
        .filter(n__gt=1)
    )
    return together.exists()


def probe_faces(probe: Probe) -> list[ProbeFace]:
    """Return the faces of a probe in their order."""
    return list(probe.faces.order_by("position"))


def candidates(
    case: Case,
    embedding: Sequence[float] | None,
    *,
    quality: float,
    not_on: Item | None = None,
    top: int = 20,
) -> list[Candidate]:
    """Return the faces of one case most like a vector, nearest first; see nearest()."""
    left_out = not_on.pk if not_on is not None else None
    return nearest([case.pk], embedding, quality=quality, not_on=left_out, top=top)


def nearest(
    case_pks: Sequence[int],
    embedding: Sequence[float] | None,
    *,
    quality: float,
    not_on: int | None = None,
    exhibits: Sequence[int] | None = None,
    top: int = 20,
) -> list[Candidate]:
    """Return the faces of cases most like a vector, nearest first.

    Args:
        case_pks: Where to look; the caller looked each one up with the member.
        embedding: 128 numbers; None, a face that could not be described, has no candidates.
        quality: Of the face asked for, 0 to 1; the poorer of two faces decides the word.
        not_on: Key of an item to leave out: two faces on one picture are two people.
        exhibits: Keys of the exhibits on which a face must lie; None: any.
        top: How many at most.
    """
    if embedding is None:
        return []
    found = _comparable(case_pks, not_on=not_on, exhibits=exhibits)
    # First the keys alone: joining and sorting whole rows would cost four times as much.
    near = list(
        found.annotate(distance=L2Distance("embedding", embedding))
        .order_by("distance", "pk")
        .values_list("pk", "distance")[:top]
    )
    rows = Face.objects.select_related("group", "item").defer("embedding")
    by_key = rows.in_bulk([pk for pk, _distance in near])
    return [
        Candidate(
            face=by_key[pk],
            distance=distance,
            strength=str(engine.strength(distance, min(quality, by_key[pk].quality))),
        )
        for pk, distance in near
    ]


def count_comparable(
    case_pks: Sequence[int], *, not_on: int | None = None, exhibits: Sequence[int] | None = None
) -> int:
    """Return how many faces nearest() compares with."""
    return _comparable(case_pks, not_on=not_on, exhibits=exhibits).count()


def made_with(case_pks: Sequence[int]) -> dict[str, object]:
    """Return what describes the faces of cases: the model, its digests, and the words' limits.

    The digests are those that the runs recorded; more than one where cases differ.
    """
    path = f"versions__models__{engine.MODEL_NAME}"
    runs = Run.objects.filter(exhibit__case__in=case_pks, **{f"{path}__isnull": False})
    digests = runs.order_by().values_list(path, flat=True).distinct()
    return {
        "model": engine.MODEL_NAME,
        "model_sha256": sorted(digests),
        "limits": {str(word): limit for limit, word in engine.STRENGTH_LIMITS},
    }


def _comparable(
    case_pks: Sequence[int], *, not_on: int | None, exhibits: Sequence[int] | None
) -> QuerySet[Face]:
    """Return the faces of cases that have a description."""
    found = Face.objects.filter(case__in=case_pks, embedding__isnull=False)
    if not_on is not None:
        found = found.exclude(item_id=not_on)
    if exhibits is not None:
        lying = Occurrence.objects.filter(item=OuterRef("item_id"), exhibit__in=exhibits)
        found = found.filter(Exists(lying))
    return found


def where_now(face_pks: Iterable[int]) -> list[tuple[int, str]]:
    """Return faces that are in a group, each with the public id of it, rising."""
    found = Face.objects.filter(pk__in=list(face_pks), group__isnull=False)
    return list(found.order_by("pk").values_list("pk", "group__public_id"))


def groups_of_faces(face_pks: Iterable[int]) -> dict[int, int]:
    """Return the key of the group of each face that is in one."""
    found = Face.objects.filter(pk__in=list(face_pks), group__isnull=False)
    return {pk: group for pk, group in found.values_list("pk", "group_id") if group}


def any_faces(group_pks: Iterable[int]) -> dict[int, int]:
    """Return the first face by key of each group that holds one."""
    found = Face.objects.filter(group__in=list(group_pks)).values("group_id")
    first = found.annotate(first=Min("pk")).order_by().values_list("group_id", "first")
    return {group: face for group, face in first if group}


def group_keys(case_pk: int, public_ids: Iterable[str]) -> dict[str, int]:
    """Return the keys of those groups of a case that there still are."""
    found = FaceGroup.objects.filter(case_id=case_pk, public_id__in=list(public_ids))
    return dict(found.values_list("public_id", "pk"))


def chosen(found: FaceGroup, face_pks: Iterable[int]) -> list[Face]:
    """Return those of these faces that are in a group, rising."""
    faces = Face.objects.filter(group=found, pk__in=list(face_pks)).select_related("group")
    return list(faces.defer("embedding").order_by("pk"))


def on_the_pictures_of(faces: Sequence[Face], found: FaceGroup) -> bool:
    """Tell whether a group holds another face of a picture on which one of the faces is."""
    pictures = [face.item_id for face in faces]
    if len(set(pictures)) < len(pictures):
        return True
    others = Face.objects.filter(group=found, item__in=pictures)
    return others.exclude(pk__in=[face.pk for face in faces]).exists()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where and when the faces of a group were seen, by what the files say of themselves."""

    exhibits: list[str]
    first: date | None
    last: date | None
    n_dated: int  # items that say a day


def whereabouts(found: FaceGroup) -> Whereabouts:
    """Return on which exhibits the items of a group lie, and the days they say."""
    items = Item.objects.filter(faces__group=found).distinct()
    days = items.aggregate(
        first=Min("taken_on"),
        last=Max("taken_on"),
        n=Count("pk", distinct=True, filter=Q(taken_on__isnull=False)),
    )
    labels = Occurrence.objects.filter(item__in=items.values("pk"))
    exhibits = labels.order_by("exhibit__label").values_list("exhibit__label", flat=True)
    return Whereabouts(list(exhibits.distinct()), days["first"], days["last"], days["n"])
