"""Changes of groups: what each act shares, from the lock to the record.

In      a case, groups or faces, who, when
Out     a GroupChange with what was and what is, and its record
Fails   CaseNotFound, NotAllowed: `by` may not change groups he can see
Why     every act is told and undone in the same way
Not     here: what each act does (actions.py, face_actions.py)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from haven.audit.actions import record
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_queries as faces
from haven.workbench.cases import queries as cases
from haven.workbench.people import queries
from haven.workbench.people.models import GroupChange

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Face, FaceGroup
    from haven.workbench.cases.models import Case


def locked(case_id: UUID, by: Member) -> Case:
    """Return a case in which the member may change groups, and hold its groups.

    Raises:
        CaseNotFound, NotAllowed: `by` may not change groups he can see.
    """
    case = cases.get(case_id, member=by, to="work")
    analysis.lock_groups(case.pk)
    return case


def begin(
    case: Case, verb: GroupChange.Verb, groups: Sequence[FaceGroup], by: Member, at: datetime
) -> GroupChange:
    """Return a change of whole groups, not yet written, that remembers what is before it."""
    return GroupChange(case=case, verb=verb, made_by=by, made_at=at, before=snapshot(groups))


def keep(change: GroupChange, groups: Sequence[FaceGroup]) -> GroupChange:
    """Write a change of whole groups with what is now, and its record."""
    change.after = snapshot(groups)
    return _written(change, groups)


def keep_faces(
    change: GroupChange, chosen: Sequence[Face], groups: Sequence[FaceGroup]
) -> GroupChange:
    """Write a change of single faces, each still with the group it was in, and its record.

    Args:
        change: Not yet written, without `before` and `after`.
        chosen: The faces as they were before.
        groups: All groups that the change is about.
    """
    was: dict[str, list[int]] = {group.public_id: [] for group in groups}
    for face in chosen:
        if face.group is not None:
            was.setdefault(face.group.public_id, []).append(face.pk)
    now: dict[str, list[int]] = defaultdict(list, {group.public_id: [] for group in groups})
    for face_pk, public_id in faces.where_now([face.pk for face in chosen]):
        now[public_id].append(face_pk)
    change.before, change.after = _of_faces(was), _of_faces(now)
    return _written(change, groups)


def snapshot(groups: Sequence[FaceGroup]) -> dict[str, Any]:
    """Return what groups hold and who they are, as JSON."""
    public_ids = {group.pk: group.public_id for group in groups}
    return {
        "groups": [{"id": group.public_id, "faces": faces.face_ids(group)} for group in groups],
        "people": [
            {
                "id": str(person.public_id),
                "group": public_ids[pk],
                "name": person.name,
                "note": person.note,
                "named_by": person.named_by_id,
                "named_at": person.named_at.isoformat(),
            }
            for pk, person in sorted(queries.persons(groups).items())
        ],
    }


def _of_faces(held: dict[str, list[int]]) -> dict[str, Any]:
    """Return groups with some of their faces, as JSON."""
    return {
        "groups": [{"id": group, "faces": sorted(found)} for group, found in held.items()],
        "people": [],
    }


def _written(change: GroupChange, groups: Sequence[FaceGroup]) -> GroupChange:
    """Write a change and its record."""
    change.save()
    record(
        f"group.{change.verb}",
        actor=change.made_by,
        target=change,
        case_id=change.case_id,
        at=change.made_at,
        groups=[group.public_id for group in groups],
    )
    return change
