"""What a reviewer sees: tiles, groups with their people, changes.

In      a case that was looked up with the member
Out     rows ready for a page
Fails   ChangeNotFound: not in this case
Not     here: what was found (haven.workbench.analysis), changing it (actions.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haven.web.errors import NotFound
from haven.web.keyset import Window, window
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items
from haven.workbench.authority import queries as authority
from haven.workbench.review import words
from haven.workbench.review.models import GroupChange, Person

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from haven.workbench.analysis.models import Face, FaceGroup, Item
    from haven.workbench.cases.models import Case
    from haven.workbench.categories.queries import Label
    from haven.workbench.wellbeing.handing import Passed

ITEMS_ON_A_PAGE = 60
GROUPS_ON_A_PAGE = 24
FACES_ON_A_PAGE = 120
FACES_IN_A_ROW = 10
SIMILAR_GROUPS = 6


class ChangeNotFound(NotFound):
    """No such change in the case."""

    code = "change.not_found"


@dataclass(frozen=True, slots=True)
class Tile:
    """An item as the grid shows it: a masked view, or a closed tile with words."""

    item: Item
    is_open: bool
    icon: str
    title: object
    text: object
    label: Label | None = None  # the verdict that stands, in the scheme of the page


@dataclass(frozen=True, slots=True)
class Row:
    """A group as the people page shows it."""

    group: FaceGroup
    person: Person | None
    face_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of groups, and whether it can be undone now."""

    change: GroupChange
    is_undoable: bool


def tile(item: Item, label: Label | None = None, passed: Passed | None = None) -> Tile:
    """Return how an item is shown. Only an item with faces has a view.

    Args:
        item: Of a case that was looked up with the member.
        label: The verdict that stands.
        passed: What the member asked not to see; None where pictures are not shown at all.
    """
    if passed is not None and item.pk in passed:
        return Tile(item, False, "hidden", words.PASSED, words.PASSED_ON, label)
    icon, kind = words.KINDS.get(item.kind, words.KINDS["other"])
    if item.status == items.STATUS.FAILED:
        why = words.failure(item.error_code).short
        return Tile(item, False, "failed", why, words.NOT_LOOKED_AT, label)
    if item.status == items.STATUS.UNSUPPORTED:
        return Tile(item, False, icon, kind, words.failure(item.error_code).short, label)
    if not item.n_faces:
        return Tile(item, False, "hidden", kind, words.NO_FACE, label)
    return Tile(item, True, icon, kind, "", label)


def tiles(case: Case, chosen: item_filter.Filter, order: str, after: str | None) -> Window[Item]:
    """Return a page of the items of a case."""
    return window(
        items.items(case, chosen).defer("steps_ms", "pdq"),
        order=items.ORDERS[order],
        after=after,
        size=ITEMS_ON_A_PAGE,
    )


def people(
    case: Case, after: str | None, *, least_faces: int = 1
) -> tuple[Window[FaceGroup], list[Row]]:
    """Return a page of the groups of a case, largest first, with their people."""
    page = window(
        faces.groups(case, least_faces=least_faces),
        order=faces.GROUP_ORDER,
        after=after,
        size=GROUPS_ON_A_PAGE,
    )
    return page, rows(page.rows)


def rows(groups: Sequence[FaceGroup]) -> list[Row]:
    """Return groups with their people and clearest faces."""
    first = faces.first_faces(groups, each=FACES_IN_A_ROW)
    named = persons(groups)
    return [Row(group, named.get(group.pk), first[group.pk]) for group in groups]


def persons(groups: Sequence[FaceGroup]) -> dict[int, Person]:
    """Return the people of groups, by the group's key."""
    found = Person.objects.filter(group__in=[group.pk for group in groups])
    return {one.group_id: one for one in found.select_related("named_by") if one.group_id}


def name_of(case: Case, group_id: str) -> str:
    """Return the name of the person behind a group of faces; its id where nobody is named."""
    try:
        group = faces.group(case, group_id)
    except faces.GroupNotFound:
        return group_id
    person = persons([group]).get(group.pk)
    return person.name if person else group_id


def similar_groups(case: Case, group: FaceGroup, *, at: datetime) -> list[tuple[Row, str]] | None:
    """Return other groups whose faces look like this one's clearest face, with words.

    Comparing groups is a part of looking at the exhibits, as grouping itself is: the program
    does it for every group alike, inside the case, and nobody chose a face to look for. So it
    asks for no purpose, and stands on what covers face templates; on what that covers alone.

    Returns:
        None where no valid authority covers face templates of this group.
    """
    if group.cover_id is None:
        return []
    cover = faces.face(case, group.cover_id)
    is_covered, exhibits = _templates_on(case, cover, at=at)
    if not is_covered:
        return None
    near = faces.nearest(
        [case.pk],
        cover.embedding,
        quality=cover.quality,
        not_on=cover.item_id,
        exhibits=exhibits,
        top=group.n_faces + 60,
    )
    strengths: dict[int, str] = {}
    others: list[FaceGroup] = []
    for one in near:
        other = one.face.group
        if other is None or other.pk == group.pk or one.strength == "none":
            continue
        if other.pk not in strengths:
            strengths[other.pk] = one.strength
            others.append(other)
    chosen = others[:SIMILAR_GROUPS]
    return [(row, strengths[row.group.pk]) for row in rows(chosen)]


def _templates_on(case: Case, cover: Face, *, at: datetime) -> tuple[bool, list[int] | None]:
    """Tell whether the template of a face may be used now, and on which exhibits.

    None of them: on the whole case.
    """
    valid = list(authority.valid(case.pk, authority.POWER.TEMPLATES, at=at))
    limits = [authority.exhibit_keys(one) for one in valid]
    if None in limits:
        return True, None
    exhibits = sorted({key for keys in limits for key in keys or ()})
    return faces.lies_on(cover, exhibits), exhibits


def changes(case: Case) -> QuerySet[GroupChange]:
    """Return the changes of a case, the latest first."""
    return GroupChange.objects.filter(case=case).select_related("made_by", "undone_by")


def change(case: Case, change_pk: int) -> GroupChange:
    """Return one change of a case.

    Raises:
        ChangeNotFound: Not in this case.
    """
    found = changes(case).filter(pk=change_pk).first()
    if found is None:
        raise ChangeNotFound(f"no such change in case {case.pk}")
    return found


def last_change(case: Case) -> GroupChange | None:
    """Return the latest change that still stands."""
    return changes(case).filter(undone_at__isnull=True).first()


def standing(found: Sequence[GroupChange]) -> list[Change]:
    """Return changes with whether each can be undone: nothing later stands on its groups.

    The changes must be the latest of a case, the latest first, without a gap.
    """
    touched: set[str] = set()
    result = []
    for one in found:
        groups = {group["id"] for group in one.before["groups"] + one.after["groups"]}
        is_undoable = one.undone_at is None and touched.isdisjoint(groups)
        result.append(Change(one, is_undoable))
        if one.undone_at is None:
            touched |= groups
    return result
