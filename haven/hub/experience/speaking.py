"""Makers speak: answers to questions, replies to reports, and who may speak for whom.

In      a member of a provider, a text; a curator who ties a provider to a maker
Out     what was said, shown as "the maker says"; it changes no grade, no count and no order
Fails   QuestionNotFound, ReportNotFound, SayingNotFound, NotAllowed; SaysNothing; HiddenBefore,
        AnswerMissing; VoiceNotFound, NotAProvider
Why     the readers see at once who speaks; a curator can hide what breaks the rules, for a reason
Not     here: questions and reports themselves
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts import queries as accounts
from haven.audit.actions import record
from haven.hub.experience import queries
from haven.hub.experience.actions import SaysNothing
from haven.hub.experience.deciding import AnswerMissing
from haven.hub.experience.models import Saying, Voice
from haven.web.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.experience.models import Question, Report


class HiddenBefore(Conflict):
    """Another curator was quicker."""

    code = "saying.hidden"
    words = _("This is hidden already.")


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
        SaysNothing: No text.
    """
    found = queries.question(public_id, member=by)
    is_put = found.state == queries.QUESTION_STATES.PUBLISHED
    if not is_put or not queries.speaks_for(by, found.tool.maker_id):
        raise queries.QuestionNotFound("a question to another maker, or to none")
    return _say(text, found.tool.maker_id, by, at, question=found)


@transaction.atomic
def reply(public_id: UUID, text: str, *, by: Member, at: datetime) -> Saying:
    """Reply to a published report on a tool of a maker for whom the member speaks.

    Raises:
        ReportNotFound: Not there, not published, or on a tool of another maker.
        SaysNothing: No text.
    """
    found = queries.report(public_id, member=by)
    is_read = found.state == queries.REPORT_STATES.PUBLISHED
    if not is_read or not queries.speaks_for(by, found.tool.maker_id):
        raise queries.ReportNotFound("a report on a tool of another maker")
    return _say(text, found.tool.maker_id, by, at, report=found)


@transaction.atomic
def hide(public_id: UUID, because: str, *, by: Member, at: datetime) -> Saying:
    """Hide what a maker said; the page says that something is hidden.

    Raises:
        NotAllowed: `by` is no curator.
        SayingNotFound, HiddenBefore, AnswerMissing: As they say.
    """
    access.require(by, "catalogue.curate")
    seen = queries.saying(public_id)
    found = Saying.objects.select_for_update().get(pk=seen.pk)
    if found.hidden_by_id is not None:
        raise HiddenBefore(f"saying {found.pk} is hidden")
    if not because.strip():
        raise AnswerMissing(f"saying {found.pk} was to be hidden without a reason")
    found.hidden_by, found.hidden_at, found.hidden_because = by, at, because.strip()
    found.save(update_fields=["hidden_by", "hidden_at", "hidden_because"])
    record("saying.hide", actor=by, target=found, at=at, reason=found.hidden_because)
    return seen


@transaction.atomic
def tie(agency_pk: int, maker_pk: int, *, by: Member, at: datetime) -> Voice:
    """Have a provider speak for a maker; doing it again changes nothing.

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
    if found is None:
        raise VoiceNotFound("nobody speaks so")
    record("maker.untie", actor=by, target=found, at=at)
    found.delete()


def _say(  # one for both kinds
    text: str,
    maker_pk: int,
    by: Member,
    at: datetime,
    *,
    question: Question | None = None,
    report: Report | None = None,
) -> Saying:
    """Keep what a maker says.

    Raises:
        SaysNothing: No text.
    """
    if not text.strip():
        raise SaysNothing(f"maker {maker_pk} was to say nothing")
    made = Saying.objects.create(
        maker_id=maker_pk,
        question=question,
        report=report,
        text=text.strip(),
        said_by=by,
        said_at=at,
    )
    record("saying.make", actor=by, target=made, at=at)
    return made
