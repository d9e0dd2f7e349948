"""API of leads: the leads of a case, what the program offers, making and following one.

In      requests of a member or of a program with a token
Out     JSON; what the pages of leads show
Fails   as queries and actions do; web/failed.py makes JSON of it
Why     nothing becomes a lead by itself; a program with a token acts for the member who made
        it, and its acts name the token on the record
Not     here: what a lead comes to. That it is supported, refuted or without a conclusion is
        said by a person on the page, as is a lead of a pair of faces
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, After, Rows, Said, Text, rows_of
from haven.workbench.cases import queries as cases
from haven.workbench.leads import actions, queries
from haven.workbench.leads import offers as program

router = Router(tags=["leads"])

State = Literal["new", "in_work", "supported", "refuted", "none", "passed_on"]
Kind = Literal["comparison", "exhibits", "camera", "copies", "known", "clock", "hand"]


class Lead(Schema):
    """Something worth following, and the finding it stands on."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    kind: Kind
    what: str
    item: Annotated[int | None, Field(validation_alias="item_id")]
    group: Annotated[str | None, Field(validation_alias="group.public_id")] = None
    exhibit: Annotated[UUID | None, Field(validation_alias="exhibit.public_id")] = None
    analyser: Annotated[str, Field(description="what found it; empty: a person alone")]
    version: str
    strength: Annotated[str, Field(description="strong, moderate, weak, or unknown: not measured")]
    disproof: Annotated[str, Field(description="what would disprove it")]
    alternatives: Annotated[str, Field(description="what else could explain it")]
    offered: Annotated[bool, Field(validation_alias="is_offered", description="by the program")]
    state: State
    follows: Annotated[str | None, Field(validation_alias="assigned_to.display_name")] = None
    made_by: Annotated[str, Field(validation_alias="made_by.display_name")]
    made_at: datetime


class LeadStep(Schema):
    """One step of a lead, as it was kept."""

    state: State
    why: str
    passed_to: str
    follows: Annotated[str | None, Field(validation_alias="assigned_to.display_name")] = None
    made_by: Annotated[str, Field(validation_alias="made_by.display_name")]
    made_at: datetime


class LeadWhole(Schema):
    """A lead with its steps, the latest first."""

    lead: Lead
    steps: list[LeadStep]


class Offer(Schema):
    """Something the program found that may be a lead, once a member takes it up."""

    key: str
    kind: Kind
    what: str
    item: Annotated[int | None, Field(validation_alias="item_pk")]
    group: Annotated[str, Field(validation_alias="group_id", description="empty: about none")]
    analyser: str
    version: str
    strength: str
    disproof: str
    alternatives: str


class Make(Schema):
    """A lead made by hand."""

    what: Annotated[Said, Field(max_length=500)]
    disproof: Annotated[Said, Field(max_length=500, description="what would disprove it")]
    alternatives: Annotated[Text, Field(max_length=500)] = ""
    item: Annotated[int | None, Field(ge=1, lt=2**62)] = None
    group: Annotated[Text, Field(max_length=80)] = ""


class TakeUp(Schema):
    """An offer to take up."""

    offer: Annotated[Said, Field(max_length=120, description="its key")]


class Go(Schema):
    """The next step of a lead; what it came to, a person says on the page."""

    state: Literal["new", "in_work", "passed_on"]
    why: Annotated[Said, Field(max_length=500)]
    passed_to: Annotated[Text, Field(max_length=200, description="for passed_on")] = ""
    follows: Annotated[
        Literal["as_before", "me", "nobody"], Field(description="who follows it from now on")
    ] = "as_before"


@router.get("{uuid:case_id}/leads/", response={200: Rows[Lead], **FAILURES}, url_name="leads")
def list_leads(
    request: MemberRequest,
    case_id: UUID,
    state: State | Literal[""] = "",
    kind: Kind | Literal[""] = "",
    after: After = "",
) -> dict[str, object]:
    """The leads of a case that the member may see, the latest first."""
    case = cases.get(case_id, member=request.user)
    chosen = queries.Filter(state=state, kind=kind)
    return rows_of(queries.page(case, request.user, chosen, after))


@router.get("{uuid:case_id}/offers/", response={200: list[Offer], **FAILURES}, url_name="offers")
def list_offers(request: MemberRequest, case_id: UUID) -> list[program.Offer]:
    """What the program found that may be a lead, and that nobody took up yet."""
    return program.of_case(cases.get(case_id, member=request.user))


@router.get(
    "{uuid:case_id}/leads/{uuid:lead_id}/",
    response={200: LeadWhole, **FAILURES},
    url_name="lead",
)
def one_lead(request: MemberRequest, case_id: UUID, lead_id: UUID) -> dict[str, object]:
    """One lead with its steps. Looking is recorded."""
    _case, found = actions.view(case_id, lead_id, by=request.user, at=timezone.now())
    return {"lead": found, "steps": queries.changes(found)}


@router.post("{uuid:case_id}/leads/", response={200: Lead, **REFUSALS}, url_name="leads")
def make_lead(request: MemberRequest, case_id: UUID, said: Make) -> object:
    """Make a lead. It says what would disprove it."""
    lead = actions.Said(**said.dict())
    return actions.make(case_id, lead, by=request.user, at=timezone.now())


@router.post("{uuid:case_id}/offers/", response={200: Lead, **REFUSALS}, url_name="offers")
def take_up_offer(request: MemberRequest, case_id: UUID, said: TakeUp) -> object:
    """Make a lead of what the program offers."""
    return actions.take_up(case_id, said.offer, by=request.user, at=timezone.now())


@router.post(
    "{uuid:case_id}/leads/{uuid:lead_id}/",
    response={200: LeadStep, **REFUSALS},
    url_name="lead",
)
def change_lead(request: MemberRequest, case_id: UUID, lead_id: UUID, said: Go) -> object:
    """Take a lead a step further."""
    case = cases.get(case_id, member=request.user, to="work")
    found = queries.get(case, lead_id, member=request.user)
    who = {"as_before": found.assigned_to_id, "me": request.user.pk, "nobody": None}
    step = actions.Step(
        state=said.state,
        why=said.why,
        passed_to=said.passed_to,
        assigned_to=who[said.follows],
    )
    return actions.change(case_id, lead_id, step, by=request.user, at=timezone.now())
