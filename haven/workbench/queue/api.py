"""API of working through a case: how far it is, what may be left, taking and putting back.

In      requests of a member or of a program with a token
Out     JSON: numbers, and the ids of items that the member has now
Fails   as queries and actions do; web/failed.py makes JSON of it
Why     which items are there by chance is not told, or the control sample would be worth nothing
Not     here: second looks, which are blind; marking as urgent and stopping, which are decisions
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS
from haven.workbench.cases import queries as cases
from haven.workbench.queue import actions, queries

router = Router(tags=["working through"])


class Urgent(Schema):
    """An exhibit whose items come first, and why."""

    exhibit: Annotated[UUID, Field(validation_alias="exhibit.public_id")]
    reason: str
    marked_by: Annotated[str, Field(validation_alias="marked_by.display_name")]
    marked_at: datetime


class Queue(Schema):
    """How far a case is; every `n_` is a number of items."""

    n_left: Annotated[int, Field(description="to be given out, held ones too")]
    n_held: int
    n_late: Annotated[int, Field(description="of those left: known, or almost as one judged")]
    n_stopped: Annotated[int, Field(description="without a verdict, where looking was stopped")]
    n_judged: int
    is_stopped: Annotated[bool, Field(description="the whole case")]
    mine: Annotated[list[int], Field(description="items that the member has now")]
    urgent: list[Urgent]


class Finds(Schema):
    """How many finds may be left, with the 95 % interval, and what it was worked out from."""

    n_judged: int
    n_finds: int
    n_left: int
    n_control: Annotated[int, Field(description="picked at random among those left, and judged")]
    n_control_finds: int
    expected: float
    low: float
    high: float


class Point(Finds):
    """The same at an earlier moment."""

    at: datetime


class Stop(Finds):
    """The decision to stop looking, or to go on after all, with the figures of its moment."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    exhibit: Annotated[
        UUID | None,
        Field(validation_alias="exhibit.public_id", description="null: the whole case"),
    ] = None
    stops: Annotated[bool, Field(description="false: it goes on")]
    reason: str
    decided_by: Annotated[str, Field(validation_alias="decided_by.display_name")]
    decided_at: datetime


class Left(Schema):
    """What may be left of a case, how that went, and what was decided on it."""

    now: Finds
    enough: Annotated[bool, Field(description="the control sample is large enough to say it")]
    curve: list[Point]
    stops: Annotated[list[Stop], Field(description="the latest first")]


class Take(Schema):
    """How many items the member wants to have, those counted that they have."""

    n: Annotated[int, Field(ge=1, le=actions.MOST)] = 1


class PutBack(Schema):
    """An item for somebody else."""

    item: Annotated[int, Field(ge=1, lt=2**62)]


class Held(Schema):
    """The items that the member has now, and how long each stays theirs."""

    items: list[int]
    minutes: int = actions.HELD_MIN


@router.get("{uuid:case_id}/queue/", response={200: Queue, **FAILURES}, url_name="queue")
def queue(request: MemberRequest, case_id: UUID) -> dict[str, object]:
    """How far a case is, and what the member has."""
    case, now = cases.get(case_id, member=request.user), timezone.now()
    counts = queries.counts(case, at=now)
    return {
        **{name: getattr(counts, name) for name in counts.__dataclass_fields__},
        "is_stopped": queries.is_stopped(case),
        "mine": [one.pk for one in queries.held(case, request.user, at=now)],
        "urgent": queries.urgent(case),
    }


@router.get("{uuid:case_id}/queue/left/", response={200: Left, **FAILURES}, url_name="left")
def left(request: MemberRequest, case_id: UUID) -> dict[str, object]:
    """How many finds may be left of a case, and what was decided on stopping."""
    case = cases.get(case_id, member=request.user)
    now = queries.left(case)
    return {
        "now": now,
        "enough": now.is_enough,
        "curve": queries.curve(case),
        "stops": list(queries.stops(case)),
    }


@router.post("{uuid:case_id}/queue/", response={200: Held, **REFUSALS}, url_name="queue")
def take_items(request: MemberRequest, case_id: UUID, said: Take) -> dict[str, object]:
    """Take the next items; nobody else is given them meanwhile."""
    actions.take(case_id, most=said.n, by=request.user, at=timezone.now())
    return _held(request, case_id)


@router.post(
    "{uuid:case_id}/queue/put-back/", response={200: Held, **REFUSALS}, url_name="put_back"
)
def put_back_item(request: MemberRequest, case_id: UUID, said: PutBack) -> dict[str, object]:
    """Let somebody else have an item."""
    actions.put_back(case_id, said.item, by=request.user, at=timezone.now())
    return _held(request, case_id)


def _held(request: MemberRequest, case_id: UUID) -> dict[str, object]:
    """Return what the member has now."""
    case = cases.get(case_id, member=request.user)
    return {"items": [one.pk for one in queries.held(case, request.user, at=timezone.now())]}
