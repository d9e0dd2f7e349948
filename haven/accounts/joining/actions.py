"""Applying, confirming the address, and joining once approved.

In      what a stranger typed, checked by forms.py; codes of links; the moment
Out     the changed rows; an entry in the record and a letter for each step
Fails   LinkEnded; TermsChanged. Applying never fails: whatever the address, the answer is
        the same, and only its owner learns more, by a letter
Why     who takes part, and who is a member, is nobody's business
Not     here: approving and refusing (deciding.py), counting uses (limits.py)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import override

from haven.accounts import actions as accounts
from haven.accounts.agencies import queries as agencies
from haven.accounts.joining import limits, queries
from haven.accounts.joining.models import Application
from haven.accounts.mail import actions as mail
from haven.accounts.members import queries as members
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links import actions as links
from haven.accounts.terms import actions as terms
from haven.audit.actions import record

State = Application.State
LETTER_PAUSE = dt.timedelta(hours=1)  # so often at most a letter for the same words


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

    Says nothing, whatever happened: the page is the same for everyone. Others may have
    applied with the address before: whoever confirms it joins with what they wrote.
    """
    member = members.by_address(applicant.email)
    if member is not None:
        if member.is_active:
            _once_in_a_while(member, at=at)
        return
    agency = agencies.of_address(applicant.email)
    if agency is None:
        return
    known = queries.confirmed_of(applicant.email)
    if known is not None:
        _in_progress(known, at=at)
        return
    same = queries.same_as(applicant)
    is_due = same is None or at - same.state_at >= LETTER_PAUSE
    if is_due and limits.may_write(applicant.email):
        _ask_for_address(same or _take(applicant, agency, at=at), at=at)


def _take(applicant: Applicant, agency: Agency, *, at: dt.datetime) -> Application:
    """Keep a new application; it binds nobody until the address is confirmed."""
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
        expires_at=at,
    )
    record("application.make", actor=None, target=made, agency_id=agency.pk, at=at)
    return made


def _in_progress(known: Application, *, at: dt.datetime) -> None:
    """Tell the address that its application is looked at, once a day; nothing typed is kept."""
    if not mail.was_written("in_progress", to=known.email, since=at - dt.timedelta(days=1)):
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
    link = links.find(untrusted_code, links.Purpose.ADDRESS, at=at)
    application = queries.locked_with_others(link.subject_id)
    link = links.find(untrusted_code, links.Purpose.ADDRESS, at=at, lock=True)
    taken = queries.confirmed_of(application.email)
    if application.state != State.UNCONFIRMED or taken is not None:
        raise links.LinkEnded(f"application {application.pk} is {application.state}")
    links.use(link, at=at)
    application.confirmed_at = at
    move(application, State.CONFIRMED, at=at, days=settings.HAVEN_JOIN_DECIDE_DAYS)
    record(
        "application.confirm", actor=None, target=application, agency_id=application.agency_id,
        at=at,
    )  # fmt: skip
    _drop_others(application, at=at)
    ask_for_sponsor(application, at=at)
    return application


def ask_for_sponsor(application: Application, *, at: dt.datetime) -> None:
    """Write to those of the agency who can vouch: the supervisor named, the administrators."""
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


def _drop_others(confirmed: Application, *, at: dt.datetime) -> None:
    """End what others, or the same person, typed about an address before it was confirmed."""
    same = Application.objects.filter(email__iexact=confirmed.email, state=State.UNCONFIRMED)
    for one in same.select_for_update():
        links.end(links.Purpose.ADDRESS, one.pk, at=at)
        move(one, State.EXPIRED, at=at)
        record(
            "application.expire", actor=None, target=one, agency_id=one.agency_id, at=at,
            step=State.UNCONFIRMED,
        )  # fmt: skip


@transaction.atomic
def join(untrusted_code: str, *, version: str, language: str, at: dt.datetime) -> Member:
    """Become a member: two people agreed, and the terms are accepted.

    Raises:
        LinkEnded: The link cannot be used.
        LooksAgain: Somebody who agreed cannot any more.
        TermsChanged: Other terms hold by now.
        NameTaken: A member has the address by now.
    """
    link = links.find(untrusted_code, links.Purpose.TERMS, at=at, lock=True)
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("agency", "sponsor__agency", "second__agency")
        .get(pk=link.subject_id)
    )
    is_open = application.agency.status == Agency.Status.ACTIVE
    if application.state != State.APPROVED or not is_open:
        raise links.LinkEnded(f"application {application.pk} is {application.state}")
    if not queries.stands(application):
        raise queries.LooksAgain(f"application {application.pk} is no longer agreed to by two")
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
    hours = settings.HAVEN_JOIN_CONFIRM_HOURS
    application.state_at = at
    application.expires_at = at + dt.timedelta(hours=hours)
    application.save(update_fields=["state_at", "expires_at"])
    link = links.make(
        links.Purpose.ADDRESS,
        application.pk,
        at=at,
        hours=hours,
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
