"""Clocks: until when each case may be kept, who set the date, and who is reminded.

In      a case; a new date with a reason; the day it is
Out     changed rows; reminders on the record and by letter
Fails   CaseNotFound, NotAllowed; WrongDate
Why     the clock never erases anything by itself: it reminds, then locks the case for work, and
        says louder each week that a decision is due
Not     here: erasing (haven.workbench.retention)
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import formats, timezone, translation
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.accounts.mail import actions as mail
from haven.audit.actions import record
from haven.web.errors import BadInput
from haven.workbench.cases import queries
from haven.workbench.cases.models import Case, Clock, ClockChange

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

REMIND_DAYS = (30, 7, 1)  # before the date; a month to decide, a week, the day before
REPEAT_DAYS = 7  # after it, until somebody decided
LONGEST_DAYS = 3653  # one extension at most, ten years: a typing error is not a century


class WrongDate(BadInput):
    """The date is not after today, or too far away."""

    code = "retention.wrong_date"
    words = _("Choose a date after today and at most ten years from now.")


def start(case: Case) -> None:
    """Start the clock of a case with the days of the settings."""
    opened_on = timezone.localdate(case.opened_at)
    days = timedelta(days=settings.HAVEN_RETENTION_DAYS)
    Clock.objects.create(
        case=case,
        agency_id=case.agency_id,
        case_public_id=case.public_id,
        number=case.number,
        opened_at=case.opened_at,
        keep_until=max(opened_on, timezone.localdate()) + days,
    )


def of_case(case: Case) -> Clock:
    """Return the clock of a case that was looked up."""
    return Clock.objects.get(case=case)


def held(clock: Clock) -> Clock:
    """Return a clock as it is now, held until the transaction ends."""
    return Clock.objects.select_for_update().get(pk=clock.pk)


def changes(case: Case) -> QuerySet[ClockChange]:
    """Return who set which date, the last first."""
    return ClockChange.objects.filter(case=case).select_related("made_by")


def of_agency(member: Member) -> QuerySet[Clock]:
    """Return the clocks of a member's agency, the next date first: numbers and dates alone."""
    return Clock.objects.filter(agency_id=member.agency_id).order_by("keep_until", "pk")


def near(member: Member, today: date) -> QuerySet[Clock]:
    """Return the clocks of a member's agency whose date is near or past."""
    until = today + timedelta(days=REMIND_DAYS[0])
    return of_agency(member).filter(keep_until__lte=until, erasing=False)


def days_left(clock: Clock, today: date) -> int:
    """Return the days until the date; 0 on it, negative after it."""
    return (clock.keep_until - today).days


@transaction.atomic
def set_date(case_id: UUID, *, until: date, reason: str, by: Member, at: datetime) -> Clock:
    """Set another date, with a reason; also for a case that is locked by its date.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
        WrongDate: Not after today, or too far away.
        ReasonMissing: No reason.
    """
    case = queries.get(case_id, member=by, to="lead")
    today = timezone.localdate(at)
    if not today < until <= today + timedelta(days=LONGEST_DAYS):
        raise WrongDate(f"{(until - today).days} days from now")
    clock = Clock.objects.select_for_update().get(case=case)
    before = clock.keep_until
    record(
        "retention.set",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        reason=reason,
        before=before.isoformat(),
        until=until.isoformat(),
    )
    ClockChange.objects.create(
        case=case, before=before, until=until, reason=reason.strip(), made_by=by, made_at=at
    )
    clock.keep_until, clock.reminded_days = until, None
    clock.save(update_fields=["keep_until", "reminded_days"])
    return clock


def remind(*, today: date | None = None) -> int:
    """Put on the record which dates are near or past; return for how many cases."""
    today = today or timezone.localdate()
    near = Clock.objects.filter(
        erasing=False, keep_until__lte=today + timedelta(days=REMIND_DAYS[0])
    )
    return sum(_remind(clock.pk, today) for clock in near)


@transaction.atomic
def _remind(clock_pk: int, today: date) -> bool:
    """Record one reminder, unless it was recorded before."""
    clock = Clock.objects.select_for_update().get(pk=clock_pk)
    left = days_left(clock, today)
    step = _step(left)
    if clock.reminded_days is not None and clock.reminded_days <= step:
        return False
    record(
        "retention.remind" if left >= 0 else "retention.overdue",
        actor=None,
        target=clock,
        case_id=clock.case_id,
        agency_id=clock.agency_id,
        days_left=left,
    )
    _write_letters(clock, "retention_near" if left >= 0 else "retention_overdue")
    clock.reminded_days = step
    clock.save(update_fields=["reminded_days"])
    return True


def _write_letters(clock: Clock, kind: str) -> None:
    """Write to who answers for a case, and to the supervisors of its agency.

    A letter travels outside: it holds the date, and neither number nor name of the case.
    """
    readers = {one.pk: one for one in accounts.supervisors(clock.agency_id)}
    responsible = clock.case.responsible
    if responsible.is_active:
        readers[responsible.pk] = responsible
    for reader in readers.values():
        with translation.override(reader.language):
            until = formats.date_format(clock.keep_until, "DATE_FORMAT")
        mail.write_to(reader, kind, at=timezone.now(), name=reader.display_name, until=until)


def _step(left: int) -> int:
    """Return which reminder is due: one of REMIND_DAYS, then one more for each week after."""
    if left >= 0:
        return min(days for days in REMIND_DAYS if left <= days)
    return -1 - (-left // REPEAT_DAYS)
