"""API of analysis: the runs of a case, starting one, trying again what failed.

In      requests of a member or of a program with a token
Out     JSON: what was asked for, how far it is, with which versions
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: what the runs found (haven.workbench.review)
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, After, Rows, Said, rows_of
from haven.web.keyset import window
from haven.workbench.analysis import actions, queries
from haven.workbench.cases import actions as cases
from haven.workbench.evidence import queries as evidence

router = Router(tags=["runs"])


class Face(Schema):
    """One face on an item: where it is, not what it looks like."""

    id: Annotated[int, Field(validation_alias="pk")]
    item: Annotated[int, Field(validation_alias="item_id")]
    position: int
    box_xyxy_px: list[float]
    quality: float
    group: Annotated[str | None, Field(validation_alias="group.public_id")] = None


class Run(Schema):
    """One go of the engine over one exhibit."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    exhibit: Annotated[UUID, Field(validation_alias="exhibit.public_id")]
    state: str
    error_code: Annotated[str, Field(description="why it could not finish; else empty")]
    options: dict[str, object]
    versions: dict[str, object]
    n_files: Annotated[int | None, Field(description="null while still counting")]
    n_seen: Annotated[int, Field(description="files whose outcome is known")]
    n_faces: int
    requested_by: Annotated[str, Field(validation_alias="requested_by.display_name")]
    requested_at: datetime
    finished_at: datetime | None


class Start(Schema):
    """How closely an exhibit is looked at."""

    profile: Literal["fast", "balanced", "thorough"] = "balanced"


class Retry(Schema):
    """What is tried again."""

    codes: Annotated[
        list[Annotated[Said, Field(max_length=60)]],
        Field(max_length=50, description="of errors; empty: those where it can help"),
    ] = []


@router.get("{uuid:case_id}/runs/", response={200: Rows[Run], **FAILURES}, url_name="runs")
def runs(request: MemberRequest, case_id: UUID, after: After = "") -> dict[str, object]:
    """The runs of a case, the latest first. Looking is recorded."""
    case = cases.view(case_id, by=request.user, at=timezone.now())
    found = queries.runs(case)
    return rows_of(window(found, order=("-requested_at", "-pk"), after=after))


@router.post(
    "{uuid:case_id}/exhibits/{uuid:exhibit_id}/runs/",
    response={200: Run, **REFUSALS},
    url_name="exhibit_runs",
)
def start_run(request: MemberRequest, case_id: UUID, exhibit_id: UUID, said: Start) -> object:
    """Have an exhibit looked at, on an authority of the case that covers it."""
    evidence.get(exhibit_id, member=request.user, to="work", case_id=case_id)
    return actions.start_run(exhibit_id, profile=said.profile, by=request.user, at=timezone.now())


@router.post("{uuid:case_id}/retry/", response={200: list[Run], **REFUSALS}, url_name="retry")
def retry_failures(request: MemberRequest, case_id: UUID, said: Retry) -> object:
    """Look again at what could not be looked at."""
    return actions.retry_failures(case_id, codes=said.codes, by=request.user, at=timezone.now())
