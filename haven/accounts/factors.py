"""Factors: what proves that a person is who the session says, and when it last did.

In      a request with its session; a member
Out     whether a second factor was given, whether lately; a member's own factors
Fails   closed: a session that says nothing about a factor has none
Why     one place says what counts; middleware, step_up and the pages ask it
Not     here: checking a code or a passkey (django-allauth), asking for one (step_up.py)

A session counts as complete once a passkey, a code of an app, a recovery code or an
agency's own second factor was given in it. A password alone never is.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from haven.accounts.models import Member

PASSKEY, CODE, RECOVERY = (
    Authenticator.Type.WEBAUTHN,
    Authenticator.Type.TOTP,
    Authenticator.Type.RECOVERY_CODES,
)
AGENCY = "agency"  # the agency's identity provider said that a second factor was given
AGENCY_ALONE = "agency_alone"  # it said who the person is, and nothing of a second factor
FIRST_LINK = "first_link"  # no factor: the session may enrol one and do nothing else


def given(request: HttpRequest, member: Member | AnonymousUser) -> list[dict[str, Any]]:
    """Return what a member gave in this session as a second factor, oldest first."""
    records = get_authentication_records(request, member)
    return [one for one in records if one.get("method") == "mfa"]


def are_complete(request: HttpRequest) -> bool:
    """Return whether this session had a second factor."""
    return bool(given(request, request.user))


def are_fresh(request: HttpRequest) -> bool:
    """Return whether a second factor was given in the last settings.HAVEN_FRESH_FACTOR_S."""
    past = given(request, request.user)
    return bool(past) and time.time() - float(past[-1]["at"]) < settings.HAVEN_FRESH_FACTOR_S


def must_be_given_again(request: HttpRequest) -> bool:
    """Return whether the person has to show again who they are before factors change.

    A session that never had a factor, of a member who has none, sets the first one up.
    """
    if are_fresh(request):
        return False
    member = request.user
    return are_complete(request) or (member.is_authenticated and any_of(member))


def note(request: HttpRequest, member: Member, *, kind: str, key: int | None = None) -> None:
    """Let a factor count that was just given in another way than allauth's own forms."""
    record_authentication(request, member, "mfa", type=kind, id=key)


def way_in(request: HttpRequest, member: Member) -> str:
    """Return how the session was begun, for the record: the kind of the factor, if any."""
    if past := given(request, member):
        return str(past[-1].get("type", ""))
    records = get_authentication_records(request, member)
    return AGENCY_ALONE if any(one["method"] == "socialaccount" for one in records) else FIRST_LINK


def of(member: Member) -> list[Authenticator]:
    """Return a member's factors, the oldest first; recovery codes are not among them."""
    return list(
        Authenticator.objects.filter(user_id=member.pk).exclude(type=RECOVERY).order_by("pk")
    )


def any_of(member: Member) -> bool:
    """Return whether a member has a factor."""
    return bool(Authenticator.objects.filter(user_id=member.pk).exclude(type=RECOVERY).exists())


def can_sign_in_without(member: Member, factor: Authenticator) -> bool:
    """Return whether a member could still sign in after giving up one factor."""
    left = [one.type for one in of(member) if one.pk != factor.pk]
    return PASSKEY in left or (CODE in left and member.has_usable_password())
