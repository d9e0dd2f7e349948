"""Ties: what several exhibits of a case have in common.

In      a case that was looked up with the member
Out     Tie: a group, a camera or a picture, and the exhibits it ties
Why     seized things of one case belong together more often than it was known
Not     here: what a tie means; a person decides (haven.workbench.leads)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Min

from haven.workbench.analysis.item_queries import NEAR_BITS, NEAR_QUALITY
from haven.workbench.analysis.models import FaceGroup, Item

if TYPE_CHECKING:
    from haven.workbench.cases.models import Case

_LABEL = "occurrences__exhibit__label"
_FEWEST = 2  # exhibits that something has to lie on
_PICTURES_LOOKED_AT = 1000  # pairs cost its square; the clearest of a large case

_PAIRS = """
WITH chosen AS (
    SELECT id, pdq FROM analysis_item
    WHERE case_id = %(case)s AND pdq IS NOT NULL AND pdq_quality >= %(quality)s
    ORDER BY best_quality DESC, id LIMIT %(some)s
), lying AS (
    SELECT DISTINCT s.id, o.exhibit_id FROM chosen s JOIN analysis_occurrence o ON o.item_id = s.id
)
SELECT a.id, b.id FROM chosen a JOIN chosen b ON a.id < b.id AND (a.pdq <~> b.pdq) <= %(bits)s
WHERE NOT EXISTS (
    SELECT FROM lying x JOIN lying y USING (exhibit_id) WHERE x.id = a.id AND y.id = b.id
)
ORDER BY a.pdq <~> b.pdq, a.id, b.id LIMIT %(most)s
"""


class Tie(NamedTuple):
    """Something that lies on several exhibits."""

    pk: int  # of the group, or of the first item
    key: str  # what ties: the group's public id, the serial number, "item-item"
    exhibits: tuple[str, ...]  # labels, by name
    face: int | None = None  # of a group: its clearest
    n_items: int = 0  # of clocks


def groups_across(case: Case, *, most: int) -> list[Tie]:
    """Return groups whose faces lie on several exhibits, the largest first."""
    label = f"faces__item__{_LABEL}"
    rows = (
        FaceGroup.objects.filter(case=case, n_items__gte=_FEWEST)
        .annotate(n=Count("faces__item__occurrences__exhibit", distinct=True))
        .filter(n__gte=_FEWEST)
        .annotate(labels=ArrayAgg(label, distinct=True))
        .order_by("-n_items", "pk")
    )
    return [
        Tie(pk, public_id, tuple(labels), cover)
        for pk, public_id, labels, cover in rows.values_list(
            "pk", "public_id", "labels", "cover_id"
        )[:most]
    ]


def cameras_across(case: Case, *, most: int) -> list[Tie]:
    """Return serial numbers of cameras whose pictures lie on several exhibits."""
    rows = (
        Item.objects.filter(case=case)
        .exclude(camera_serial="")
        .values("camera_serial")
        .annotate(
            first=Min("pk"),
            n=Count("occurrences__exhibit", distinct=True),
            labels=ArrayAgg(_LABEL, distinct=True),
        )
        .filter(n__gte=_FEWEST)
        .order_by("-n", "first")
    )
    return [Tie(one["first"], one["camera_serial"], tuple(one["labels"])) for one in rows[:most]]


def clocks_in_doubt(case: Case, *, most: int) -> list[Tie]:
    """Return time zones whose places have pictures with another clock; `key` is the zone.

    A camera that was never set lies in all its pictures, so they are one tie and not many.
    """
    rows = (
        Item.objects.filter(case=case, clock_fits=False)
        .values("time_zone", "camera")
        .annotate(
            first=Min("pk"), n=Count("pk", distinct=True), labels=ArrayAgg(_LABEL, distinct=True)
        )
        .order_by("-n", "first")
    )
    return [
        Tie(one["first"], one["time_zone"], tuple(filter(None, one["labels"])), n_items=one["n"])
        for one in rows[:most]
    ]


def copies_across(case: Case, *, most: int) -> list[Tie]:
    """Return pairs of pictures that look almost the same and share no exhibit.

    Of a large case only the clearest pictures are compared with each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _PAIRS,
            {
                "case": case.pk,
                "quality": NEAR_QUALITY,
                "bits": NEAR_BITS,
                "some": _PICTURES_LOOKED_AT,
                "most": most,
            },
        )
        pairs = cursor.fetchall()
    rows = Item.objects.filter(pk__in={pk for pair in pairs for pk in pair})
    labels = dict(rows.annotate(at=ArrayAgg(_LABEL, distinct=True)).values_list("pk", "at"))
    return [
        Tie(one, f"{one}-{other}", tuple(sorted({*labels[one], *labels[other]})))
        for one, other in pairs
    ]
