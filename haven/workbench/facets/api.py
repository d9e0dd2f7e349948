"""API of facets: the filters kept in a case.

In      requests of a member or of a program with a token
Out     JSON; what the page of kept filters shows
Fails   as queries and actions do; web/failed.py makes JSON of it
Not     here: the items that a filter finds (the API of review takes the same parameters)
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema, Status

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, Said
from haven.workbench.cases import queries as cases
from haven.workbench.facets import actions, queries
from haven.workbench.review.api import Filter as ItemFilter

router = Router(tags=["filters"])


class Filter(Schema):
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


@router.get(
    "{uuid:case_id}/filters/", response={200: list[Filter], **FAILURES}, url_name="filters"
)
def filters(request: MemberRequest, case_id: UUID) -> list[object]:
    """The filters that the member sees: own ones, and those shared with the case."""
    case = cases.get(case_id, member=request.user)
    return list(queries.saved(case, member=request.user))


@router.post("{uuid:case_id}/filters/", response={200: Filter, **REFUSALS}, url_name="filters")
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
    response={200: Filter, **REFUSALS},
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
