"""What makers submitted, and who may read it.

In      a member; an id
Out     submissions; the published criteria and rules of refusal by their short names
Fails   SubmissionNotFound
Why     what a maker submits is between that maker and the curators until it is published
Not     here: what is done with it (actions.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from haven.accounts import access
from haven.accounts.access import Role
from haven.hub.catalogue import rules
from haven.hub.portal.models import Submission
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member

STATES = Submission.State


class SubmissionNotFound(NotFound):
    """No such submission that the member may see."""

    code = "submission.not_found"


def visible_to(member: Member) -> QuerySet[Submission]:
    """Return what a member may see: a curator all, a provider's members what it submitted."""
    found = Submission.objects.select_related("agency", "tool")
    if access.allows(member, "catalogue.curate"):
        return found
    if Role.PROVIDER not in member.roles:
        return found.none()
    return found.filter(agency_id=member.agency_id)


def one(public_id: UUID, *, member: Member) -> Submission:
    """Return one submission.

    Raises:
        SubmissionNotFound: Not there, or another provider's.
    """
    found = visible_to(member).filter(public_id=public_id).first()
    if found is None:
        raise SubmissionNotFound("no such submission")
    return found


def own(member: Member) -> QuerySet[Submission]:
    """Return what a provider's members submitted, the latest first; for others nothing."""
    if Role.PROVIDER not in member.roles:
        return Submission.objects.none()
    found = Submission.objects.select_related("tool").filter(agency_id=member.agency_id)
    return found.order_by("-submitted_at", "-pk")


def to_decide() -> QuerySet[Submission]:
    """Return what waits for a curator, the oldest first."""
    found = Submission.objects.filter(state__in=[STATES.WAITING, STATES.CHECKED])
    return found.order_by("submitted_at", "pk")


def states() -> Mapping[str, int]:
    """Return how many submissions are in each state."""
    return dict(Submission.objects.values_list("state").annotate(n=Count("pk")).order_by())


def criteria() -> Mapping[str, Mapping[str, Any]]:
    """Return the published criteria by their short names, in their order."""
    return {one["slug"]: one for one in rules.told()["criteria"]}


def refusals() -> Mapping[str, Mapping[str, Any]]:
    """Return the published rules of refusal by their short names, in their order."""
    return {one["slug"]: one for one in rules.told()["refused_by_rule"]}


def named(slugs: Iterable[str]) -> list[Mapping[str, Any]]:
    """Return criteria and rules by their short names; one that is no longer there is left out."""
    every = {**criteria(), **refusals()}
    return [every[slug] for slug in slugs if slug in every]
