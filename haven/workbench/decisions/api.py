"""API of decisions: what was decided in a case, by whom, why, and how it stands.

In      requests of a member or of a program with a token
Out     JSON; what the pages of decisions show
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: deciding and answering; people do that, two where two are needed
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES
from haven.workbench.cases import queries as cases
from haven.workbench.decisions import actions, queries

router = Router(tags=["decisions"])


class Answer(Schema):
    """What the second person said."""

    agrees: bool
    reason: str
    made_by: Annotated[str, Field(validation_alias="made_by.display_name")]
    made_at: datetime


class Decision(Schema):
    """What a member decided; never edited, a later one supersedes it."""

    id: Annotated[UUID, Field(validation_alias="decision.public_id")]
    kind: Annotated[str, Field(validation_alias="decision.kind")]
    state: Annotated[str, Field(description="waits, stands, refused or superseded")]
    said: Annotated[str, Field(validation_alias="decision.said")]
    reason: Annotated[str, Field(validation_alias="decision.reason")]
    group: Annotated[str | None, Field(validation_alias="decision.group.public_id")] = None
    other_group: Annotated[
        str | None,
        Field(validation_alias="decision.other_group.public_id"),
    ] = None
    needs_second: Annotated[bool, Field(validation_alias="decision.needs_second")]
    made_by: Annotated[str, Field(validation_alias="decision.made_by.display_name")]
    made_at: Annotated[datetime, Field(validation_alias="decision.made_at")]
    answer: Annotated[
        Answer | None,
        Field(validation_alias="decision.answer", description="of the second person"),
    ] = None


@router.get(
    "{uuid:case_id}/decisions/", response={200: list[Decision], **FAILURES}, url_name="decisions"
)
def list_decisions(request: MemberRequest, case_id: UUID) -> list[queries.Standing]:
    """The latest decisions of a case, at most 200."""
    case = cases.get(case_id, member=request.user)
    return queries.latest(case, member=request.user)


@router.get(
    "{uuid:case_id}/decisions/{uuid:decision_id}/",
    response={200: Decision, **FAILURES},
    url_name="decision",
)
def one_decision(request: MemberRequest, case_id: UUID, decision_id: UUID) -> queries.Standing:
    """One decision. Looking is recorded."""
    _case, found = actions.view(case_id, decision_id, by=request.user, at=timezone.now())
    return found
