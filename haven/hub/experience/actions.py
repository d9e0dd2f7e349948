"""What members do with reports of experience: write one, take it back, decide, object.

In      who, when, what was met with a tool
Out     a report; on the record what was done, never what it says
Fails   ToolNotFound, ReportNotFound, NotAllowed; SaysNothing, StakeUnsaid, NotYet, ReportThere,
        NamesAuthor; ReportDecided, OwnReport, SameCurator, CuratorTied, AnswerMissing
Why     a curator looks at each before it is shown; of a refusal or a hiding to which its author
        objects another one decides
Not     here: who reads what (queries.py), what makers say to it (speaking.py), flags and hiding
        (flagging.py)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts import queries as accounts
from haven.audit.actions import record
from haven.hub.catalogue import queries as catalogue
from haven.hub.experience import naming, queries, regions, telling
from haven.hub.experience import vocabulary as words
from haven.hub.experience.models import Report
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.experience.deciding import Decision

State = Report.State
_TEXTS = ("version", "tried", "worked", "did_not", "care_words", "stake_words")
_LIVE = (State.WAITING, State.PUBLISHED, State.REFUSED, State.HIDDEN, State.OBJECTED)


class SaysNothing(BadInput):
    """Neither what worked nor what did not."""

    code = "experience.says_nothing"
    words = _("Say what worked, or what did not.")


class StakeUnsaid(BadInput):
    """A tie to the maker is named in words."""

    code = "experience.stake_unsaid"
    words = _("Say in words what ties you to the maker.")


class NotYet(BadInput):
    """It was tried on a day that has not come."""

    code = "experience.not_yet"
    words = _("The day on which you used it last cannot lie in the future.")


class ReportThere(Conflict):
    """A member writes once about a version."""

    code = "experience.there"
    words = _("You wrote about this version already. Take that report back first.")


class ReportDecided(Conflict):
    """Somebody decided, or it was taken back."""

    code = "experience.decided"
    words = _("Somebody decided on this in the meantime, or it was taken back.")


class OwnReport(Conflict):
    """Nobody decides on what they wrote."""

    code = "experience.own"
    words = _("You wrote this. Another curator decides on it.")


class SameCurator(Conflict):
    """A second look is by another."""

    code = "experience.same_curator"
    words = _("You decided on this before. A second curator decides now.")


@dataclass(frozen=True, slots=True)
class Met:
    """What a member met with a tool."""

    version: str
    tried_on: date
    tried: str
    data: str
    media: list[str]
    effort: str
    again: str
    care: str
    stake: str
    worked: str = ""
    did_not: str = ""
    care_words: str = ""
    stake_words: str = ""
    shown_as: str = field(default=words.Shown.NOBODY)


@transaction.atomic
def write(slug: str, met: Met, *, by: Member, at: datetime) -> Report:
    """Write a report, which a curator looks at.

    Raises:
        NotAllowed: `by` may not write any.
        ToolNotFound: Not in the catalogue.
        SaysNothing, StakeUnsaid, NotYet, NamesAuthor, ReportThere: As they say.
    """
    access.require(by, "experience.write")
    tool = catalogue.tool(slug, member=by).tool
    texts = {name: getattr(met, name).strip() for name in _TEXTS}
    _require_sense(met, texts, timezone.localdate(at))
    naming.refuse_own(texts.values(), by)
    is_shown = met.shown_as in (words.Shown.AGENCY, words.Shown.NAME)
    try:
        with transaction.atomic():
            made = Report.objects.create(
                tool=tool,
                **texts,
                tried_on=met.tried_on,
                data=met.data,
                media=met.media,
                effort=met.effort,
                again=met.again,
                care=met.care,
                stake=met.stake,
                author=queries.author_of(by),
                shown_name=by.display_name if met.shown_as == words.Shown.NAME else "",
                shown_agency=by.agency.name if is_shown else "",
                written_by=by,
                written_at=at,
            )
    except IntegrityError as error:
        raise ReportThere(f"member {by.pk} wrote about tool {tool.pk} before") from error
    record("experience.write", actor=by, target=made, at=at)
    return made


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: datetime) -> Report:
    """Take one's own report back; a published one is shown to nobody any more.

    Raises:
        ReportNotFound: Not there, or another's.
        ReportDecided: It was taken back before, or two curators refused it.
    """
    found = _held(public_id, by)
    if found.written_by_id != by.pk:
        raise queries.ReportNotFound("another member's report")
    if found.state not in _LIVE:
        raise ReportDecided(f"report {found.pk} is {found.state}")
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    record("experience.withdraw", actor=by, target=found, at=at)
    return found


@transaction.atomic
def decide(public_id: UUID, decision: Decision, *, by: Member, at: datetime) -> Report:
    """Publish a report, or refuse it with an answer to its author.

    Raises:
        NotAllowed: `by` is no curator.
        ReportNotFound, ReportDecided, OwnReport, CuratorTied, AnswerMissing: As they say.
    """
    access.require(by, "catalogue.curate")
    found = _held(public_id, by)
    if found.state != State.WAITING:
        raise ReportDecided(f"report {found.pk} is {found.state}")
    if found.written_by_id == by.pk:
        raise OwnReport(f"member {by.pk} wrote report {found.pk}")
    decision.require()
    found.decided_by, found.decided_at, found.answer = by, at, decision.answer.strip()
    if decision.accepts:
        _publish(found, at)
        record("experience.publish", actor=by, target=found, at=at)
    else:
        found.state = State.REFUSED
        record("experience.refuse", actor=by, target=found, at=at, reason=found.answer)
    found.save()
    telling.decided(found.written_by_id, at=at)
    return found


@transaction.atomic
def object_to(public_id: UUID, why: str, *, by: Member, at: datetime) -> Report:
    """Have another curator look at one's own report that was refused or hidden; once.

    Raises:
        ReportNotFound: Not there, or another's.
        ReportDecided: It is neither refused nor hidden, or was objected to before.
        SaysNothing: No reason.
    """
    found = _held(public_id, by)
    if found.written_by_id != by.pk:
        raise queries.ReportNotFound("another member's report")
    if found.state not in (State.REFUSED, State.HIDDEN) or found.objection:
        raise ReportDecided(f"report {found.pk} is {found.state}")
    if not why.strip():
        raise SaysNothing(f"an objection to report {found.pk} without a word")
    found.state, found.objection, found.objected_at = State.OBJECTED, why.strip(), at
    found.save(update_fields=["state", "objection", "objected_at"])
    record("experience.object", actor=by, target=found, at=at)
    return found


@transaction.atomic
def decide_again(public_id: UUID, decision: Decision, *, by: Member, at: datetime) -> Report:
    """Publish a refused or hidden report after all, or agree; by a curator who did not decide.

    Raises:
        NotAllowed: `by` is no curator.
        ReportNotFound, ReportDecided, OwnReport, SameCurator, CuratorTied, AnswerMissing: As
            they say.
    """
    access.require(by, "catalogue.curate")
    found = _held(public_id, by)
    if found.state != State.OBJECTED:
        raise ReportDecided(f"report {found.pk} is {found.state}")
    if found.written_by_id == by.pk:
        raise OwnReport(f"member {by.pk} wrote report {found.pk}")
    if by.pk in (found.decided_by_id, found.hidden_by_id):
        raise SameCurator(f"member {by.pk} decided on report {found.pk} before")
    decision.require()
    found.second_by, found.second_at, found.second_answer = by, at, decision.answer.strip()
    if decision.accepts:
        _publish(found, at)
        record("experience.publish", actor=by, target=found, at=at)
    else:
        found.state = State.UPHELD
        record("experience.uphold", actor=by, target=found, at=at, reason=found.second_answer)
    found.save()
    telling.decided(found.written_by_id, at=at)
    return found


def _publish(found: Report, at: datetime) -> None:
    """Let a report be read; say the region of its author where that tells of no agency.

    One that was hidden keeps its day and its region.
    """
    found.state = State.PUBLISHED
    found.hidden_by, found.hidden_at, found.hidden_because = None, None, ""
    if found.published_at is not None:
        return
    country = found.written_by.agency.country
    take_part = [one for one in accounts.agencies() if one.status == one.Status.ACTIVE]
    there = [one.country for one in take_part if not one.is_provider]
    found.region = regions.said_of(country, countries=there)
    found.published_at = at


def _held(public_id: UUID, by: Member) -> Report:
    """Return a report nobody else can decide on meanwhile."""
    seen = queries.report(public_id, member=by)
    return Report.objects.select_for_update().get(pk=seen.pk)


def _require_sense(met: Met, texts: dict[str, str], today: date) -> None:
    """Return if a report says something that can be so.

    Raises:
        SaysNothing, StakeUnsaid, NotYet: It does not.
    """
    if not texts["worked"] and not texts["did_not"]:
        raise SaysNothing("a report without anything that worked or did not")
    if met.stake != words.Stake.NONE and not texts["stake_words"]:
        raise StakeUnsaid("a tie to the maker without a word")
    if met.tried_on > today:
        raise NotYet("a report about a day to come")
