"""Help for the member: what the agency wrote down, and bodies that are known to exist.

In      a member
Out     places of the agency, and bodies for its country
Fails   NotAllowed: neither administrator nor wellbeing lead; HelpNotFound
Why     help has to be one key away on every page; whoever looks for it must not search
Not     here: help for victims; the hub has a list of its own for that

BODIES are those whose work is confirmed by a page that was read (the source of each). Their
addresses were not opened by Haven, and no number of any of them is known: the page says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.web.errors import NotFound
from haven.workbench.wellbeing.models import HelpPlace

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from haven.accounts.models import Member

ANYWHERE = ""


class HelpNotFound(NotFound):
    """No such place of help of this agency."""

    code = "help.not_found"


class Body(NamedTuple):
    """A body that looks after those who do this work."""

    country: str  # ISO 3166-1 alpha-2; ANYWHERE
    name: str
    address: str
    what_for: str | Promise
    source: str


BODIES = (
    Body(
        ANYWHERE,
        "Dart Center for Journalism and Trauma",
        "https://dartcenter.org",
        _("How to handle imagery that hurts, in practice."),
        "https://dartcenter.org/resources/handling-traumatic-imagery-developing-standard-operating-procedure",
    ),
    Body(
        "GB",
        "Police Care UK",
        "https://www.policecare.org.uk",
        _("Support for officers whom their work has harmed."),
        "https://hantsfedfocus.co.uk/help-for-child-exploitation-investigators",
    ),
    Body(
        "GB",
        "CREST",
        "https://crestresearch.ac.uk",
        _("A guide for investigators, supervisors and those who support them."),
        "https://crestresearch.ac.uk/resources/exploring-trauma-in-child-exploitation-investigators/",
    ),
    Body(
        "US",
        "SHIFT, The Innocent Justice Foundation",
        "https://innocentjustice.org",
        _("Training for exposed staff, supervisors and families."),
        "https://innocentjustice.org/heroes-often-pay-an-emotional-price-for-saving-us/",
    ),
    Body(
        "US",
        "Kenwood Center, Minnesota ICAC Wellness Program",
        "https://kenwoodcenter.org",
        _("Summaries of research and a model programme."),
        "https://kenwoodcenter.org/services/minnesota-icac-wellness-program/resources/related-research-studies-and-findings/the-emotional-impact/",
    ),
)


def places(member: Member) -> QuerySet[HelpPlace]:
    """Return what the agency of a member wrote down."""
    return HelpPlace.objects.filter(agency=member.agency_id)


def bodies(member: Member) -> list[Body]:
    """Return the bodies of the country of a member's agency, then those of no country."""
    country = member.agency.country if member.agency is not None else ANYWHERE
    mine = [one for one in BODIES if one.country == country and one.country]
    return mine + [one for one in BODIES if one.country == ANYWHERE]


@transaction.atomic
def add(*, name: str, reach: str, what_for: str, by: Member, at: datetime) -> HelpPlace:
    """Add a place for the agency of a member.

    Raises:
        NotAllowed: `by` is neither administrator nor wellbeing lead.
    """
    access.require(by, "care.set")
    place = HelpPlace.objects.create(
        agency_id=by.agency_id, name=name.strip(), reach=reach.strip(), what_for=what_for.strip()
    )
    record("help.add", actor=by, target=place, at=at)
    return place


@transaction.atomic
def remove(place_pk: int, *, by: Member, at: datetime) -> None:
    """Remove a place of the agency of a member.

    Raises:
        NotAllowed: `by` is neither administrator nor wellbeing lead.
        HelpNotFound: Not a place of the agency.
    """
    access.require(by, "care.set")
    place = places(by).filter(pk=place_pk).first()
    if place is None:
        raise HelpNotFound(f"no such place of agency {by.agency_id}")
    record("help.remove", actor=by, target=place, at=at)
    HelpPlace.objects.filter(pk=place.pk).delete()
