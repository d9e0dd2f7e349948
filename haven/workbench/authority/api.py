"""API of authority: the legal basis of a case, what it covers and how it stands today.

In      requests of a member or of a program with a token
Out     JSON; what the page of authorities shows
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: entering and withdrawing; a person copies the paper and answers for it
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES
from haven.workbench.authority import queries
from haven.workbench.cases import queries as cases

router = Router(tags=["authorities"])


class Authority(Schema):
    """One legal basis of a case."""

    id: Annotated[UUID, Field(validation_alias="authority.public_id")]
    kind: Annotated[str, Field(validation_alias="authority.kind")]
    own_kind: Annotated[
        str | None,
        Field(validation_alias="authority.own_kind.word", description="as the agency calls it"),
    ] = None
    reference: Annotated[str, Field(validation_alias="authority.reference")]
    issuer: Annotated[str, Field(validation_alias="authority.issuer")]
    powers: Annotated[list[str], Field(validation_alias="authority.powers")]
    whole_case: Annotated[bool, Field(validation_alias="authority.whole_case")]
    exhibits: Annotated[list[UUID], Field(description="those it is limited to")]
    valid_from: Annotated[date, Field(validation_alias="authority.valid_from")]
    valid_until: Annotated[
        date | None,
        Field(validation_alias="authority.valid_until", description="the last day"),
    ]
    state: Annotated[str, Field(description="valid, later, ended, superseded or withdrawn")]
    entered_by: Annotated[str, Field(validation_alias="authority.entered_by.display_name")]
    entered_at: Annotated[datetime, Field(validation_alias="authority.entered_at")]

    @staticmethod
    def resolve_exhibits(found: queries.Standing) -> list[UUID]:
        """Return the exhibits as they are named elsewhere."""
        return [one.public_id for one in found.authority.exhibits.all()]


@router.get(
    "{uuid:case_id}/authorities/",
    response={200: list[Authority], **FAILURES},
    url_name="authorities",
)
def list_authorities(request: MemberRequest, case_id: UUID) -> list[queries.Standing]:
    """The authorities of a case, the latest first, each as it stands today."""
    case, now = cases.get(case_id, member=request.user), timezone.now()
    return [queries.standing(one, at=now) for one in queries.of_case(case)]
