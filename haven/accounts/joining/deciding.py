"""Approving and refusing applications, and what happens when nobody does.

In      an application, who decides, the moment
Out     the changed rows; an entry in the record and a letter for each step
Fails   ApplicationNotFound, ReasonMissing; NotYourTurn (409), NotYours
Why     two people, neither of them the applicant, vouch for everyone who comes in
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haven.accounts.agencies import queries as agencies
from haven.accounts.joining import actions, queries
from haven.accounts.joining.models import OPEN_STATES, Application
from haven.accounts.mail import actions as mail
from haven.accounts.members.actions import NotYours
from haven.accounts.models import Member
from haven.accounts.one_time_links import actions as links
from haven.audit.actions import erase_personal_of, record
from haven.web.errors import Conflict

if TYPE_CHECKING:
    from uuid import UUID

State = Application.State
ERASED = "An application ended without a member."  # on the record, in the record's language


class NotYourTurn(Conflict):
    """The member cannot decide this application now."""

    code = "application.not_your_turn"
    words = _("This application does not wait for you: somebody else has to decide it.")


@transaction.atomic
def approve(
    public_id: UUID, *, roles: Collection[str] = (), by: Member, at: dt.datetime
) -> Application:
    """Vouch for an applicant, or agree as the second person.

    Args:
        public_id: Of the application.
        roles: What the person will do; said by the sponsor.
        by: Who decides.
        at: The moment.

    Raises:
        ApplicationNotFound: `by` has no part in it.
        NotYourTurn: Not the step for `by`: not the sponsor, the sponsor again, or himself;
            or the sponsor cannot vouch any more.
        NotYours: Roles that a sponsor cannot ask for.
    """
    application = _to_decide(public_id, by=by)
    if application.state == State.CONFIRMED:
        _sponsor(application, roles=roles, by=by, at=at)
    else:
        _agree(application, by=by, at=at)
    return application


@transaction.atomic
def refuse(public_id: UUID, *, reason: str, by: Member, at: dt.datetime) -> Application:
    """Say no, with a reason that the applicant is told.

    Raises:
        ApplicationNotFound, NotYourTurn: As for approving.
        ReasonMissing: No reason was given.
    """
    application = _to_decide(public_id, by=by)
    application.reason, application.refused_by = reason.strip()[:500], by
    record(
        "application.refuse",
        actor=by,
        target=application,
        agency_id=application.agency_id,
        at=at,
        reason=reason,
        step=application.state,
    )
    actions.move(application, State.REFUSED, at=at)
    _tell(application, "refused", at=at, reason=application.reason)
    return application


def expire(*, at: dt.datetime) -> int:
    """End applications that nobody answered in time; return how many."""
    over = Application.objects.filter(state__in=OPEN_STATES, expires_at__lte=at)
    count = 0
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():
            application = over.select_for_update().filter(pk=pk).first()
            if application is None:
                continue  # somebody answered meanwhile
            count += 1
            was_confirmed = application.state != State.UNCONFIRMED
            record(
                "application.expire",
                actor=None,
                target=application,
                agency_id=application.agency_id,
                at=at,
                step=application.state,
            )
            for purpose in (links.Purpose.ADDRESS, links.Purpose.TERMS):
                links.end(purpose, pk, at=at)
            actions.move(application, State.EXPIRED, at=at)
            if was_confirmed:  # nobody is written to who did not answer the first letter
                _tell(application, "expired", at=at)
    return count


def look_again(*, at: dt.datetime) -> int:
    """Ask anew where somebody who agreed is gone or may agree no more; return how often."""
    count = 0
    for one in queries.shaken():
        if not queries.stands(one):
            with transaction.atomic():
                count += _look_again(one.pk, at=at)
    return count


def _look_again(pk: int, *, at: dt.datetime) -> bool:
    """Take back the agreements that do not stand; tell whether there were any."""
    application = queries.shaken().select_for_update(of=("self",)).filter(pk=pk).first()
    if application is None or queries.stands(application):
        return False  # somebody decided meanwhile
    step = application.state
    links.end(links.Purpose.TERMS, pk, at=at)
    application.second = None
    is_sponsored = queries.stands(application)
    if not is_sponsored:
        application.sponsor, application.roles = None, []
    state = State.SPONSORED if is_sponsored else State.CONFIRMED
    actions.move(application, state, at=at, days=settings.HAVEN_JOIN_DECIDE_DAYS)
    record(
        "application.look_again",
        actor=None,
        target=application,
        agency_id=application.agency_id,
        at=at,
        step=step,
    )
    if is_sponsored:
        _ask_second(application, at=at)
    else:
        actions.ask_for_sponsor(application, at=at)
    return True


def erase_old(*, at: dt.datetime) -> int:
    """Erase who it was in refused and ended applications after a while; return how many.

    What is left: the agency, the steps and their times, who decided.
    """
    limit = at - dt.timedelta(days=settings.HAVEN_JOIN_ERASE_DAYS)
    old = Application.objects.filter(
        state__in=[State.REFUSED, State.EXPIRED], state_at__lte=limit, erased_at=None
    )
    count = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            _erase(Application.objects.select_for_update().get(pk=pk), at=at)
            count += 1
    return count


def _erase(application: Application, *, at: dt.datetime) -> None:
    """Erase who it was."""
    if not queries.has_others(application):
        mail.erase_to(application.email)
    for field in ("email", "display_name", "agency_as_written", "duty", "supervisor_email"):
        setattr(application, field, "")
    application.reason, application.languages, application.erased_at = "", [], at
    application.save()
    erase_personal_of(application, by=None, reason=ERASED, at=at)
    record(
        "application.erase",
        actor=None,
        target=application,
        agency_id=application.agency_id,
        at=at,
    )


def _sponsor(
    application: Application, *, roles: Collection[str], by: Member, at: dt.datetime
) -> None:
    """Vouch for an applicant."""
    wanted = set(map(str, roles))
    if not wanted or not wanted <= queries.SPONSORED_ROLES:
        raise NotYours("roles that a sponsor cannot ask for")
    application.sponsor, application.roles = by, sorted(wanted)
    actions.move(application, State.SPONSORED, at=at, days=settings.HAVEN_JOIN_DECIDE_DAYS)
    record(
        "application.sponsor",
        actor=by,
        target=application,
        agency_id=application.agency_id,
        at=at,
        roles=application.roles,
    )
    _ask_second(application, at=at)


def _ask_second(application: Application, *, at: dt.datetime) -> None:
    """Write to who can agree as the second: the contact of the agency, else the curators."""
    sponsor_id, contact = application.sponsor_id, application.agency.contact
    asked = [contact] if contact and contact.pk != sponsor_id and contact.is_active else []
    for one in asked or agencies.curators():
        if one.pk != sponsor_id:
            mail.write_to(
                one,
                "second",
                at=at,
                name=one.display_name,
                applicant=application.display_name,
                agency=application.agency.name,
            )


def _agree(application: Application, *, by: Member, at: dt.datetime) -> None:
    """Agree as the second person; the applicant gets the last link."""
    if not queries.stands(application):
        raise NotYourTurn(f"the sponsor of application {application.pk} cannot vouch any more")
    days = settings.HAVEN_JOIN_DECIDE_DAYS
    application.second = by
    actions.move(application, State.APPROVED, at=at, days=days)
    record(
        "application.approve",
        actor=by,
        target=application,
        agency_id=application.agency_id,
        at=at,
    )
    link = links.make(links.Purpose.TERMS, application.pk, at=at, hours=days * 24)
    with override(application.language):
        until = date_format(link.expires_at, "DATETIME_FORMAT")
    _tell(application, "approved", at=at, link=link, until=until)


def _tell(application: Application, letter: str, *, at: dt.datetime, **more: object) -> None:
    """Write to the applicant."""
    mail.write(
        letter,
        to=application.email,
        at=at,
        language=application.language,
        agency_id=application.agency_id,
        name=application.display_name,
        agency=application.agency.name,
        **more,  # type: ignore[arg-type]  # a link, or facts
    )


def _to_decide(public_id: UUID, *, by: Member) -> Application:
    """Return an application that waits for a member, to change.

    Raises:
        ApplicationNotFound: No part in it.
        NotYourTurn: It does not wait for him.
    """
    application = queries.get(public_id, member=by, lock=True)
    if not queries.can_decide(application, by):
        raise NotYourTurn(f"application {application.pk} does not wait for member {by.pk}")
    return application
