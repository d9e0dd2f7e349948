"""What is done to members: roles, pausing, leaving.

In      checked values, who acts, the moment
Out     the changed rows; an entry in the record and a letter for each act
Fails   MemberNotFound, ReasonMissing; NotYours, LastOne, Oneself, WrongState
Why     who loses a right loses it with the next request, and nobody locks everyone out
Not     here: how members come (invitations, joining), opening the access again
        (returning.py), the yearly confirmation (yearly.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access, locks, sessions
from haven.accounts.access import Role
from haven.accounts.mail import actions as mail
from haven.accounts.members import queries
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links import actions as links
from haven.audit.actions import record
from haven.web.errors import Conflict, NotAllowed

Status = Member.Status


class NotYours(NotAllowed):
    """The roles are not this member's to give or to take."""

    code = "member.not_yours_to_give"
    words = _("You may not give or take these roles.")


class Oneself(NotAllowed):
    """Nobody does this to oneself."""

    code = "member.oneself"
    words = _("Nobody can do this for themselves. Ask a colleague who may.")


class LastOne(Conflict):
    """Nobody else could do what this member does."""

    code = "member.last_one"
    words = _("This is the last one with this role. Give the role to somebody else first.")


class WrongState(Conflict):
    """The member is not in the state that the act is for."""

    code = "member.wrong_state"
    words = _("This has changed in the meantime. Look at it again, then decide.")


@transaction.atomic
def change_roles(member_id: int, *, roles: Collection[str], by: Member, at: dt.datetime) -> Member:
    """Give a member other roles; they hold from the next request on.

    Raises:
        MemberNotFound: Not for `by`.
        NotYours: A role that changes is not `by`'s to give, or does not fit the agency.
        Oneself: `by` would give a role to himself.
        LastOne: Nobody else could administer the agency, or be a curator.
    """
    member = locked(member_id, by=by)
    before, after = set(member.roles), set(map(str, roles))
    changed = before ^ after
    if not changed:
        return member
    if not changed <= access.grantable(by):
        raise NotYours(f"member {by.pk} may not change: {sorted(changed)}")
    if (Role.PROVIDER in after) != member.agency.is_provider and after:
        raise NotYours("the role does not fit the organisation")
    if member.pk == by.pk and after - before:
        raise Oneself(f"member {by.pk} would give a role to himself")
    for role in before - after:
        _require_another(role, member)
    member.roles = sorted(after)
    member.save(update_fields=["roles"])
    record(
        "member.change_roles",
        actor=by,
        target=member,
        agency_id=member.agency_id,
        at=at,
        given=sorted(after - before),
        taken=sorted(before - after),
    )
    mail.write_to(member, "roles", at=at, name=member.display_name)
    return member


@transaction.atomic
def suspend(member_id: int, *, reason: str, by: Member, at: dt.datetime) -> Member:
    """Pause a member's access: sessions end at once, and there is no signing in.

    Raises:
        MemberNotFound: Not for `by`.
        ReasonMissing: No reason was given.
        Oneself: `by` would pause himself; leaving is for that.
        LastOne: The last administrator or curator.
        WrongState: Suspended already, or left.
    """
    member = locked(member_id, by=by)
    if member.pk == by.pk:
        raise Oneself("nobody suspends himself")
    if member.status not in (Status.ACTIVE, Status.INVITED):
        raise WrongState(f"member {member.pk} is {member.status}")
    _require_another_for_all(member)
    shut_out(member, status=Status.SUSPENDED, reason=reason, by=by, at=at)
    mail.write_to(member, "suspended", at=at, name=member.display_name, agency=member.agency.name)
    return member


@transaction.atomic
def has_left(member_id: int, *, reason: str, by: Member, at: dt.datetime) -> Member:
    """Note that a member has left the agency.

    Raises:
        MemberNotFound, ReasonMissing, LastOne; Oneself: leaving is a page of its own.
        WrongState: Left already.
    """
    member = locked(member_id, by=by)
    if member.pk == by.pk:
        raise Oneself("a member says so on the own page")
    return _leave(member, reason=reason, by=by, at=at)


@transaction.atomic
def leave(*, reason: str, by: Member, at: dt.datetime) -> Member:
    """Leave: what a member who changes duty or agency has promised to say.

    Raises:
        ReasonMissing, LastOne.
        WrongState: Left already.
    """
    locks.hold_who_is_last()
    member = Member.objects.select_for_update(of=("self",)).select_related("agency").get(pk=by.pk)
    return _leave(member, reason=reason, by=member, at=at)


@transaction.atomic
def set_languages(member: Member, *, languages: Collection[str], at: dt.datetime) -> None:
    """Keep which languages a member speaks."""
    member.languages = sorted(set(languages))
    member.save(update_fields=["languages"])
    record("member.set_languages", actor=member, target=member, at=at, languages=member.languages)


def shut_out(
    member: Member, *, status: str, reason: str, by: Member | None, at: dt.datetime,
    because: str = Member.Because.DECISION,
) -> None:  # fmt: skip
    """Take a member's access, end the sessions and every link, and record it."""
    member.status, member.status_reason, member.status_at = Status(status), reason, at
    member.suspended_because = because if status == Status.SUSPENDED else ""
    member.is_active = False
    about = {"actor": by, "target": member, "agency_id": member.agency_id, "at": at}
    if status == Status.SUSPENDED:
        because = member.suspended_because
        record("member.suspend", **about, reason=reason, because=because)  # type: ignore[arg-type]
    else:
        record("member.leave", **about, reason=reason)  # type: ignore[arg-type]
    member.save(
        update_fields=["status", "status_reason", "status_at", "suspended_because", "is_active"]
    )
    Agency.objects.filter(contact_id=member.pk, pk=member.agency_id).update(contact=None)
    links.end(links.Purpose.STILL, member.pk, at=at)
    sessions.end_all(member, by=by, at=at, reason=reason)


def let_in(member: Member, *, at: dt.datetime) -> None:
    """Give a member access again."""
    member.status, member.status_reason, member.status_at = Status.ACTIVE, "", at
    member.suspended_because, member.is_active = "", True
    member.save(
        update_fields=["status", "status_reason", "status_at", "suspended_because", "is_active"]
    )


def _leave(member: Member, *, reason: str, by: Member, at: dt.datetime) -> Member:
    """Note that a member left."""
    if member.status == Status.LEFT:
        raise WrongState(f"member {member.pk} has left")
    _require_another_for_all(member)
    shut_out(member, status=Status.LEFT, reason=reason, by=by, at=at)
    mail.write_to(member, "left", at=at, name=member.display_name, agency=member.agency.name)
    return member


def locked(member_id: int, *, by: Member) -> Member:
    """Return a member to change, whom nobody else changes; two cannot go at once.

    Raises:
        MemberNotFound: Not for `by`.
        NotAllowed: `by` has lost the right meanwhile.
    """
    queries.get(member_id, member=by)
    locks.hold_who_is_last()
    by.refresh_from_db(fields=["roles", "is_active"])
    if not by.is_active:
        raise NotAllowed(f"member {by.pk} has no access any more")
    return queries.get(member_id, member=by, lock=True)


def _require_another_for_all(member: Member) -> None:
    """Return if somebody else has each role of a member that cannot be missing."""
    for role in member.roles:
        _require_another(role, member)


def _require_another(role: str, member: Member) -> None:
    """Return if a role can be taken from a member.

    Raises:
        LastOne: Nobody else has it, and it cannot be missing.
    """
    if role in queries.NEEDED and member.is_active and queries.is_last(role, member):
        raise LastOne(f"member {member.pk} is the last with the role {role}")
