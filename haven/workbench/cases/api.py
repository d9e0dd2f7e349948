"""API of cases: the member's cases, and one of them.

In      requests of a signed-in member
Out     JSON; what the pages of cases show, by the same queries
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: what a case holds (the api.py of evidence, analysis and review)
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window
from haven.workbench.cases import actions, queries

router = Router(tags=["cases"])


class Case(Schema):
    """One investigation on which the member works."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    number: str
    name: str
    status: str
    opened_at: datetime
    my_role: Annotated[str, Field(description="the member's place on it: lead, worker, reader")]


@router.get("", response={200: Rows[Case], **FAILURES}, url_name="cases")
def cases(request: MemberRequest, after: After = "") -> dict[str, object]:
    """The cases the member works on, the latest first."""
    found = queries.visible_to(request.user)
    return rows_of(window(found, order=("-opened_at", "-pk"), after=after))


@router.get("{uuid:case_id}/", response={200: Case, **FAILURES}, url_name="case")
def case(request: MemberRequest, case_id: UUID) -> object:
    """One case. Looking into it is recorded."""
    return actions.view(case_id, by=request.user, at=timezone.now())
