"""Erasing: messages end some time after the last one of their conversation.

In      the moment; HAVEN_MESSAGE_DAYS
Out     how many messages and closed contacts are gone; an entry in the record where any are
Fails   DatabaseError: messages of the last 30 days are asked for
Why     what two people wrote is not kept for ever because nobody thought of it
Not     here: when it runs (tasks.py), how the rows go (site/hub_policies.py)

The worker may not open a message. It calls a function with the rights of the tables' owner, which
erases what is too old, and what both have removed for themselves. Copies that a reporter disclosed
stay with the report.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction

from haven.audit.actions import record


@transaction.atomic
def erase_old(*, at: dt.datetime) -> tuple[int, int]:
    """Erase messages that nobody added to for too long; return how many, and closed contacts."""
    too_old = at - dt.timedelta(days=settings.HAVEN_MESSAGE_DAYS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_messages, n_contacts FROM haven_erase_messages(%s)", [too_old])
        n_messages, n_contacts = cursor.fetchone()
    if n_messages or n_contacts:
        record(
            "message.erase_old", actor=None, at=at, n_messages=n_messages, n_contacts=n_contacts
        )
    return n_messages, n_contacts
