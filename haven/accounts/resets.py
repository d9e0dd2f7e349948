"""Resets: a member lost the way in and gets a new one, from two people, in person.

In      the member, who asks, who confirms, the reason
Out     no factor, no password and no session left; a one-time link, to be handed over
Fails   NotFound: not a colleague; OwnReset, SamePerson (403); AskedAlready (409);
        the database refuses a reset that one person did alone
Why     a reset by e-mail is the way in for whoever reads the mail (R-SEC-1)
Not     here: the pages (reset_views.py)

An administrator of the agency asks, having seen the person. Another administrator of the
agency does it, or a supervisor: many agencies have one administrator. What was asked for
ends by itself after a day.
"""

import datetime as dt

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import access, actions, queries, sessions
from haven.accounts.models import FactorReset, Member
from haven.audit.actions import record
from haven.web.errors import Conflict, NotAllowed, NotFound

OPEN_FOR = dt.timedelta(days=1)
TOLD_FOR = dt.timedelta(days=30)  # how long the member is told, until a factor is set up


class OwnReset(NotAllowed):
    """Nobody resets themself."""

    code = "accounts.own_reset"
    words = _("You cannot do this for yourself.")


class SamePerson(NotAllowed):
    """Who asked cannot also do it."""

    code = "accounts.same_person"
    words = _("You asked for this reset. Somebody else must do it.")


class AskedAlready(Conflict):
    """There is an open one."""

    code = "accounts.reset_asked"
    words = _("A reset of this member was asked for already. It waits for a second person.")


def open_for(member: Member) -> QuerySet[FactorReset]:
    """Return the open resets of a member's agency, the newest first."""
    return (
        FactorReset.objects.filter(
            member__agency_id=member.agency_id,
            asked_by__is_active=True,  # who was paused since asks for nothing any more
            confirmed_at=None,
            withdrawn_at=None,
            asked_at__gt=timezone.now() - OPEN_FOR,
        )
        .select_related("member", "asked_by")
        .order_by("-asked_at")
    )


def last_done(member: Member) -> FactorReset | None:
    """Return the last reset of a member that was done lately, to tell them of it."""
    return (
        FactorReset.objects.filter(member_id=member.pk, confirmed_at__gt=timezone.now() - TOLD_FOR)
        .select_related("asked_by", "confirmed_by")
        .order_by("-confirmed_at")
        .first()
    )


@transaction.atomic
def ask(username: str, *, reason: str, by: Member, at: dt.datetime) -> FactorReset:
    """Ask for a reset of a colleague.

    Raises:
        NotAllowed: No administrator.
        NotFound: Not an active member of the asker's agency.
        OwnReset, AskedAlready: As said there.
    """
    access.require(by, "resets.ask")
    member = queries.colleague(by, username=username)
    if member.pk == by.pk:
        raise OwnReset(f"member {by.pk} asked for a reset of themself")
    FactorReset.objects.filter(member=member, confirmed_at=None, withdrawn_at=None).filter(
        Q(asked_at__lte=at - OPEN_FOR) | Q(asked_by__is_active=False)
    ).update(withdrawn_at=at)
    try:
        with transaction.atomic():
            made = FactorReset.objects.create(
                member=member, asked_by=by, asked_at=at, reason=reason.strip()
            )
    except IntegrityError as error:
        raise AskedAlready(f"member {member.pk} has an open reset") from error
    record("member.ask_reset", actor=by, target=member, at=at, reason=reason)
    return made


@transaction.atomic
def confirm(reset_id: int, *, by: Member, at: dt.datetime) -> tuple[FactorReset, str]:
    """Do a reset that another person asked for; return it and the link to hand over.

    Raises:
        NotAllowed: Neither administrator nor supervisor.
        NotFound: Not there, not open any more, or of another agency.
        OwnReset, SamePerson: As said there.
    """
    access.require(by, "resets.confirm")
    reset = _locked(reset_id, by=by)
    if reset.member_id == by.pk:
        raise OwnReset(f"member {by.pk} confirmed a reset of themself")
    if reset.asked_by_id == by.pk:
        raise SamePerson(f"member {by.pk} asked for reset {reset.pk}")
    reset.confirmed_by, reset.confirmed_at = by, at
    reset.save(update_fields=["confirmed_by", "confirmed_at"])
    return reset, _begin_anew(reset.member, by=by, at=at, reason=reset.reason)


@transaction.atomic
def withdraw(reset_id: int, *, by: Member, at: dt.datetime) -> None:
    """Take back what was asked for.

    Raises:
        NotAllowed: Neither administrator nor supervisor.
        NotFound: Not there, not open any more, or of another agency.
    """
    access.require(by, "resets.confirm")
    reset = _locked(reset_id, by=by)
    reset.withdrawn_at = at
    reset.save(update_fields=["withdrawn_at"])
    record("member.withdraw_reset", actor=by, target=reset.member, at=at)


@transaction.atomic
def on_console(member: Member, *, reason: str, at: dt.datetime) -> str:
    """Do a reset where no second person can: by whoever holds the machine; return the link."""
    FactorReset.objects.create(
        member=member, asked_by=None, asked_at=at, reason=reason, confirmed_at=at
    )
    return _begin_anew(member, by=None, at=at, reason=reason)


def _locked(reset_id: int, *, by: Member) -> FactorReset:
    """Return an open reset of the agency, held until the transaction ends."""
    found = open_for(by).select_related(None).select_for_update().filter(pk=reset_id).first()
    if found is None:
        raise NotFound(f"no open reset {reset_id} for member {by.pk}")
    return found


def _begin_anew(member: Member, *, by: Member | None, at: dt.datetime, reason: str) -> str:
    """End every factor, the password and every session; return a one-time link."""
    member = queries.locked(member)
    Authenticator.objects.filter(user_id=member.pk).delete()
    SocialAccount.objects.filter(user_id=member.pk).delete()  # bound anew by a verified address
    member.set_unusable_password()  # older links end with it
    member.save(update_fields=["password"])
    sessions.end_all(member, by=by, at=at, reason=reason)
    agency_id = member.agency_id
    record("member.reset", actor=by, target=member, agency_id=agency_id, at=at, reason=reason)
    return actions.first_link(member)
