"""API of people: groups of faces, persons, what was changed; naming, splitting, merging, moving.

In      requests of a member or of a program with a token
Out     JSON: facts, never a picture and never a template of a face
Fails   as queries and actions do; web/failed.py makes JSON of it
Why     consultation is recorded by the same actions as on the pages. A change stands as the
        member's, whose token is named on the record, and can be undone
Not     here: judging a face (confirmed, not this person, not the same), stating a role or an
        age; a person does that on a page, who looks
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, After, Rows, Said, rows_of
from haven.web.api import Text as Words
from haven.web.keyset import window
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis.api import Face
from haven.workbench.cases import queries as cases
from haven.workbench.people import (
    actions,
    face_actions,
    person_actions,
    person_queries,
    queries,
)

router = Router(tags=["items and people"])
_MOST = 500  # faces or groups of one act
_CHANGES = 100  # the latest, as on the page
_LONGEST_REASON = 500

FaceId = Annotated[int, Field(ge=1, lt=2**63)]
GroupId = Annotated[Said, Field(max_length=80)]
Reason = Annotated[Words, Field(max_length=_LONGEST_REASON)]


class Person(Schema):
    """Who the faces of a group are, as a member decided."""

    name: str
    note: str
    named_by: Annotated[str, Field(validation_alias="named_by.display_name")]
    named_at: datetime


class Role(Schema):
    """What a person is to the case, as a member stated."""

    role: Literal["victim", "witness", "suspect", "other"]
    why: Annotated[str, Field(validation_alias="text")]
    stated_by: Annotated[str, Field(validation_alias="made_by.display_name")]
    stated_at: Annotated[datetime, Field(validation_alias="made_at")]


class Age(Schema):
    """An age on a day, as a member estimated it; never by the program."""

    from_years: int
    to_years: int
    on: date
    why: Annotated[str, Field(validation_alias="text")]
    stated_by: Annotated[str, Field(validation_alias="made_by.display_name")]
    stated_at: Annotated[datetime, Field(validation_alias="made_at")]


class Text(Schema):
    """Another name of a person, or a note, as a member wrote it."""

    text: str
    stated_by: Annotated[str, Field(validation_alias="made_by.display_name")]
    stated_at: Annotated[datetime, Field(validation_alias="made_at")]


class PersonWhole(Schema):
    """A person with what members stated and did not take back."""

    id: Annotated[UUID, Field(validation_alias="person.public_id")]
    group: Annotated[str, Field(validation_alias="person.group.public_id")]
    n_faces: Annotated[int, Field(validation_alias="person.group.n_faces")]
    name: Annotated[str, Field(validation_alias="person.name")]
    note: Annotated[str, Field(validation_alias="person.note")]
    named_by: Annotated[str, Field(validation_alias="person.named_by.display_name")]
    named_at: Annotated[datetime, Field(validation_alias="person.named_at")]
    roles: Annotated[
        list[Role],
        Field(validation_alias="about.roles", description="empty: taken to be a victim"),
    ]
    aliases: Annotated[list[Text], Field(validation_alias="about.aliases")]
    notes: Annotated[list[Text], Field(validation_alias="about.notes")]
    ages: Annotated[list[Age], Field(validation_alias="about.ages")]
    siblings: Annotated[list[UUID], Field(description="ids of other persons")]


class Group(Schema):
    """Faces that look alike, put together by the program or decided by a person."""

    id: Annotated[str, Field(validation_alias="group.public_id")]
    n_faces: Annotated[int, Field(validation_alias="group.n_faces")]
    n_items: Annotated[int, Field(validation_alias="group.n_items")]
    decided: Annotated[
        bool, Field(validation_alias="group.decided", description="a person changed or named it")
    ]
    person: Person | None


class GroupWhole(Schema):
    """A group with a part of its faces, the clearest first."""

    group: Group
    faces: Rows[Face]


class Change(Schema):
    """One change of groups: what was done, who did it, and whether it stands."""

    id: Annotated[int, Field(validation_alias="change.pk")]
    done: Annotated[str, Field(validation_alias="change.verb")]
    reason: Annotated[str, Field(validation_alias="change.reason")]
    groups: Annotated[list[str], Field(description="ids of the groups it is about")]
    made_by: Annotated[str, Field(validation_alias="change.made_by.display_name")]
    made_at: Annotated[datetime, Field(validation_alias="change.made_at")]
    undone_at: Annotated[datetime | None, Field(validation_alias="change.undone_at")]
    can_be_undone: Annotated[
        bool, Field(validation_alias="is_undoable", description="nothing later stands on it")
    ]


class Name(Schema):
    """A name for a group of faces, as the unit refers to this person, and why."""

    name: Annotated[Said, Field(max_length=120)]
    note: Reason = ""


class Named(Schema):
    """The person behind a group."""

    person: Annotated[UUID, Field(validation_alias="public_id")]
    group: Annotated[str, Field(validation_alias="group.public_id")]


class Split(Schema):
    """Faces of a group that become one of their own."""

    faces: Annotated[list[FaceId], Field(min_length=1, max_length=_MOST)]


class Move(Split):
    """Faces of a group that belong to another."""

    to: GroupId
    reason: Reason = ""


class Merge(Schema):
    """Groups that are one person."""

    groups: Annotated[list[GroupId], Field(min_length=2, max_length=_MOST)]
    reason: Reason = ""


class Now(Schema):
    """The group that holds the faces now."""

    group: Annotated[str, Field(validation_alias="public_id")]


class ChangeUndone(Schema):
    """The change that was taken back."""

    id: Annotated[int, Field(validation_alias="pk")]
    undone_at: datetime


@router.get("{uuid:case_id}/groups/", response={200: Rows[Group], **FAILURES}, url_name="groups")
def list_groups(
    request: MemberRequest, case_id: UUID, after: After = "", single: bool = False
) -> dict[str, object]:
    """The groups of faces of a case, largest first; with `single` also those of one face."""
    case = actions.view_people(case_id, by=request.user, at=timezone.now())
    found, rows = queries.people(case, after, least_faces=1 if single else 2)
    return rows_of(found, rows)


@router.get(
    "{uuid:case_id}/groups/{group_id}/",
    response={200: GroupWhole, **FAILURES},
    url_name="group",
)
def one_group(
    request: MemberRequest, case_id: UUID, group_id: str, after: After = ""
) -> dict[str, object]:
    """One group of faces. Looking is recorded."""
    case = actions.view_group(case_id, group_id, by=request.user, at=timezone.now())
    found = faces.group(case, group_id)
    shown = window(
        faces.faces_of(found),
        order=("-quality", "-id"),
        after=after,
        size=queries.FACES_ON_A_PAGE,
    )
    return {"group": queries.rows([found])[0], "faces": rows_of(shown)}


@router.get(
    "{uuid:case_id}/persons/", response={200: Rows[PersonWhole], **FAILURES}, url_name="persons"
)
def list_persons(request: MemberRequest, case_id: UUID, after: After = "") -> dict[str, object]:
    """The persons of a case, the latest named first. Looking is recorded."""
    case = actions.view_people(case_id, by=request.user, at=timezone.now())
    found = window(person_queries.persons(case), order=("-id",), after=after)
    rows = [person_queries.Whole(one, person_queries.about(one)) for one in found.rows]
    return rows_of(found, rows)


@router.get(
    "{uuid:case_id}/persons/{uuid:person_id}/",
    response={200: PersonWhole, **FAILURES},
    url_name="person",
)
def one_person(request: MemberRequest, case_id: UUID, person_id: UUID) -> object:
    """One person with what members stated. Looking is recorded."""
    _case, found = person_actions.view(case_id, person_id, by=request.user, at=timezone.now())
    return person_queries.Whole(found, person_queries.about(found))


@router.get(
    "{uuid:case_id}/changes/", response={200: list[Change], **FAILURES}, url_name="changes"
)
def list_changes(request: MemberRequest, case_id: UUID) -> list[queries.Change]:
    """The latest changes of the groups of a case, at most 100."""
    case = cases.get(case_id, member=request.user)
    return queries.standing(list(queries.changes(case)[:_CHANGES]))


@router.post(
    "{uuid:case_id}/groups/{group_id}/name/",
    response={200: Named, **REFUSALS},
    url_name="group_name",
)
def name_group(request: MemberRequest, case_id: UUID, group_id: str, said: Name) -> object:
    """Name a group, or correct its name; it stands as the member's."""
    return actions.name(
        case_id, group_id, name=said.name, note=said.note, by=request.user, at=timezone.now()
    )


@router.post(
    "{uuid:case_id}/groups/{group_id}/split/",
    response={200: Now, **REFUSALS},
    url_name="group_split",
)
def split_group(request: MemberRequest, case_id: UUID, group_id: str, said: Split) -> object:
    """Take faces out of a group; they become one of their own."""
    return actions.split(
        case_id, group_id, face_ids=said.faces, by=request.user, at=timezone.now()
    )


@router.post(
    "{uuid:case_id}/groups/{group_id}/move/",
    response={200: Now, **REFUSALS},
    url_name="group_move",
)
def move_faces(request: MemberRequest, case_id: UUID, group_id: str, said: Move) -> object:
    """Move faces of a group into another one."""
    choice = face_actions.Choice(group_id, said.faces, said.reason)
    return face_actions.move(case_id, choice, to=said.to, by=request.user, at=timezone.now())


@router.post("{uuid:case_id}/merges/", response={200: Now, **REFUSALS}, url_name="merges")
def merge_groups(request: MemberRequest, case_id: UUID, said: Merge) -> object:
    """Make one group of several; refused where one picture holds faces of two of them."""
    return actions.merge(
        case_id, said.groups, reason=said.reason, by=request.user, at=timezone.now()
    )


@router.post(
    "{uuid:case_id}/changes/{int:change_id}/undo/",
    response={200: ChangeUndone, **REFUSALS},
    url_name="undo_change",
)
def undo_change(request: MemberRequest, case_id: UUID, change_id: int) -> object:
    """Bring back what was before a change, where nothing later stands on it."""
    return actions.undo(case_id, change_id, by=request.user, at=timezone.now())
