"""API of evidence: the exhibits of a case.

In      requests of a signed-in member
Out     JSON; what the page of a case shows of its exhibits
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: where the files lie; a place on our disk leaves the server in no answer
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window
from haven.workbench.cases import actions as cases
from haven.workbench.evidence import queries

router = Router(tags=["exhibits"])


class Exhibit(Schema):
    """A seized thing."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    label: str
    kind: Annotated[str, Field(description="folder or upload")]
    n_files: Annotated[int | None, Field(description="stored files, of an upload alone")]
    added_at: datetime
    added_by: Annotated[str, Field(validation_alias="added_by.display_name")]


@router.get(
    "{uuid:case_id}/exhibits/", response={200: Rows[Exhibit], **FAILURES}, url_name="exhibits"
)
def exhibits(request: MemberRequest, case_id: UUID, after: After = "") -> dict[str, object]:
    """The exhibits of a case in the order in which they came. Looking is recorded."""
    case = cases.view(case_id, by=request.user, at=timezone.now())
    found = queries.of_case(case)
    return rows_of(window(found, order=("added_at", "pk"), after=after))
