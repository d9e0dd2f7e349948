"""Accounts actions: agencies and members come to be, sign in and leave.

In      checked values, who acts, the moment
Out     the changed rows; one event in the record for each act
Fails   NameTaken (409): the sign-in name or the agency's name is in use
Why     no default account: the first member is made on the console
Not     here: invitations, vetting, second factors
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from haven.accounts.first_links import tokens, uid
from haven.accounts.models import Agency, Member
from haven.audit.actions import record
from haven.web.errors import Conflict

REFUSED = "member.sign_in_refused"  # by whoever it was: no actor
NOTED = (  # what note() may record
    "member.sign_in",
    REFUSED,
    "member.sign_out",
    "member.set_password",
    "member.confirm",
    "member.bind_agency",
    "member.add_factor",
    "member.name_factor",
    "member.remove_factor",
    "member.end_sessions",
)

VERIFIED_DAYS = 365  # then a member and an administrator confirm (members/yearly.py)


@dataclass(frozen=True, slots=True)
class Person:
    """Who comes to be a member."""

    display_name: str
    email: str  # official, in lower case; also the sign-in name
    duty: str = ""
    languages: tuple[str, ...] = ()  # spoken, ISO 639
    language: str = "en"  # of letters
    supervisor: Member | None = None


class NameTaken(Conflict):
    """The name is in use."""

    code = "accounts.name_taken"
    words = _("That name is in use already.")


@transaction.atomic
def add_agency(
    *,
    name: str,
    country: str,
    kind: str = Agency.Kind.NATIONAL,
    by: Member | None,
    at: dt.datetime,
) -> Agency:
    """Add an agency, or a provider of tools.

    Args:
        name: As the agency writes it; unique.
        country: ISO 3166-1 alpha-2, upper case.
        kind: What it is; whether it is a provider stays as it is for good.
        by: Who adds it; None on the console.
        at: The moment.

    Raises:
        NameTaken: There is one of that name.
    """
    if Agency.objects.filter(name=name).exists():
        raise NameTaken("an agency of that name exists")
    made = Agency.objects.create(name=name, country=country, kind=Agency.Kind(kind))
    record(
        "agency.add",
        actor=by,
        target=made,
        at=at,
        agency_id=made.pk,
        country=country,
        kind=made.kind,
    )
    return made


@transaction.atomic
def add_member(  # noqa: PLR0913  # all by keyword; most have a default
    *,
    username: str,
    display_name: str,
    agency: Agency,
    by: Member | None,
    at: dt.datetime,
    roles: Collection[str] = (),
    email: str = "",
) -> Member:
    """Add a member, who can sign in once a one-time link was used.

    Without a role a member can sign in and see nothing.

    Raises:
        NameTaken: The sign-in name is in use.
    """
    if Member.objects.filter(username=username).exists():
        raise NameTaken("a member of that sign-in name exists")
    chosen = sorted(set(roles))
    made = Member(
        username=username, display_name=display_name, agency=agency, roles=chosen, email=email
    )
    made.set_unusable_password()
    made.full_clean(exclude=["password"])
    made.save()
    record("member.add", actor=by, target=made, at=at, agency_id=agency.pk, given_roles=chosen)
    return made


@transaction.atomic
def add_person(
    person: Person, *, agency: Agency, roles: Collection[str], by: Member | None, at: dt.datetime
) -> Member:
    """Add a member who was invited or whose application was approved.

    The member is active once the sign-in is set up, and verified for a year.

    Raises:
        NameTaken: The address is in use.
    """
    made = add_member(
        username=person.email,
        display_name=person.display_name,
        agency=agency,
        by=by,
        at=at,
        roles=roles,
        email=person.email,
    )
    made.duty, made.language = person.duty, person.language
    made.languages, made.supervisor = list(person.languages), person.supervisor
    made.status, made.status_at = Member.Status.INVITED, at
    made.verified_until = at.date() + dt.timedelta(days=VERIFIED_DAYS)
    made.full_clean(exclude=["password"])
    made.save()
    return made


@transaction.atomic
def arrive(member: Member, *, at: dt.datetime) -> None:
    """Note that a member who was let in has set up the sign-in."""
    arrived = Member.objects.filter(pk=member.pk, status=Member.Status.INVITED).update(
        status=Member.Status.ACTIVE, status_at=at
    )
    if arrived:
        record("member.arrive", actor=member, target=member, at=at)


@transaction.atomic
def set_password(member_id: int, *, password: str, by: Member | None, at: dt.datetime) -> None:
    """Give a member a new password; sessions of the old one end."""
    member = Member.objects.select_for_update().get(pk=member_id)
    member.set_password(password)
    member.save(update_fields=["password"])
    record("member.set_password", actor=by or member, target=member, at=at)


def first_link(member: Member) -> str:
    """Return the path of a one-time link by which a new member comes in to set up a factor.

    It ends with the first factor, or after settings.PASSWORD_RESET_TIMEOUT.
    """
    return reverse(
        "accounts:first",
        kwargs={
            "uidb64": uid(member),
            "token": tokens.make_token(member),
        },
    )


@transaction.atomic
def note(
    verb: str, *, of: Member | None, at: dt.datetime, by: Member | None = None, **facts: Any
) -> None:
    """Record what a member did about signing in; nothing that was typed is among the facts.

    Args:
        verb: One of NOTED.
        of: The member it is about; None where nobody knows whose try it was.
        at: The moment.
        by: Who acted; the member where not given, and nobody for a try that failed.
        facts: Such as the kind of the factor.
    """
    if verb == REFUSED:
        agency_id = of.agency_id if of else None
        record(verb, actor=None, target=of, agency_id=agency_id, at=at, outcome="refused", **facts)
        return
    record(verb, actor=by or of, target=of, at=at, **facts)
