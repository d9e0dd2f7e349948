"""What members do with questions to makers: ask one, take it back, put it to the maker.

In      who, when, a question
Out     the question; on the record what was done, never what it says
Fails   ToolNotFound, QuestionNotFound, NotAllowed; AsksNothing, NamesAuthor; QuestionDecided,
        OwnQuestion, CuratorTied, AnswerMissing
Why     everyone reads question and answer, other makers too: a curator looks first whether it
        gives away a case or a method
Not     here: the answer of a maker (speaking.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.catalogue import queries as catalogue
from haven.hub.experience import naming, queries, telling
from haven.hub.experience.models import Question
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.experience.deciding import Decision

State = Question.State


class AsksNothing(BadInput):
    """A question without a word."""

    code = "question.nothing"
    words = _("Write what you ask.")


class QuestionDecided(Conflict):
    """Somebody decided, or it was taken back."""

    code = "question.decided"
    words = _("Somebody decided on this in the meantime, or it was taken back.")


class OwnQuestion(Conflict):
    """Nobody decides on what they asked."""

    code = "question.own"
    words = _("You asked this. Another curator decides on it.")


@transaction.atomic
def ask(slug: str, text: str, *, by: Member, at: datetime) -> Question:
    """Ask the maker of a tool, after a curator has read it.

    Raises:
        NotAllowed: `by` may not ask.
        ToolNotFound: Not in the catalogue.
        AsksNothing, NamesAuthor: As they say.
    """
    access.require(by, "experience.write")
    tool = catalogue.tool(slug, member=by).tool
    if not text.strip():
        raise AsksNothing(f"a question on tool {tool.pk} without a word")
    naming.refuse_own([text], by)
    made = Question.objects.create(
        tool=tool, text=text.strip(), author=queries.author_of(by), asked_by=by, asked_at=at
    )
    record("question.ask", actor=by, target=made, at=at)
    return made


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: datetime) -> Question:
    """Take one's own question back; one that was put to the maker is shown to nobody any more.

    Raises:
        QuestionNotFound: Not there, or another's.
        QuestionDecided: It was refused or taken back before.
    """
    found = _held(public_id, by)
    if found.asked_by_id != by.pk:
        raise queries.QuestionNotFound("another member's question")
    if found.state not in (State.WAITING, State.PUBLISHED):
        raise QuestionDecided(f"question {found.pk} is {found.state}")
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    record("question.withdraw", actor=by, target=found, at=at)
    return found


@transaction.atomic
def decide(public_id: UUID, decision: Decision, *, by: Member, at: datetime) -> Question:
    """Put a question to the maker, or refuse it with an answer to who asked.

    Raises:
        NotAllowed: `by` is no curator.
        QuestionNotFound, QuestionDecided, OwnQuestion, CuratorTied, AnswerMissing: As they say.
    """
    access.require(by, "catalogue.curate")
    found = _held(public_id, by)
    if found.state != State.WAITING:
        raise QuestionDecided(f"question {found.pk} is {found.state}")
    if found.asked_by_id == by.pk:
        raise OwnQuestion(f"member {by.pk} asked question {found.pk}")
    decision.require()
    found.decided_by, found.decided_at, found.answer = by, at, decision.answer.strip()
    if decision.accepts:
        found.state, found.published_at = State.PUBLISHED, at
        record("question.publish", actor=by, target=found, at=at)
        telling.question_waits(found.tool.maker_id, at=at)
    else:
        found.state = State.REFUSED
        record("question.refuse", actor=by, target=found, at=at, reason=found.answer)
    found.save()
    telling.decided(found.asked_by_id, at=at)
    return found


def _held(public_id: UUID, by: Member) -> Question:
    """Return a question nobody else can decide on meanwhile."""
    seen = queries.question(public_id, member=by)
    return Question.objects.select_for_update().get(pk=seen.pk)
