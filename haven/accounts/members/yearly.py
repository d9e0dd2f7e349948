"""The yearly confirmation: who works here still, says the member and says a colleague.

In      a link the member followed, an administrator's word, the day
Out     another year; reminders; who is not confirmed is suspended until confirmed
Fails   LinkEnded; Oneself: nobody confirms his own duty; NotDue (409)
Why     accounts outlive jobs unless somebody asks
Not     here: when the sweep runs (accounts/tasks.py)
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haven.accounts import locks
from haven.accounts.actions import VERIFIED_DAYS
from haven.accounts.agencies import queries as agencies
from haven.accounts.mail import actions as mail
from haven.accounts.members import actions, queries
from haven.accounts.models import Member
from haven.accounts.one_time_links import actions as links
from haven.audit.actions import record
from haven.web.errors import Conflict

REMIND_DAYS = (30, 7, 1)  # before the day
LINK_HOURS = 60 * 24  # beyond the day: a suspended member confirms by the same link
REASON = "The yearly confirmation is missing."  # on the record, in the record's language


class NotDue(Conflict):
    """It is too early for the yearly confirmation."""

    code = "member.not_due"
    words = _("This confirmation is not due yet, or was given already.")


@transaction.atomic
def confirm_address(untrusted_code: str, *, at: dt.datetime) -> Member:
    """Take a member's word that the address is still theirs.

    Raises:
        LinkEnded: The link cannot be used.
    """
    link = links.find(untrusted_code, links.Purpose.STILL, at=at, lock=True)
    member = Member.objects.select_for_update().get(pk=link.subject_id)
    links.use(link, at=at)
    member.address_confirmed_at = at
    member.save(update_fields=["address_confirmed_at"])
    record("member.confirm_address", actor=member, target=member, at=at)
    _renew(member, at=at)
    return member


@transaction.atomic
def confirm_duty(member_id: int, *, by: Member, at: dt.datetime) -> Member:
    """Take an administrator's word that a member still does the duty.

    Raises:
        MemberNotFound: Not for `by`.
        Oneself: His own.
        NotDue: Too early, or given already.
    """
    member = queries.get(member_id, member=by, lock=True)
    if member.pk == by.pk:
        raise actions.Oneself("nobody confirms his own duty")
    if not queries.is_due(member, on=at.date()) or member.duty_confirmed_at is not None:
        raise NotDue(f"member {member.pk} is verified until {member.verified_until}")
    member.duty_confirmed_at, member.duty_confirmed_by = at, by
    member.save(update_fields=["duty_confirmed_at", "duty_confirmed_by"])
    record("member.confirm_duty", actor=by, target=member, agency_id=member.agency_id, at=at)
    _renew(member, at=at)
    return member


def is_over(member: Member, *, on: dt.date) -> bool:
    """Tell whether the day of the yearly confirmation has passed."""
    return member.verified_until is not None and member.verified_until < on


def pause_on_return(member: Member, *, by: Member, at: dt.datetime) -> None:
    """Let a member who comes back after the day wait for the own word; `by` gives the other."""
    member.address_confirmed_at = None  # a word from before the absence says nothing of now
    member.duty_confirmed_at, member.duty_confirmed_by = at, by
    member.status, member.status_reason, member.status_at = actions.Status.SUSPENDED, REASON, at
    member.suspended_because = Member.Because.UNVERIFIED
    member.save()
    about = {"target": member, "agency_id": member.agency_id, "at": at}
    record("member.confirm_duty", actor=by, **about)  # type: ignore[arg-type]
    because = member.suspended_because
    record("member.suspend", actor=None, **about, reason=REASON, because=because)  # type: ignore[arg-type]
    _ask(member, "still_paused", at=at)


def sweep(*, at: dt.datetime) -> None:
    """Remind who is due, and suspend who is over the day."""
    last = at.date() + dt.timedelta(days=REMIND_DAYS[0])
    due = Member.objects.filter(verified_until__lte=last, is_active=True)
    due = due.exclude(Q(address_confirmed_at__isnull=False) & Q(duty_confirmed_at__isnull=False))
    for member_id in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            locks.hold_who_is_last()
            member = (
                Member.objects.select_for_update(of=("self",))
                .select_related("agency")
                .get(pk=member_id)
            )
            _look_at(member, at=at)


def _look_at(member: Member, *, at: dt.datetime) -> None:
    """Remind or suspend one member."""
    assert member.verified_until is not None  # noqa: S101  # the filter above
    days_left = (member.verified_until - at.date()).days
    is_last = any(queries.is_last(role, member) for role in queries.NEEDED)
    if days_left < 0 and not is_last:
        actions.shut_out(
            member,
            status=actions.Status.SUSPENDED,
            reason=REASON,
            by=None,
            at=at,
            because=Member.Because.UNVERIFIED,
        )
        _ask(member, "still_paused", at=at)
        return
    step = min(day for day in REMIND_DAYS if days_left <= day)
    if member.reminded_days is None or step < member.reminded_days:
        member.reminded_days = step
        member.save(update_fields=["reminded_days"])
        record("member.remind", actor=None, target=member, agency_id=member.agency_id, at=at)
        _ask(member, "still", at=at)


def _ask(member: Member, letter: str, *, at: dt.datetime) -> None:
    """Write to the member, unless the address is confirmed, and to those who can confirm."""
    facts = {"name": member.display_name, "agency": member.agency.name}
    if member.address_confirmed_at is None and member.email:
        link = links.make(links.Purpose.STILL, member.pk, at=at, hours=LINK_HOURS)
        with override(member.language):
            until = date_format(member.verified_until) if member.verified_until else ""
        mail.write_to(member, letter, at=at, link=link, until=until, **facts)
    if member.duty_confirmed_at is None:
        asked = agencies.administrators(member.agency) or agencies.curators()
        for one in asked:
            if one.pk != member.pk:
                mail.write_to(one, "please_confirm", at=at, name=one.display_name)


def _renew(member: Member, *, at: dt.datetime) -> None:
    """Give another year where both words are there; open what was shut for it alone."""
    if member.address_confirmed_at is None or member.duty_confirmed_at is None:
        return
    member.verified_until = at.date() + dt.timedelta(days=VERIFIED_DAYS)
    member.address_confirmed_at = member.duty_confirmed_at = member.duty_confirmed_by = None
    member.reminded_days = None
    member.save(
        update_fields=[
            "verified_until",
            "address_confirmed_at",
            "duty_confirmed_at",
            "duty_confirmed_by",
            "reminded_days",
        ]
    )
    if member.suspended_because == Member.Because.UNVERIFIED:
        actions.let_in(member, at=at)
        mail.write_to(member, "reactivated", at=at, name=member.display_name)
    record(
        "member.renew",
        actor=None,
        target=member,
        agency_id=member.agency_id,
        at=at,
        until=member.verified_until.isoformat(),
    )
