"""API of facets: a case in time and by camera, and the filters kept in it.

In      requests of a member or of a program with a token
Out     JSON; counts as the pages show them, and kept filters
Fails   as queries and actions do; web/failed.py makes JSON of it
Not     here: the items that a filter finds (the API of review takes the same parameters)
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, Said
from haven.workbench.cases import queries as cases
from haven.workbench.facets import actions, devices, queries, timeline
from haven.workbench.review import filter_form
from haven.workbench.review.api import Filter as ItemFilter

if TYPE_CHECKING:
    from haven.workbench.cases.models import Case

router = Router(tags=["facets"])


class Bin(Schema):
    """One year, month, day or hour."""

    period: Annotated[str, Field(description="as the filter `taken` takes it")]
    begins: date
    hour: int
    count: int


class Timeline(Schema):
    """Items in time; a date is what the file says of itself."""

    level: Annotated[str, Field(description="year, month, day or hour")]
    bins: list[Bin]
    no_date: int
    no_hour: int
    total: Annotated[int, Field(description="the sum of all bins, no_date and no_hour")]


class Device(Schema):
    """A maker and model with a serial number, each as far as files name it."""

    camera: str
    serial: str
    count: int
    first: date | None
    last: date | None
    exhibits: list[UUID]

    @staticmethod
    def resolve_exhibits(found: devices.Device) -> list[UUID]:
        """Return the exhibits without their labels."""
        return [public_id for public_id, _label in found.exhibits]


class Devices(Schema):
    """The devices with most items, and how many more there are."""

    devices: list[Device]
    more: int


class KeptFilter(Schema):
    """A filter of items under a name."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    name: str
    said: Annotated[dict[str, str], Field(description="parameters, as the items take them")]
    shared: Annotated[bool, Field(description="everyone on the case sees it")]
    owner: Annotated[str, Field(validation_alias="owner.display_name")]
    saved_at: datetime


class Save(Schema):
    """A filter to keep, as the items take it; their order is not kept."""

    name: Annotated[Said, Field(max_length=80)]
    shared: bool = False
    said: ItemFilter


class Share(Schema):
    """Who sees it."""

    shared: bool


@router.get("{uuid:case_id}/timeline/", response={200: Timeline, **FAILURES}, url_name="timeline")
def in_time(request: MemberRequest, case_id: UUID, chosen: Query[ItemFilter]) -> object:
    """The items that pass a filter, counted by year, or below `taken`. Recorded."""
    case = _opened(request, case_id, "timeline")
    return timeline.timeline(case, chosen.chosen())


@router.get("{uuid:case_id}/devices/", response={200: Devices, **FAILURES}, url_name="devices")
def by_device(
    request: MemberRequest, case_id: UUID, chosen: Query[ItemFilter]
) -> dict[str, object]:
    """The devices of items that pass a filter, the busiest first. Recorded."""
    case = _opened(request, case_id, "cameras")
    found, more = devices.devices(case, chosen.chosen())
    return {"devices": found, "more": more}


@router.get(
    "{uuid:case_id}/filters/", response={200: list[KeptFilter], **FAILURES}, url_name="filters"
)
def filters(request: MemberRequest, case_id: UUID) -> list[object]:
    """The filters that the member sees: own ones, and those shared with the case."""
    case = cases.get(case_id, member=request.user)
    return list(queries.saved(case, member=request.user))


@router.post("{uuid:case_id}/filters/", response={200: KeptFilter, **REFUSALS}, url_name="filters")
def save_filter(request: MemberRequest, case_id: UUID, said: Save) -> object:
    """Keep a filter under a name."""
    return actions.save(
        case_id,
        said.name,
        _parameters(said.said),
        shared=said.shared,
        by=request.user,
        at=timezone.now(),
    )


@router.post(
    "{uuid:case_id}/filters/{uuid:filter_id}/",
    response={200: KeptFilter, **REFUSALS},
    url_name="filter",
)
def share_filter(request: MemberRequest, case_id: UUID, filter_id: UUID, said: Share) -> object:
    """Show an own filter to everyone on the case, or to nobody else again."""
    return actions.share(
        case_id, filter_id, shared=said.shared, by=request.user, at=timezone.now()
    )


@router.delete(
    "{uuid:case_id}/filters/{uuid:filter_id}/",
    response={204: None, **REFUSALS},
    url_name="filter",
)
def remove_filter(request: MemberRequest, case_id: UUID, filter_id: UUID) -> Status[None]:
    """Remove an own filter."""
    actions.remove(case_id, filter_id, by=request.user, at=timezone.now())
    return Status(204, None)


def _parameters(said: ItemFilter) -> dict[str, str]:
    """Return a filter as the parameters of an address, without what chooses nothing."""
    left_out = {"order"} if said.near else {"order", "radius"}
    given = said.model_dump(mode="json", exclude=left_out, exclude_unset=True)
    return {name: str(value) for name, value in given.items() if value}


def _opened(request: MemberRequest, case_id: UUID, facet: str) -> "Case":
    """Return the case, opened on the record with what was looked for."""
    return actions.view(
        case_id,
        facet,
        looked_for=filter_form.looked_for(request.GET),
        by=request.user,
        at=timezone.now(),
    )
