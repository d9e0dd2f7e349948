"""What people decide about single faces, and about two that are not the same person.

In      a case, faces and groups by their ids, who, when, why
Out     decisions that stand until they are undone, and a GroupChange that tells them
Fails   CaseNotFound, GroupNotFound, NotAllowed; NothingChosen, AllChosen, SamePicture,
        KeptApart, NotTwo
Why     a person corrects the program face by face, and the program obeys from then on
Not     here: whole groups, and undoing (actions.py)
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.web.errors import BadInput
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_queries as faces
from haven.workbench.people import actions, changing, queries, rules
from haven.workbench.people.models import Apart, FaceDecision, GroupChange

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Face, FaceGroup
    from haven.workbench.cases.models import Case

Verb = GroupChange.Verb
Verdict = FaceDecision.Verdict


class NotTwo(BadInput):
    """Something else than two was chosen."""

    code = "group.not_two"
    words = _("Choose exactly two faces, or two groups, to say that they are not the same.")


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen faces of a group, and why something is done to them."""

    group: str  # public id
    faces: Sequence[int]
    reason: str = ""


@transaction.atomic
def confirm(case_id: UUID, choice: Choice, *, by: Member, at: datetime) -> GroupChange:
    """Say that chosen faces of a group belong to it: they stay in it from now on.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NothingChosen: None of the faces is in the group.
    """
    case = changing.locked(case_id, by)
    group, chosen = _chosen(case, choice)
    change = _change(case, Verb.CONFIRM, choice.reason, by, at)
    analysis.finish_groups([group])
    changing.keep_faces(change, chosen, [group])
    _decide(change, chosen, Verdict.CONFIRMED, group)
    return change


@transaction.atomic
def reject(case_id: UUID, choice: Choice, *, by: Member, at: datetime) -> GroupChange:
    """Say that chosen faces do not belong to a group: they leave it and never come back.

    Each stands alone until the program groups again; it may join any other group.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NothingChosen, AllChosen: None, or all, of the faces of the group.
    """
    case = changing.locked(case_id, by)
    group, chosen = _chosen(case, choice)
    if len(chosen) == group.n_faces:
        raise actions.AllChosen(f"all faces of group {group.pk} were chosen")
    change = _change(case, Verb.REJECT, choice.reason, by, at)
    _set_free(case, chosen)
    analysis.finish_groups([group])
    changing.keep_faces(change, chosen, [group])
    _decide(change, chosen, Verdict.REJECTED, group)
    analysis.group_again(case.pk)
    return change


@transaction.atomic
def move(case_id: UUID, choice: Choice, *, to: str, by: Member, at: datetime) -> FaceGroup:
    """Put chosen faces of a group into another: they do not belong to the one but the other.

    All faces of a group are not moved but merged: the two are one person.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NothingChosen: None of the faces is in the group, or it is the other.
        TwoNames: All faces were chosen, and both groups are named.
        SamePicture: The other group holds another face of one of their pictures.
        KeptApart: Somebody said that one of them is not the same as a face of the other group.
    """
    case = changing.locked(case_id, by)
    group, chosen = _chosen(case, choice)
    target = faces.group(case, to)
    if target == group:
        raise actions.NothingChosen(f"faces of group {group.pk} were to be moved to itself")
    if len(chosen) == group.n_faces:
        return actions.merge(case_id, [to, choice.group], reason=choice.reason, by=by, at=at)
    kept = rules.of_case(case.pk)
    for face in chosen:
        against = kept.against(face.pk, target.pk)
        if against:
            raise actions.KeptApart(f"face {face.pk} is apart", change=against.change)
    if faces.on_the_pictures_of(chosen, target):
        raise actions.SamePicture(f"group {target.pk} has faces on pictures of these")
    change = _change(case, Verb.MOVE, choice.reason, by, at)
    analysis.place_faces(target, [face.pk for face in chosen])
    analysis.finish_groups([group, target])
    changing.keep_faces(change, chosen, [group, target])
    _decide(change, chosen, Verdict.MOVED, group, moved_to=target)
    return target


@transaction.atomic
def tell_faces_apart(case_id: UUID, choice: Choice, *, by: Member, at: datetime) -> GroupChange:
    """Say that two faces of one group are not the same person: they never share one again.

    The clearer face stays, unless only the other was confirmed; the other stands alone until
    the program groups again.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NotTwo: Not exactly two faces of the group were chosen.
    """
    case = changing.locked(case_id, by)
    group = faces.group(case, choice.group)
    chosen = faces.chosen(group, choice.faces)
    if len(chosen) != 2:  # two
        raise NotTwo(f"{len(chosen)} faces of group {group.pk} were chosen")
    confirmed = rules.of_case(case.pk).confirmed
    stays, leaves = sorted(
        chosen, key=lambda one: (confirmed.get(one.pk) != group.pk, -one.quality, one.pk)
    )
    change = _change(case, Verb.APART, choice.reason, by, at)
    _set_free(case, [leaves])
    analysis.finish_groups([group])
    changing.keep_faces(change, chosen, [group])
    Apart.objects.create(case=case, change=change, one_face=stays, other_face=leaves)
    analysis.group_again(case.pk)
    return change


@transaction.atomic
def tell_groups_apart(
    case_id: UUID,
    group_ids: Sequence[str],
    *,
    reason: str = "",
    by: Member,
    at: datetime,
) -> GroupChange:
    """Say that two groups are not the same person: nothing joins or suggests them again.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NotTwo: Not exactly two groups were chosen.
    """
    case = changing.locked(case_id, by)
    groups = [one for one in faces.groups_by_id(case, group_ids) if one.n_faces]
    if len(groups) != 2:  # two
        raise NotTwo(f"{len(groups)} groups were chosen")
    said = rules.of_case(case.pk).said([one.pk for one in groups])
    if said is not None:
        return queries.change(case, said)
    change = _change(case, Verb.APART, reason, by, at)
    analysis.finish_groups(groups)
    changing.keep_faces(change, [], groups)
    Apart.objects.create(case=case, change=change, one_group=groups[0], other_group=groups[1])
    return change


def _change(
    case: Case, verb: GroupChange.Verb, reason: str, by: Member, at: datetime
) -> GroupChange:
    """Return a change of single faces, not yet written."""
    return GroupChange(case=case, verb=verb, made_by=by, made_at=at, reason=reason.strip())


def _chosen(case: Case, choice: Choice) -> tuple[FaceGroup, list[Face]]:
    """Return a group and those of the faces that are in it.

    Raises:
        GroupNotFound: Not in this case.
        NothingChosen: None of the faces is in the group.
    """
    group = faces.group(case, choice.group)
    chosen = faces.chosen(group, choice.faces)
    if not chosen:
        raise actions.NothingChosen(f"no face of group {group.pk} was chosen")
    return group, chosen


def _set_free(case: Case, chosen: Sequence[Face]) -> None:
    """Put each face into a group of its own, which the program may make anew."""
    for face in chosen:
        alone = faces.make_group(case, f"h{uuid.uuid4().hex[:12]}")
        analysis.place_faces(alone, [face.pk])
        analysis.recount_groups(case.pk, [alone.pk])


def _decide(
    change: GroupChange,
    chosen: Sequence[Face],
    verdict: FaceDecision.Verdict,
    group: FaceGroup,
    *,
    moved_to: FaceGroup | None = None,
) -> None:
    """Write what was decided about each face."""
    FaceDecision.objects.bulk_create(
        FaceDecision(
            case_id=change.case_id,
            change=change,
            face=face,
            verdict=verdict,
            group=group,
            moved_to=moved_to,
        )
        for face in chosen
    )
