"""What is seen of people: groups of faces with who they are, and what was changed.

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
from haven.workbench.people.models import GroupChange, Person

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.cases.models import Case

GROUPS_ON_A_PAGE = 24
FACES_ON_A_PAGE = 120
FACES_IN_A_ROW = 10
SIMILAR_GROUPS = 6


class ChangeNotFound(NotFound):
    """No such change in the case."""

    code = "change.not_found"


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


def similar_groups(case: Case, group: FaceGroup) -> list[tuple[Row, str]]:
    """Return other groups whose faces look like this one's clearest face, with words."""
    if group.cover_id is None:
        return []
    cover = faces.face(case, group.cover_id)
    near = faces.candidates(
        case, cover.embedding, quality=cover.quality, not_on=cover.item, top=group.n_faces + 60
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
