"""What people decide about groups of faces, and taking it back.

In      a case, groups and faces by their ids, who, when, why
Out     changed groups, and a GroupChange with what was and what is
Fails   CaseNotFound, GroupNotFound, NotAllowed; SamePicture, TwoNames, KeptApart,
        NothingChosen, AllChosen, CannotUndo
Why     every change is one transaction with its record, and can be undone
Not     here: single faces (face_actions.py), grouping by the program (haven.workbench.analysis)
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_queries as faces
from haven.workbench.cases import queries as cases
from haven.workbench.people import changing, queries, rules
from haven.workbench.people.models import GroupChange, Person

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.cases.models import Case

Verb = GroupChange.Verb


class SamePicture(Conflict):
    """Two of the groups have faces in one picture."""

    code = "group.same_picture"
    words = _(
        "These groups were not merged: at least one picture holds a face of two of them, and "
        "two faces in one picture are two people."
    )


class TwoNames(Conflict):
    """Two of the groups have a name."""

    code = "group.two_names"
    words = _(
        "These groups were not merged: they carry different names. Undo one of the namings "
        "first if they are one person."
    )


class NothingChosen(BadInput):
    """Too little was chosen."""

    code = "group.nothing_chosen"
    words = _("Choose at least two groups to merge, or at least one face to take out.")


class AllChosen(BadInput):
    """All faces of a group were chosen."""

    code = "group.all_chosen"
    words = _("All faces of the group were chosen. Leave at least one in it.")


class KeptApart(Conflict):
    """Somebody said that two of them are not the same person."""

    code = "group.kept_apart"
    words = _(
        "This was not done: somebody decided that they are not the same person. If that was "
        "wrong, undo that decision first."
    )

    def __init__(self, sentence: str, *, change: int) -> None:
        """Keep which decision it was."""
        super().__init__(sentence)
        self.change = change


class CannotUndo(Conflict):
    """A later change stands on the same groups, or it was undone already."""

    code = "change.cannot_undo"
    words = _("This cannot be undone by itself: a later change stands on the same groups.")


@transaction.atomic
def split(
    case_id: UUID, group_id: str, *, face_ids: Sequence[int], by: Member, at: datetime
) -> FaceGroup:
    """Put chosen faces of a group into a new group; return it.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NothingChosen, AllChosen: None, or all, of the faces of the group.
    """
    case = changing.locked(case_id, by)
    group = faces.group(case, group_id)
    inside = faces.face_ids(group)
    chosen = sorted(set(face_ids) & set(inside))
    if not chosen:
        raise NothingChosen(f"no face of group {group.pk} was chosen")
    if len(chosen) == len(inside):
        raise AllChosen(f"all faces of group {group.pk} were chosen")
    change = changing.begin(case, Verb.SPLIT, [group], by, at)
    new = faces.make_group(case, f"h{uuid.uuid4().hex[:12]}")
    analysis.place_faces(new, chosen)
    analysis.finish_groups([group, new])
    changing.keep(change, [group, new])
    return new


@transaction.atomic
def merge(
    case_id: UUID, group_ids: Sequence[str], *, reason: str = "", by: Member, at: datetime
) -> FaceGroup:
    """Put the faces of several groups into one: the named one, else the largest.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
        NothingChosen: Fewer than two groups.
        SamePicture: Two of the groups have faces in one picture; there is no way around.
        TwoNames: Two of the groups are named.
        KeptApart: Somebody said that two of them, or faces in them, are not the same.
    """
    case = changing.locked(case_id, by)
    groups = [one for one in faces.groups_by_id(case, group_ids) if one.n_faces]
    if len(groups) < 2:  # one group is merged with nothing
        raise NothingChosen(f"{len(groups)} groups were chosen")
    kept_apart = rules.of_case(case.pk).between([group.pk for group in groups])
    if kept_apart:
        raise KeptApart(f"two of {len(groups)} groups are apart", change=kept_apart.change)
    if faces.share_a_picture(groups):
        raise SamePicture(f"two of {len(groups)} groups share a picture")
    named = queries.persons(groups)
    if len(named) > 1:
        raise TwoNames(f"{len(named)} of {len(groups)} groups are named")
    kept = max(groups, key=lambda one: (one.pk in named, one.n_faces, -one.pk))
    change = changing.begin(case, Verb.MERGE, groups, by, at)
    change.reason = reason.strip()
    for group in groups:
        if group != kept:
            analysis.place_faces(kept, faces.face_ids(group))
    analysis.finish_groups(groups)
    changing.keep(change, groups)
    return kept


@transaction.atomic
def name(
    case_id: UUID, group_id: str, *, name: str, note: str = "", by: Member, at: datetime
) -> Person:
    """Say who the faces of a group are, or correct it.

    Raises:
        CaseNotFound, GroupNotFound, NotAllowed: `by` may not change groups he can see.
    """
    case = changing.locked(case_id, by)
    group = faces.group(case, group_id)
    person = queries.persons([group]).get(group.pk)
    change = changing.begin(case, Verb.RENAME if person else Verb.NAME, [group], by, at)
    person = person or Person(case=case, group=group)
    person.name, person.note = name.strip(), note.strip()
    person.named_by, person.named_at = by, at
    person.save()
    analysis.finish_groups([group])
    change.reason = person.note
    changing.keep(change, [group])
    return person


@transaction.atomic
def undo(case_id: UUID, change_pk: int, *, by: Member, at: datetime) -> GroupChange:
    """Bring back what was before a change.

    Faces that the program added to a group since then stay where they are.

    Raises:
        CaseNotFound, ChangeNotFound, NotAllowed: `by` may not change groups he can see.
        CannotUndo: It was undone already, or a later change stands on the same groups.
    """
    case = changing.locked(case_id, by)
    change = queries.change(case, change_pk)
    since = list(queries.changes(case).filter(pk__gte=change.pk))
    if not queries.standing(since)[-1].is_undoable:
        raise CannotUndo(f"change {change.pk} does not stand free")
    known = {group["id"] for group in change.before["groups"]}
    new = {group["id"] for group in change.after["groups"]} - known
    groups = faces.groups_by_id(case, sorted(known))
    by_id = {group.public_id: group for group in groups}
    # The program may have put faces that were set free elsewhere, and their groups may be gone.
    moved = [face for group in change.before["groups"] for face in group["faces"]]
    left = {*faces.groups_of_faces(moved).values(), *faces.group_keys(case.pk, new).values()}
    for group in change.before["groups"]:
        analysis.place_faces(by_id[group["id"]], group["faces"])
    _restore_people(change, by_id)
    analysis.finish_groups(groups)
    analysis.recount_groups(case.pk, left)
    change.undone_by, change.undone_at = by, at
    change.save(update_fields=["undone_by", "undone_at"])
    record("group.undo", actor=by, target=change, case_id=case.pk, at=at, of=change.verb)
    return change


@transaction.atomic
def view_people(case_id: UUID, *, by: Member, at: datetime) -> Case:
    """Open the groups of a case; that is recorded.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    record("people.view", actor=by, target=case, case_id=case.pk, at=at)
    return case


@transaction.atomic
def view_group(case_id: UUID, group_id: str, *, by: Member, at: datetime) -> Case:
    """Open one group; that is recorded.

    Raises:
        CaseNotFound, GroupNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    found = faces.group(case, group_id)
    record("group.view", actor=by, target=found, case_id=case.pk, at=at)
    return case


def _restore_people(change: GroupChange, by_id: dict[str, FaceGroup]) -> None:
    """Bring back who the groups of a change were."""
    was = {person["id"]: person for person in change.before["people"]}
    for person in change.after["people"]:
        if person["id"] not in was:
            Person.objects.filter(public_id=person["id"]).update(group=None)
    for person in was.values():
        Person.objects.filter(public_id=person["id"]).update(
            group=by_id[person["group"]],
            name=person["name"],
            note=person["note"],
            named_by_id=person["named_by"],
            named_at=datetime.fromisoformat(person["named_at"]),
        )
