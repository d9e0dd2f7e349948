"""Makers speak: answers to questions, replies to reports, and who may speak for whom.

In      a member of a provider, a text; a curator who ties a provider to a maker
Out     what was said, shown as "the maker says"; it changes no grade, no count and no order
Fails   QuestionNotFound, ReportNotFound, NotAllowed; SaysNothing, SaidEnough; VoiceNotFound,
        NotAProvider
Why     the readers see at once who speaks, and no maker drowns what somebody else wrote
Not     here: questions and reports themselves, hiding what a maker said (flagging.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts import queries as accounts
from haven.audit.actions import record
from haven.hub.experience import queries, telling
from haven.hub.experience.actions import SaysNothing
from haven.hub.experience.models import Question, Report, Saying, Voice
from haven.web.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member

MOST = 3  # times that a maker speaks to one question or report


class SaidEnough(Conflict):
    """A maker speaks a few times to one thing."""

    code = "saying.enough"
    words = _("You have spoken to this as often as a maker may.")


class NotAProvider(BadInput):
    """Only a provider of tools speaks for a maker."""

    code = "voice.no_provider"
    words = _("Choose a provider of tools and a maker of the catalogue.")


class VoiceNotFound(NotFound):
    """Nobody speaks so."""

    code = "voice.not_found"


@transaction.atomic
def answer(public_id: UUID, text: str, *, by: Member, at: datetime) -> Saying:
    """Answer a question that was put to a maker for whom the member speaks.

    Raises:
        QuestionNotFound: Not there, not put to a maker, or to another one.
        SaysNothing, SaidEnough: As they say.
    """
    seen = queries.question(public_id, member=by)
    found = Question.objects.select_for_update(of=("self",)).select_related("tool").get(pk=seen.pk)
    is_put = found.state == queries.QUESTION_STATES.PUBLISHED
    if not is_put or not queries.speaks_for(by, found.tool.maker_id):
        raise queries.QuestionNotFound("a question to another maker, or to none")
    made = _say(Saying(question=found), text, found.tool.maker_id, by, at)
    telling.answered(found.asked_by_id, at=at)
    return made


@transaction.atomic
def reply(public_id: UUID, text: str, *, by: Member, at: datetime) -> Saying:
    """Reply to a published report on a tool of a maker for whom the member speaks.

    Raises:
        ReportNotFound: Not there, not published, or on a tool of another maker.
        SaysNothing, SaidEnough: As they say.
    """
    seen = queries.report(public_id, member=by)
    found = Report.objects.select_for_update(of=("self",)).select_related("tool").get(pk=seen.pk)
    is_read = found.state == queries.REPORT_STATES.PUBLISHED
    if not is_read or not queries.speaks_for(by, found.tool.maker_id):
        raise queries.ReportNotFound("a report on a tool of another maker")
    made = _say(Saying(report=found), text, found.tool.maker_id, by, at)
    telling.answered(found.written_by_id, at=at)
    return made


@transaction.atomic
def tie(agency_pk: int, maker_pk: int, *, by: Member, at: datetime) -> Voice:
    """Have a provider speak for a maker, and be told of what waits; again changes nothing.

    Raises:
        NotAllowed: `by` is no curator.
        NotAProvider: No such provider, or no such maker.
    """
    access.require(by, "catalogue.curate")
    providers = {one.pk: one for one in accounts.agencies() if one.is_provider}
    maker = queries.all_makers().filter(pk=maker_pk).first()
    if agency_pk not in providers or maker is None:
        raise NotAProvider(f"agency {agency_pk} cannot speak for maker {maker_pk}")
    made, is_new = Voice.objects.get_or_create(
        agency=providers[agency_pk], maker=maker, defaults={"tied_by": by, "tied_at": at}
    )
    if is_new:
        record("maker.tie", actor=by, target=made, at=at)
        telling.question_waits(maker.pk, at=at)
    return made


@transaction.atomic
def untie(voice_pk: int, *, by: Member, at: datetime) -> None:
    """End that a provider speaks for a maker; what was said stays.

    Raises:
        NotAllowed: `by` is no curator.
        VoiceNotFound: Nobody speaks so.
    """
    access.require(by, "catalogue.curate")
    found = Voice.objects.filter(pk=voice_pk).first()
    if found is None or not Voice.objects.filter(pk=voice_pk).delete()[0]:
        raise VoiceNotFound("nobody speaks so")
    record("maker.untie", actor=by, target=found, at=at)


def _say(made: Saying, text: str, maker_pk: int, by: Member, at: datetime) -> Saying:
    """Keep what a maker says to a question or report, which is held.

    Raises:
        SaysNothing, SaidEnough: As they say.
    """
    if not text.strip():
        raise SaysNothing(f"maker {maker_pk} was to say nothing")
    before = Saying.objects.filter(maker_id=maker_pk, question=made.question, report=made.report)
    if before.count() >= MOST:
        raise SaidEnough(f"maker {maker_pk} spoke {MOST} times to one thing")
    made.maker_id, made.text, made.said_by, made.said_at = maker_pk, text.strip(), by, at
    made.save()
    record("saying.make", actor=by, target=made, at=at)
    return made
