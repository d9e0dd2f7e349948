"""Telling: letters to those who wrote, and to makers for whom a question waits.

In      who is to be told, and the moment of the act; later, from the worker, the same
Out     a job within the act's transaction; from the job a letter
Fails   as the queue and the mail do; who asks is rolled back with it
Why     who wrote need not come by to see what became of it. A maker's member sees no row of an
        author, so the worker looks up whom to write to
Not     here: sending (accounts/mail)

A letter travels outside: it says that there is something to read and where, and names no tool,
no decision and no word of what was written. It waits a while, so that several acts at once are
told in one letter.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from procrastinate.contrib.django import app as jobs

from haven.accounts import queries as accounts
from haven.accounts.mail import actions as mail
from haven.hub.experience import queries

if TYPE_CHECKING:
    from haven.accounts.models import Member

DECIDED, ANSWERED, WAITS = "hub_decided", "hub_answered", "hub_question"  # kinds of letters
TELL_MEMBER, TELL_MAKER = "experience.tell_member", "experience.tell_maker"  # names of jobs
WAIT_S = 15 * 60
AUTHORS, MAKERS = "experience:list", "portal:home"  # where it can be read


def decided(member_id: int, *, at: datetime, is_maker: bool = False) -> None:
    """Have somebody told that a curator decided on what they wrote."""
    page = MAKERS if is_maker else AUTHORS
    _later(TELL_MEMBER, member_id=member_id, kind=DECIDED, page=page, since=at.isoformat())


def answered(member_id: int, *, at: datetime) -> None:
    """Have somebody told that a maker spoke to what they wrote."""
    _later(TELL_MEMBER, member_id=member_id, kind=ANSWERED, page=AUTHORS, since=at.isoformat())


def question_waits(maker_id: int, *, at: datetime) -> None:
    """Have everyone who speaks for a maker told that a question waits."""
    _later(TELL_MAKER, maker_id=maker_id, since=at.isoformat())


def tell_member(member_id: int, kind: str, page: str, *, since: datetime, at: datetime) -> bool:
    """Write to a member, unless a letter since the act told it; tell whether one was written."""
    member = accounts.by_key(member_id)
    return member is not None and _write(member, kind, page, since=since, at=at)


def tell_maker(maker_id: int, *, since: datetime, at: datetime) -> int:
    """Write to everyone who speaks for a maker, if a question waits still; return to how many."""
    if not queries.unanswered().filter(tool__maker_id=maker_id).exists():
        return 0
    people = accounts.providers(queries.agencies_of(maker_id))
    return sum(_write(one, WAITS, MAKERS, since=since, at=at) for one in people)


@transaction.atomic
def _write(member: Member, kind: str, page: str, *, since: datetime, at: datetime) -> bool:
    """Write a letter to a member who is active, unless one since the act says the same."""
    if not member.is_active or mail.was_written(kind, to=member.email, since=since):
        return False
    name, where = member.display_name, reverse(page)
    return mail.write_to(member, kind, at=at, name=name, page=where) is not None


def _later(task: str, **said: int | str) -> None:
    """Put a job into the queue, in the caller's transaction."""
    jobs.configure_task(task, queue=mail.QUEUE, schedule_in={"seconds": WAIT_S}).defer(**said)
