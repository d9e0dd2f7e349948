"""API of people: the groups of faces of a case, and its persons.

In      requests of a signed-in member
Out     JSON: facts, never a picture and never a template of a face
Fails   as the queries do; web/failed.py makes JSON of it
Why     consultation is recorded by the same actions as on the pages
Not     here: deciding anything; a person does that on a page
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis.api import Face
from haven.workbench.people import actions, person_queries, queries

router = Router(tags=["items and people"])


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
