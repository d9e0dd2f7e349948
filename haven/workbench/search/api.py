"""API of searches: which faces were looked for in a case, what for and on which authority.

In      requests of a member or of a program with a token
Out     JSON; what the list of searches shows
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: searching, which a person does, and candidates (the API of comparison)
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES
from haven.workbench.cases import queries as cases
from haven.workbench.search import queries

router = Router(tags=["searches"])


class Search(Schema):
    """One search for a face."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    state: Annotated[str, Field(description="waiting, open, locked, closed or refused")]
    purpose: Annotated[str, Field(validation_alias="purpose_words")]
    reason: str
    authority: Annotated[UUID | None, Field(validation_alias="authority.public_id")] = None
    across: Annotated[bool, Field(description="also in other cases")]
    is_urgent: Annotated[bool, Field(description="it began before its authority was entered")]
    n_searched: Annotated[int | None, Field(description="faces; null: not done")]
    asked_by: Annotated[str, Field(validation_alias="asked_by.display_name")]
    asked_at: datetime


@router.get(
    "{uuid:case_id}/searches/", response={200: list[Search], **FAILURES}, url_name="searches"
)
def list_searches(request: MemberRequest, case_id: UUID) -> list[object]:
    """The latest searches of a case, at most 30."""
    return list(queries.latest(cases.get(case_id, member=request.user)))
