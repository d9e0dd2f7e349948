"""API of notes: those of a case, one in all versions, writing and correcting.

In      requests of a member or of a program with a token
Out     JSON; what the pages of notes show
Fails   as queries and actions do; web/failed.py makes JSON of it
Not     here: what writing does (actions.py)
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, After, Rows, Said, Text, rows_of
from haven.web.keyset import window
from haven.workbench.notes import actions, queries

router = Router(tags=["notes"])
_LONGEST = 4000  # characters, as on the page
_LONGEST_KEY = 80
_LAST_VERSION = 32_000


class Note(Schema):
    """One version of a note."""

    id: Annotated[UUID, Field(validation_alias="thread", description="the same in all versions")]
    version: int
    about: Annotated[str, Field(description="case, item, exhibit or group")]
    item: Annotated[int | None, Field(validation_alias="item_id")]
    exhibit: Annotated[UUID | None, Field(validation_alias="exhibit.public_id")] = None
    group: Annotated[str | None, Field(validation_alias="group.public_id")] = None
    text: str
    written_by: Annotated[str, Field(validation_alias="written_by.display_name")]
    written_at: datetime


class Write(Schema):
    """A note about the case, or about one thing in it."""

    text: Annotated[Said, Field(max_length=_LONGEST)]
    about: Literal["case", "item", "exhibit", "group"] = "case"
    key: Annotated[Text, Field(max_length=_LONGEST_KEY, description="id of the thing")] = ""


class Correct(Schema):
    """The next version of a note."""

    text: Annotated[Said, Field(max_length=_LONGEST, description="all of it")]
    version: Annotated[int, Field(ge=1, le=_LAST_VERSION, description="that was read")]


Words = Annotated[  # PostgreSQL compares no text with a zero byte
    str, Query(description="words that a note holds", max_length=200, pattern=r"^[^\x00]*$")
]


@router.get("{uuid:case_id}/notes/", response={200: Rows[Note], **FAILURES}, url_name="notes")
def notes(
    request: MemberRequest, case_id: UUID, q: Words = "", after: After = ""
) -> dict[str, object]:
    """The notes of a case in their latest versions. Looking is recorded, with the words."""
    case = actions.view(case_id, looked_for=q, by=request.user, at=timezone.now())
    found = queries.holding(queries.latest(case, member=request.user, at=timezone.now()), q)
    return rows_of(window(found, order=queries.ORDER, after=after))


@router.get(
    "{uuid:case_id}/notes/{uuid:thread}/",
    response={200: list[Note], **FAILURES},
    url_name="note",
)
def note(request: MemberRequest, case_id: UUID, thread: UUID) -> list[object]:
    """Every version of a note, the latest first. Looking is recorded."""
    case = actions.view(case_id, by=request.user, at=timezone.now())
    return list(queries.versions(case, thread, member=request.user, at=timezone.now()))


@router.post("{uuid:case_id}/notes/", response={200: Note, **REFUSALS}, url_name="notes")
def write_note(request: MemberRequest, case_id: UUID, said: Write) -> object:
    """Write a note. It is kept, and can be corrected."""
    return actions.write(
        case_id, said.text, about=said.about, key=said.key, by=request.user, at=timezone.now()
    )


@router.post(
    "{uuid:case_id}/notes/{uuid:thread}/", response={200: Note, **REFUSALS}, url_name="note"
)
def correct_note(request: MemberRequest, case_id: UUID, thread: UUID, said: Correct) -> object:
    """Write the next version of a note; the earlier ones stay."""
    return actions.correct(
        case_id, thread, said.text, version=said.version, by=request.user, at=timezone.now()
    )
