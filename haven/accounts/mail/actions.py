"""Writing letters.

In      a kind of letter, whom to, what it says, a one-time link
Out     a row, and a job that sends it; both in the caller's transaction
Fails   KeyError: no such kind of letter: a bug, add it to words.py
Why     act, record and letter stand or fall together
Not     here: sending (sending.py)
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from procrastinate.contrib.django import app as jobs

from haven.accounts.mail import words
from haven.accounts.mail.models import Letter

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.accounts.one_time_links.models import OneTimeLink

SEND, QUEUE = "accounts.send_letter", "mail"
KEPT_DAYS = 30  # addresses and names of letters are erased after that
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LONGEST = 500


def write(  # one call from every act, all by keyword
    kind: str,
    *,
    to: str,
    at: dt.datetime,
    language: str = "en",
    agency_id: int | None = None,
    link: OneTimeLink | None = None,
    **facts: str,
) -> Letter:
    """Write a letter that the worker will send.

    Args:
        kind: One of words.LETTERS.
        to: The address.
        at: The moment.
        language: Of the reader.
        agency_id: Whose administrators see whether it went.
        link: The one-time link of the letter.
        facts: What the text says. Names and dates; nothing of a case, no secret.
    """
    words.LETTERS[kind]  # an unknown kind fails here and not in the worker
    letter = Letter.objects.create(
        kind=kind,
        to_address=to,
        language=language,
        agency_id=agency_id,
        link=link,
        made_at=at,
        facts={name: plain(text) for name, text in facts.items()},
    )
    jobs.configure_task(SEND, queue=QUEUE).defer(letter_id=letter.pk)
    return letter


def write_to(member: Member, kind: str, *, at: dt.datetime, **more: object) -> Letter | None:
    """Write a letter to a member; None where the member has no address."""
    if not member.email:
        return None
    return write(
        kind,
        to=member.email,
        at=at,
        language=member.language,
        agency_id=member.agency_id,
        **more,  # type: ignore[arg-type]  # a link, or facts
    )


def plain(text: object) -> str:
    """Return a text on one line: no line breaks, no marks that turn the reading direction."""
    return _CONTROLS.sub(" ", str(text)).strip()[:_LONGEST]


def erase_old(*, at: dt.datetime) -> int:
    """Erase addresses and names of letters that went long ago; return of how many."""
    old = Letter.objects.filter(made_at__lt=at - dt.timedelta(days=KEPT_DAYS)).exclude(
        to_address=""
    )
    waiting = old.filter(state=Letter.State.WAITING)
    waiting.update(state=Letter.State.ENDED)
    return old.update(to_address="", facts={})


def erase_to(address: str) -> None:
    """Erase what letters to an address say, and end those that wait."""
    letters = Letter.objects.filter(to_address__iexact=address)
    letters.filter(state=Letter.State.WAITING).update(state=Letter.State.ENDED)
    letters.update(to_address="", facts={})


def was_written(kind: str, *, to: str, since: dt.datetime) -> bool:
    """Tell whether a letter of a kind was written to an address since a moment."""
    return Letter.objects.filter(kind=kind, to_address__iexact=to, made_at__gte=since).exists()
