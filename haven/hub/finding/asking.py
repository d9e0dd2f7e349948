"""The needs board: what members do on it.

In      who, when, what is lacked; a curator's answer
Out     needs, secondings
Fails   NeedNotFound, NotAllowed; NotWaiting, OwnNeed, NoTool; ReasonMissing
Why     a need that several second is worth a curator's search, and the answer stays to read
Not     here: what may be read (board.py), the needs it opens with (loading.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.catalogue import queries as catalogue
from haven.hub.finding import board
from haven.hub.finding.models import Need, Seconding
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member

State = Need.State


class NotWaiting(Conflict):
    """The need was met, closed or taken back."""

    code = "need.not_waiting"
    words = _("Somebody answered this in the meantime, or it was taken back.")


class OwnNeed(Conflict):
    """Who said it counts already."""

    code = "need.own"
    words = _("You said this yourself; it counts already.")


class NoTool(BadInput):
    """A need is met by a tool of the catalogue."""

    code = "need.no_tool"
    words = _("Name the tool of the catalogue that meets it.")


@dataclass(frozen=True, slots=True)
class Lacked:
    """What a member says is lacking."""

    title: str
    text: str
    step: str = ""
    technique: str = ""
    media: str = ""
    is_restricted: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a curator makes of a need."""

    state: str
    text: str  # which tool and why, or why it is closed
    tool: str = ""  # slug of the tool that meets it
    is_restricted: bool = True


@transaction.atomic
def say(lacked: Lacked, *, by: Member, at: datetime) -> Need:
    """Say what is lacking.

    Raises:
        NotAllowed: A maker of tools says what they offer elsewhere.
    """
    access.require(by, "needs.say")
    made = Need.objects.create(
        title=lacked.title.strip(),
        text=lacked.text.strip(),
        kind=Need.Kind.MEMBER,
        steps=_one(lacked.step),
        techniques=_one(lacked.technique),
        media=_one(lacked.media),
        is_restricted=lacked.is_restricted,
        said_by=by,
        said_at=at,
    )
    record("need.say", actor=by, target=made, at=at, is_restricted=lacked.is_restricted)
    return made


@transaction.atomic
def second(public_id: UUID, *, is_lacked: bool, by: Member, at: datetime) -> None:
    """Say that one lacks the same, or does so no more; saying so twice changes nothing.

    Raises:
        NotAllowed: A maker of tools counts for no need.
        NeedNotFound, NotWaiting, OwnNeed: As they say.
    """
    access.require(by, "needs.say")
    found = _waiting(public_id, by)
    if found.said_by_id == by.pk:
        raise OwnNeed(f"member {by.pk} said need {found.pk}")
    if is_lacked:
        Seconding.objects.get_or_create(need=found, member=by, defaults={"at": at})
    else:
        Seconding.objects.filter(need=found, member=by).delete()


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: datetime) -> None:
    """Take back what one said.

    Raises:
        NeedNotFound: Not there, or another's.
        NotWaiting: As it says.
    """
    found = _waiting(public_id, by)
    if found.said_by_id != by.pk:
        raise board.NeedNotFound("another member's need")
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    record("need.withdraw", actor=by, target=found, at=at)


@transaction.atomic
def answer(public_id: UUID, said: Answer, *, by: Member, at: datetime) -> Need:
    """Say that a need is met by a tool, being answered, or closed, and who may read it.

    Raises:
        NotAllowed: `by` is no curator.
        NeedNotFound, NotWaiting, ToolNotFound: As they say.
        NoTool: It is said to be met by nothing.
        ReasonMissing: No word to those who lack it.
    """
    access.require(by, "catalogue.curate")
    found = _waiting(public_id, by)
    record(
        "need.answer",
        actor=by,
        target=found,
        at=at,
        reason=said.text.strip(),
        state=said.state,
        is_restricted=said.is_restricted,
    )
    if said.state == State.ANSWERED:
        if not said.tool:
            raise NoTool(f"need {found.pk} was to be met by nothing")
        found.met_by.add(catalogue.entry(said.tool))
    found.state, found.is_restricted = said.state, said.is_restricted
    found.answer, found.answered_by, found.answered_at = said.text.strip(), by, at
    found.save(update_fields=["state", "is_restricted", "answer", "answered_by", "answered_at"])
    return found


def _waiting(public_id: UUID, member: Member) -> Need:
    """Return a need that nobody else can answer meanwhile."""
    seen = board.need(public_id, member=member)
    held = Need.objects.select_for_update().get(pk=seen.pk)
    if not held.is_open:
        raise NotWaiting(f"need {held.pk} is {held.state}")
    return held


def _one(value: str) -> list[str]:
    return [value] if value else []
