"""Who is kept apart: what people decided, as rules that merging and grouping obey.

In      the decisions of a case that stand
Out     pairs of groups and faces that are not one person; which faces are confirmed
Fails   never
Why     the same rules hold for the program (analysis.grouping), for merging and for what is
        suggested as similar
Not     here: making a decision (face_actions.py)

A decision names the group as it was. When that group was merged into another since then, the
decision is about the other one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haven.workbench.analysis import face_queries as faces
from haven.workbench.people.models import Apart, FaceDecision, GroupChange

if TYPE_CHECKING:
    from haven.workbench.analysis.models import FaceGroup

Verdict = FaceDecision.Verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """Two groups that are kept apart, and why; a face where the decision is about one."""

    one: int | None  # key of a group; None: the face is in none
    other: int | None
    change: int  # key of the decision
    one_face: int | None = None
    other_face: int | None = None

    def partner(self, group: int) -> int | None:
        """Return the group that this one is kept apart from, if it is one of the two."""
        if group == self.one:
            return self.other
        return self.one if group == self.other else None


@dataclass(frozen=True, slots=True)
class Rules:
    """All that keeps faces and groups of a case apart, and the faces that are confirmed."""

    kept: list[Kept]
    confirmed: dict[int, int]  # key of a face: key of the group it belongs to

    def partners(self, group: int) -> dict[int, int]:
        """Return the groups that are kept apart from one, each with the decision."""
        found = ((kept.partner(group), kept.change) for kept in self.kept)
        return {other: change for other, change in found if other is not None and other != group}

    def between(self, groups: Collection[int]) -> Kept | None:
        """Return what keeps two of these groups apart, or nothing."""
        wanted = set(groups)
        for kept in self.kept:
            if kept.one != kept.other and {kept.one, kept.other} <= wanted:
                return kept
        return None

    def said(self, groups: Collection[int]) -> int | None:
        """Return the decision by which just these two groups are not the same, if any."""
        pairs = {
            frozenset((kept.one, kept.other)): kept.change
            for kept in self.kept
            if kept.one_face is None
        }
        return pairs.get(frozenset(groups))

    def against(self, face: int, group: int) -> Kept | None:
        """Return what says that a face is another person than a face of a group."""
        for kept in self.kept:
            if kept.other_face is None:
                continue
            ways = ((kept.one_face, kept.other), (kept.other_face, kept.one))
            if (face, group) in ways:
                return kept
        return None

    def not_in(self, group: int) -> dict[int, int]:
        """Return the faces that are not this group's person, each with the decision."""
        return {
            kept.one_face: kept.change
            for kept in self.kept
            if kept.one_face is not None and kept.other_face is None and kept.other == group
        }


def of_case(case_pk: int) -> Rules:
    """Return the rules of a case."""
    heirs = _heirs(case_pk)
    rejected, confirmed = _decided(case_pk, heirs)
    apart = list(Apart.objects.filter(case_id=case_pk, change__undone_at__isnull=True))
    about = {face for face, _group in rejected}
    about |= {pk for one in apart for pk in (one.one_face_id, one.other_face_id) if pk}
    lies_in = faces.groups_of_faces(about)
    kept = [
        Kept(lies_in.get(face), group, change, one_face=face)
        for (face, group), change in rejected.items()
    ]
    kept += [_pair(one, heirs, lies_in) for one in apart]
    return Rules(kept, confirmed)


def pairs(case_pk: int) -> set[tuple[int, int]]:
    """Return pairs of faces of a case that are two people, for the program to obey.

    A whole group is meant by any one of its faces: it is settled, and stays together.
    """
    kept = of_case(case_pk).kept
    groups = {pk for one in kept for pk in (one.one, one.other) if pk is not None}
    anchors = faces.any_faces(groups)
    found = set()
    for one in kept:
        left = one.one_face or anchors.get(one.one or 0)
        right = one.other_face or anchors.get(one.other or 0)
        if left and right and left != right:
            found.add((left, right))
    return found


def spoken_for(face_pks: Iterable[int]) -> set[int]:
    """Return which of these faces a person decided about, undone or not."""
    asked = list(face_pks)
    about = (
        FaceDecision.objects.filter(face__in=asked).values_list("face_id", flat=True),
        Apart.objects.filter(one_face__in=asked).values_list("one_face_id", flat=True),
        Apart.objects.filter(other_face__in=asked).values_list("other_face_id", flat=True),
    )
    return {pk for found in about for pk in found if pk is not None}


def _heirs(case_pk: int) -> dict[int, int]:
    """Return for each group that was merged away the group that has its faces now."""
    merged = GroupChange.objects.filter(
        case_id=case_pk, verb=GroupChange.Verb.MERGE, undone_at__isnull=True
    )
    heirs: dict[str, str] = {}
    for after in merged.order_by("pk").values_list("after", flat=True):
        kept = [group["id"] for group in after["groups"] if group["faces"]]
        gone = [group["id"] for group in after["groups"] if not group["faces"]]
        heirs.update((one, kept[0]) for one in gone if kept)
        if kept:
            heirs.pop(kept[0], None)
    keys = faces.group_keys(case_pk, {*heirs, *heirs.values()})
    return {keys[one]: keys[_last(one, heirs)] for one in heirs if one in keys}


def _last(group: str, heirs: dict[str, str]) -> str:
    """Return the group at the end of a chain of merges."""
    while group in heirs:
        group = heirs[group]
    return group


def _decided(
    case_pk: int, heirs: dict[int, int]
) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """Return which face is not in which group, with the decision; and where faces belong."""
    rejected: dict[tuple[int, int], int] = {}
    confirmed: dict[int, int] = {}
    standing = FaceDecision.objects.filter(case_id=case_pk, change__undone_at__isnull=True)
    columns = ("face_id", "verdict", "group_id", "moved_to_id", "change_id")
    for face, verdict, about, moved_to, change in standing.order_by("pk").values_list(*columns):
        group = heirs.get(about, about)
        belongs = heirs.get(moved_to, moved_to) if moved_to else group
        if verdict == Verdict.REJECTED or group != belongs:
            rejected[face, group] = change
            if confirmed.get(face) == group:
                del confirmed[face]
        if verdict != Verdict.REJECTED:
            rejected.pop((face, belongs), None)
            confirmed[face] = belongs
    return rejected, confirmed


def _pair(one: Apart, heirs: dict[int, int], lies_in: dict[int, int]) -> Kept:
    """Return a pair that is not the same as a rule."""
    if one.one_face_id and one.other_face_id:
        groups = lies_in.get(one.one_face_id), lies_in.get(one.other_face_id)
        return Kept(*groups, one.change_id, one.one_face_id, one.other_face_id)
    left, right = one.one_group_id or 0, one.other_group_id or 0
    return Kept(heirs.get(left, left), heirs.get(right, right), one.change_id)


def faces_confirmed(rules: Rules, group: FaceGroup) -> set[int]:
    """Return the faces that a person confirmed in a group."""
    return {face for face, belongs in rules.confirmed.items() if belongs == group.pk}
