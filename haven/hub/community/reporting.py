"""Reporting: a member shows moderators a post, or messages that they choose.

In      who, what, why, the moment
Out     a report with copies of what was chosen, and of nothing else
Fails   PostNotFound, ContactNotFound, ReportNotFound; NothingChosen, OwnWords, ClosedAlready,
        NotYours; limits.TooManyReports; ReasonMissing
Why     messages belong to two people; one of them may disclose what was written to them
Not     here: hiding a post (moderating.py)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.community import limits, queries, reading
from haven.hub.community.actions import person_of
from haven.hub.community.models import Disclosed, Report
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.community.models import Person

ACT = "community.moderate"
MOST = 30  # messages in one report
REASON = "reason"  # stands for the words with which contact was asked for


class NothingChosen(BadInput):
    """No message was chosen."""

    code = "report.nothing_chosen"
    words = _("Choose the messages that moderators may read.")


class OwnWords(BadInput):
    """What one wrote oneself."""

    code = "report.own_words"
    words = _("These are your own words. Choose at least one that was written to you.")


class ClosedAlready(Conflict):
    """Somebody decided."""

    code = "report.closed"
    words = _("Somebody has closed this report in the meantime.")


class NotYours(Conflict):
    """A third person decides."""

    code = "report.not_yours"
    words = _("This report is yours. Another moderator decides on it.")


@dataclass(frozen=True, slots=True)
class Said:
    """Why something is reported."""

    why: str
    words: str = ""


@transaction.atomic
def report_post(public_id: UUID, said: Said, *, by: Member, at: datetime) -> Report:
    """Report a post; moderators see a copy as it was.

    Raises:
        PostNotFound, OwnWords: As they say.
        TooManyReports: The day is used up.
    """
    post = reading.post(public_id, member=by)
    if post.author_id == by.pk:
        raise OwnWords(f"member {by.pk} wrote post {post.pk}")
    made = _made(said, by, at, about=post.author, post=post)
    _disclose(made, [(post.author, post.posted_at, post.text)])
    record("community.report", actor=by, target=made, at=at, what="post", why=said.why)
    return made


@transaction.atomic
def report_messages(
    public_id: UUID, chosen: Collection[str], said: Said, *, by: Member, at: datetime
) -> Report:
    """Report messages of a contact, and the reason of its request where REASON is chosen.

    Moderators see copies of the chosen ones alone.

    Raises:
        ContactNotFound, NothingChosen, OwnWords: As they say.
        TooManyReports: The day is used up.
    """
    contact = queries.contact(public_id, member=by)
    ids = [one for one in chosen if one != REASON][:MOST]
    rows = queries.messages(contact, member=by).filter(public_id__in=ids)
    found = [(one.sender, one.sent_at, one.text) for one in rows.select_related("sender")]
    if REASON in chosen:
        found.append((contact.asker, contact.asked_at, contact.reason))
    if not found:
        raise NothingChosen(f"no message of contact {contact.pk} was chosen")
    if all(who.pk == by.pk for who, _when, _text in found):
        raise OwnWords(f"member {by.pk} wrote all that was chosen")
    made = _made(said, by, at, about=queries.other(contact, member=by), contact=contact)
    _disclose(made, found)
    record(
        "community.report",
        actor=by,
        target=made,
        at=at,
        what="messages",
        why=said.why,
        n=len(found),
    )
    return made


@transaction.atomic
def close(public_id: UUID, *, answer: str, by: Member, at: datetime) -> Report:
    """Close a report with an answer to who made it.

    Raises:
        NotAllowed: `by` is no moderator.
        ReportNotFound, ClosedAlready, NotYours, ReasonMissing: As they say.
    """
    access.require(by, ACT)
    seen = reading.report(public_id, member=by)
    if seen.reporter_id == by.pk:
        raise NotYours(f"member {by.pk} made report {seen.pk}")
    held = Report.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if held.closed_at is not None:
        raise ClosedAlready(f"report {held.pk} is closed")
    record("community.close_report", actor=by, target=held, at=at, reason=answer)
    held.closed_by, held.closed_at, held.answer = person_of(by), at, answer.strip()
    held.save(update_fields=["closed_by", "closed_at", "answer"])
    return held


def _made(said: Said, by: Member, at: datetime, *, about: Person, **what: Any) -> Report:
    person = person_of(by)
    limits.require_room(Report, person, at=at)
    return Report.objects.create(
        reporter=person, about=about, why=said.why, words=said.words.strip(), made_at=at, **what
    )


def _disclose(report: Report, said: Iterable[tuple[Person, datetime, str]]) -> None:
    """Keep copies of what was chosen with a report."""
    for who, when, text in said:
        Disclosed.objects.create(report=report, said_by=who, said_at=when, text=text)
