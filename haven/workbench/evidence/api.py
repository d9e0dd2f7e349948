"""API of evidence: the exhibits of a case, and adding a folder as one.

In      requests of a member or of a program with a token
Out     JSON; what the page of a case shows of its exhibits
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: where the files lie; a place on our disk leaves the server in no answer
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, After, Rows, Said, rows_of
from haven.web.keyset import window
from haven.workbench.cases import actions as cases
from haven.workbench.evidence import actions, queries

router = Router(tags=["exhibits"])


class Exhibit(Schema):
    """A seized thing."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    label: str
    kind: Annotated[str, Field(description="folder or upload")]
    n_files: Annotated[int | None, Field(description="stored files, of an upload alone")]
    added_at: datetime
    added_by: Annotated[str, Field(validation_alias="added_by.display_name")]


class AddFolder(Schema):
    """A folder on the server, below one of the places that the server may read."""

    label: Annotated[Said, Field(max_length=120, description="as on the seized thing")]
    folder: Annotated[Said, Field(max_length=4000, description="its whole path")]


@router.get(
    "{uuid:case_id}/exhibits/", response={200: Rows[Exhibit], **FAILURES}, url_name="exhibits"
)
def exhibits(request: MemberRequest, case_id: UUID, after: After = "") -> dict[str, object]:
    """The exhibits of a case in the order in which they came. Looking is recorded."""
    case = cases.view(case_id, by=request.user, at=timezone.now())
    found = queries.of_case(case)
    return rows_of(window(found, order=("added_at", "pk"), after=after))


@router.post("{uuid:case_id}/exhibits/", response={200: Exhibit, **REFUSALS}, url_name="exhibits")
def add_folder(request: MemberRequest, case_id: UUID, said: AddFolder) -> object:
    """Add a folder as an exhibit; it stays where it is and is only read."""
    return actions.add_folder(
        case_id,
        folder=Path(said.folder),
        label=said.label,
        by=request.user,
        at=timezone.now(),
    )
