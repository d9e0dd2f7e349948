"""Sending letters: what the worker does.

In      the key of a letter
Out     the letter handed to the mail server, or to a file or the console in a trial
Fails   NotSent: it did not go; the row says so, and the worker tries again
Why     the text is made here: a waiting letter holds no code of a one-time link
"""

from __future__ import annotations

import datetime as dt
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation

from haven.accounts.mail import words
from haven.accounts.mail.models import Letter
from haven.accounts.one_time_links import actions as links

State = Letter.State
MOST_TRIES = 11  # the last one a day after the first (accounts/tasks.py)


class NotSent(RuntimeError):
    """The letter did not go; it can be tried again."""


def text_of(letter: Letter) -> tuple[str, str]:
    """Return subject and text in the reader's language."""
    told = words.LETTERS[letter.kind]
    facts = {**letter.facts, "address": settings.HAVEN_ADDRESS}
    if letter.link is not None:
        facts["link"] = links.address(letter.link)
    with translation.override(letter.language):
        body = f"{told.body % facts}\n\n{words.FOOT}\n"
        return str(told.subject), body


def send(letter_id: int, *, at: dt.datetime) -> None:
    """Send a letter, once; one whose link has ended is no longer needed.

    Raises:
        NotSent: It did not go. The row is changed all the same.
    """
    with transaction.atomic():
        letter = _waiting(letter_id)
        if letter is None:
            return
        trouble = "" if _is_over(letter, at) else _hand_over(letter)
        letter.tries += 1
        letter.trouble = trouble
        if trouble:
            letter.state = State.FAILED if letter.tries >= MOST_TRIES else State.WAITING
        else:
            letter.state = State.ENDED if _is_over(letter, at) else State.SENT
            letter.sent_at = at
        letter.save(update_fields=["state", "tries", "trouble", "sent_at"])
    if trouble:
        raise NotSent(f"letter {letter_id} did not go: {trouble}")


def _waiting(letter_id: int) -> Letter | None:
    """Return a letter that waits, kept from other workers; None if it does not wait."""
    return (
        Letter.objects.select_for_update(of=("self",))
        .select_related("link")
        .filter(pk=letter_id, state=State.WAITING)
        .first()
    )


def _is_over(letter: Letter, at: dt.datetime) -> bool:
    """Tell whether the link of a letter can no longer be used."""
    link = letter.link
    return link is not None and bool(link.used_at or link.ended_at or at >= link.expires_at)


def _hand_over(letter: Letter) -> str:
    """Hand a letter to the mail server; return the kind of error, or nothing."""
    subject, body = text_of(letter)
    message = EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.to_address],
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return type(error).__name__
    return ""
