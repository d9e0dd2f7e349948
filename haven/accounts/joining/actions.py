"""Applying, confirming the address, and joining once approved.

In      what a stranger typed, checked by forms.py; codes of links; the moment
Out     the changed rows; an entry in the record and a letter for each step
Fails   LinkEnded; TermsChanged. Applying never fails: whatever the address, the answer is
        the same, and only its owner learns more, by a letter
Why     who takes part, and who is a member, is nobody's business
Not     here: approving and refusing (deciding.py), limits on tries (limits.py)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import override

from haven.accounts import actions as accounts
from haven.accounts.agencies import queries as agencies
from haven.accounts.joining import queries
from haven.accounts.joining.models import Application
from haven.accounts.mail import actions as mail
from haven.accounts.members import queries as members
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links import actions as links
from haven.accounts.terms import actions as terms
from haven.audit.actions import record

State = Application.State
LETTER_PAUSE = dt.timedelta(hours=1)  # so often at most a letter for one application


@dataclass(frozen=True, slots=True)
class Applicant:
    """What somebody says who wants to join."""

    display_name: str
    email: str  # checked, in lower case
    agency_as_written: str
    duty: str
    supervisor_email: str
    languages: tuple[str, ...]
    language: str  # of letters


@transaction.atomic
def apply(applicant: Applicant, *, at: dt.datetime) -> None:
    """Take an application, where the address is of an agency that takes part.

    Says nothing, whatever happened: the page is the same for everyone.
    """
    member = members.by_address(applicant.email)
    if member is not None:
        if member.is_active:
            _once_in_a_while(member, at=at)
        return
    agency = agencies.of_address(applicant.email)
    if agency is None:
        return
    known = queries.open_of(applicant.email)
    if known is None:
        _take(applicant, agency, at=at)
    elif at - known.state_at >= LETTER_PAUSE:
        _again(known, at=at)


def _take(applicant: Applicant, agency: Agency, *, at: dt.datetime) -> None:
    """Keep a new application and write to its address."""
    hours = settings.HAVEN_JOIN_CONFIRM_HOURS
    try:
        with transaction.atomic():
            made = Application.objects.create(
                agency=agency,
                email=applicant.email,
                display_name=applicant.display_name,
                agency_as_written=applicant.agency_as_written,
                duty=applicant.duty,
                supervisor_email=applicant.supervisor_email,
                languages=list(applicant.languages),
                language=applicant.language,
                made_at=at,
                state_at=at,
                expires_at=at + dt.timedelta(hours=hours),
            )
    except IntegrityError:  # the same form was sent twice at once; one of them is enough
        return
    record("application.make", actor=None, target=made, agency_id=agency.pk, at=at)
    _ask_for_address(made, at=at)


def _again(known: Application, *, at: dt.datetime) -> None:
    """Write again to an address with an open application; nothing typed now is kept."""
    if known.state == State.UNCONFIRMED:
        known.state_at = at
        known.expires_at = at + dt.timedelta(hours=settings.HAVEN_JOIN_CONFIRM_HOURS)
        known.save(update_fields=["state_at", "expires_at"])
        _ask_for_address(known, at=at)
    elif not mail.was_written("in_progress", to=known.email, since=at - dt.timedelta(days=1)):
        mail.write("in_progress", to=known.email, at=at, language=known.language)


def _once_in_a_while(member: Member, *, at: dt.datetime) -> None:
    """Tell a member that somebody applied with the address, once a day at most."""
    if not mail.was_written("have_account", to=member.email, since=at - dt.timedelta(days=1)):
        mail.write_to(member, "have_account", at=at, name=member.display_name)


@transaction.atomic
def confirm_address(untrusted_code: str, *, at: dt.datetime) -> Application:
    """Take it that whoever holds the link reads the mail of the address.

    Raises:
        LinkEnded: The link cannot be used.
    """
    link = links.find(untrusted_code, links.Purpose.ADDRESS, at=at, lock=True)
    application = Application.objects.select_for_update().get(pk=link.subject_id)
    if application.state != State.UNCONFIRMED:
        raise links.LinkEnded(f"application {application.pk} is {application.state}")
    links.use(link, at=at)
    move(application, State.CONFIRMED, at=at, days=settings.HAVEN_JOIN_DECIDE_DAYS)
    record(
        "application.confirm", actor=None, target=application, agency_id=application.agency_id,
        at=at,
    )  # fmt: skip
    asked = agencies.administrators(application.agency)
    supervisor = supervisor_of(application)
    if supervisor is not None:
        asked = [supervisor, *(one for one in asked if one.pk != supervisor.pk)]
    for one in asked:
        mail.write_to(
            one,
            "sponsor",
            at=at,
            name=one.display_name,
            applicant=application.display_name,
            agency=application.agency.name,
        )
    return application


@transaction.atomic
def join(untrusted_code: str, *, version: str, language: str, at: dt.datetime) -> Member:
    """Become a member: two people agreed, and the terms are accepted.

    Raises:
        LinkEnded: The link cannot be used.
        TermsChanged: Other terms hold by now.
        NameTaken: A member has the address by now.
    """
    link = links.find(untrusted_code, links.Purpose.TERMS, at=at, lock=True)
    application = Application.objects.select_for_update().get(pk=link.subject_id)
    is_open = application.agency.status == Agency.Status.ACTIVE
    if application.state != State.APPROVED or not is_open:
        raise links.LinkEnded(f"application {application.pk} is {application.state}")
    links.use(link, at=at)
    member = accounts.add_person(
        accounts.Person(
            display_name=application.display_name,
            email=application.email,
            duty=application.duty,
            languages=tuple(application.languages),
            language=language,
            supervisor=supervisor_of(application),
        ),
        agency=application.agency,
        roles=application.roles,
        by=application.second,
        at=at,
    )
    terms.accept(member, version=version, language=language, at=at)
    application.member = member
    move(application, State.JOINED, at=at)
    record(
        "application.join", actor=member, target=application, agency_id=application.agency_id,
        at=at,
    )  # fmt: skip
    mail.write_to(member, "welcome", at=at, name=member.display_name, agency=member.agency.name)
    return member


def supervisor_of(application: Application) -> Member | None:
    """Return the supervisor named in an application, if an active member of the agency."""
    named = members.by_address(application.supervisor_email)
    is_theirs = named is not None and named.agency_id == application.agency_id
    return named if is_theirs and named is not None and named.is_active else None


def move(application: Application, state: str, *, at: dt.datetime, days: int = 0) -> None:
    """Let a state begin, which ends by itself after some days."""
    application.state, application.state_at = State(state), at
    application.expires_at = at + dt.timedelta(days=days)
    application.save()


def _ask_for_address(application: Application, *, at: dt.datetime) -> None:
    """Write to the address; the letter holds no word that the stranger typed."""
    link = links.make(
        links.Purpose.ADDRESS,
        application.pk,
        at=at,
        hours=settings.HAVEN_JOIN_CONFIRM_HOURS,
    )
    with override(application.language):
        until = date_format(link.expires_at, "DATETIME_FORMAT")
    mail.write(
        "address",
        to=application.email,
        at=at,
        language=application.language,
        link=link,
        until=until,
    )
