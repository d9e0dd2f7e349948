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

from django.db.models import Count

from haven.web.errors import NotFound
from haven.web.keyset import Window, window
from haven.workbench.analysis import face_queries as faces
from haven.workbench.authority import queries as authority
from haven.workbench.people import rules
from haven.workbench.people.models import GroupChange, Person

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from haven.workbench.analysis.models import Face, FaceGroup
    from haven.workbench.cases.models import Case

GROUPS_ON_A_PAGE = 24
FACES_ON_A_PAGE = 120
FACES_IN_A_ROW = 10
SIMILAR_GROUPS = 6
TARGETS = 16  # shown at once; any other is reached by its own page
_LOOKED_THROUGH = 30  # latest changes of a case
_NEAR_FACES = 60  # beside the group's own; enough to meet the next groups
SINGLE_FACES = frozenset(
    {
        GroupChange.Verb.CONFIRM,
        GroupChange.Verb.REJECT,
        GroupChange.Verb.MOVE,
        GroupChange.Verb.APART,
    }
)


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

    @property
    def groups(self) -> list[str]:
        """Return the public ids of the groups it is about."""
        both = [*self.change.before["groups"], *self.change.after["groups"]]
        return list(dict.fromkeys(one["id"] for one in both))


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


@dataclass(frozen=True, slots=True)
class Near:
    """Groups that look like one: candidates for it, and those that are kept apart from it."""

    similar: list[tuple[Row, str]]  # each with a word of the engine
    alike: list[tuple[Row, str]]
    may_compare: bool = True  # else no valid authority covers face templates of the group


def name_of(case: Case, group_id: str) -> str:
    """Return the name of the person behind a group of faces; its id where nobody is named."""
    try:
        group = faces.group(case, group_id)
    except faces.GroupNotFound:
        return group_id
    person = persons([group]).get(group.pk)
    return person.name if person else group_id


def near_groups(case: Case, group: FaceGroup, kept: rules.Rules, *, at: datetime) -> Near:
    """Return other groups whose faces look like this one's clearest face, the nearest first.

    Comparing groups is a part of looking at the exhibits, as grouping itself is: the program
    does it for every group alike, inside the case, and nobody chose a face to look for. So it
    asks for no purpose, and stands on what covers face templates; on what that covers alone.

    What somebody said is not the same is never suggested; it is told as looking alike. So is
    a group that has a name, beside one that has another.
    """
    if group.cover_id is None:
        return Near([], [])
    cover = faces.face(case, group.cover_id)
    is_covered, exhibits = _templates_on(case, cover, at=at)
    if not is_covered:
        return Near([], [], may_compare=False)
    strengths: dict[int, str] = {}
    others: list[FaceGroup] = []
    for one in faces.nearest(
        [case.pk],
        cover.embedding,
        quality=cover.quality,
        not_on=cover.item_id,
        exhibits=exhibits,
        top=group.n_faces + _NEAR_FACES,
    ):
        other = one.face.group
        if other is None or other.pk in {group.pk, *strengths} or one.strength == "none":
            continue
        strengths[other.pk] = one.strength
        others.append(other)
    apart = kept.partners(group.pk)
    is_named = group.pk in persons([group])
    found = [(row, strengths[row.group.pk]) for row in rows(others)]
    alike = [one for one in found if one[0].group.pk in apart or (is_named and one[0].person)]
    similar = [one for one in found if one not in alike]
    alike = [one for one in alike if one[0].person or one[0].group.n_faces > 1]
    return Near(similar[:SIMILAR_GROUPS], alike[:SIMILAR_GROUPS])


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


def tally(case: Case) -> dict[str, int]:
    """Return how many changes of groups stand, by the word for their kind."""
    rows = GroupChange.objects.filter(case=case, undone_at__isnull=True).order_by()
    counted = dict(rows.values_list("verb").annotate(n=Count("pk")))
    return {str(verb.label): counted.get(verb, 0) for verb in GroupChange.Verb}


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


def last_undoable(case: Case, group: FaceGroup) -> GroupChange | None:
    """Return the latest change of a group that can be undone, among the latest of the case."""
    for one in standing(list(changes(case)[:_LOOKED_THROUGH])):
        groups, _faces = _about(one.change)
        if one.is_undoable and group.public_id in groups:
            return one.change
    return None


def names_in(case: Case, about: GroupChange) -> list[str]:
    """Return the names of the persons that a change is about."""
    groups, _faces = _about(about)
    found = Person.objects.filter(case=case, group__public_id__in=groups).order_by("name")
    return list(found.values_list("name", flat=True))


def targets(case: Case, group: FaceGroup, near: Near) -> list[Row]:
    """Return groups to which a face of one may be moved: alike, named, then the largest."""
    alike = [row for row, _strength in [*near.alike, *near.similar]]
    known = {group.pk, *(row.group.pk for row in alike)}
    named = Person.objects.filter(case=case, group__isnull=False).exclude(group__in=known)
    latest = named.select_related("group").order_by("-named_at", "-pk")[:TARGETS]
    others = [one.group for one in latest if one.group]
    known |= {one.pk for one in others}
    largest = faces.groups(case, least_faces=2).exclude(pk__in=known).order_by(*faces.GROUP_ORDER)
    return (alike + rows([*others, *largest[:TARGETS]]))[:TARGETS]


def rejected(group: FaceGroup, kept: rules.Rules) -> list[tuple[int, GroupChange]]:
    """Return the faces that are not a group's person, each with the decision, latest first."""
    faces_of = kept.not_in(group.pk)
    found = GroupChange.objects.select_related("made_by").in_bulk(set(faces_of.values()))
    return [
        (face, found[pk]) for face, pk in sorted(faces_of.items(), key=lambda one: (-one[1], one))
    ]


def standing(found: Sequence[GroupChange]) -> list[Change]:
    """Return changes with whether each can be undone: nothing later stands on it.

    A change of whole groups stands on all that was done to them before. One of single faces
    stands on what was done to these faces, or to their groups as a whole. That two groups
    are not the same stands on whatever keeps these two apart.

    The changes must be the latest of a case, the latest first, without a gap.
    """
    later = _Later()
    result = []
    for one in found:
        result.append(Change(one, one.undone_at is None and not later.stands_on(one)))
        if one.undone_at is None:
            later.add(one)
    return result


class _Later:
    """What later changes that still stand are about."""

    def __init__(self) -> None:
        """Begin with no change."""
        self.whole: set[str] = set()  # groups changed as a whole
        self.any: set[str] = set()  # groups of which at least a face was changed
        self.faces: set[int] = set()
        self.apart: list[set[str]] = []

    def add(self, change: GroupChange) -> None:
        """Take a change in."""
        groups, faces_of = _about(change)
        if change.verb == GroupChange.Verb.APART and not faces_of:
            self.apart.append(groups)
            return
        self.any |= groups
        self.faces |= faces_of
        if change.verb not in SINGLE_FACES:
            self.whole |= groups

    def stands_on(self, change: GroupChange) -> bool:
        """Tell whether one of these changes stands on an earlier one."""
        groups, faces_of = _about(change)
        if change.verb == GroupChange.Verb.APART and not faces_of:
            return False  # nothing was moved
        if any(len(pair & groups) > 1 for pair in self.apart):
            return True
        if change.verb in SINGLE_FACES:
            return bool(groups & self.whole or faces_of & self.faces)
        return bool(groups & self.any)


def _about(change: GroupChange) -> tuple[set[str], set[int]]:
    """Return the groups and faces of a change."""
    held = change.before["groups"] + change.after["groups"]
    return {group["id"] for group in held}, {face for group in held for face in group["faces"]}
