"""Audit actions: write one act to the record, in the caller's transaction.

In      a verb, who did it, to what, and facts
Out     the row
Fails   NotInTransaction: outside a transaction the act could stand without its record
        any database error: the act is rolled back with the record
Why     when the record cannot be written, the act does not happen (design, rule 6)
Not     here: reading the record (queries.py)
"""

import datetime as dt
from typing import Protocol

from django.db import connection, models
from django.utils import timezone

from haven.audit.models import Event


class NotInTransaction(RuntimeError):
    """An act was to be recorded outside a transaction: a bug, wrap the action."""


class Actor(Protocol):
    """Whoever acts: anything with a key and a name; the record knows no member."""

    @property
    def pk(self) -> int | None:
        """Key of the actor, a whole number."""


def record(
    verb: str,
    *,
    actor: Actor | None,
    target: models.Model | None = None,
    case_id: int | None = None,
    at: dt.datetime | None = None,
    **facts: object,
) -> Event:
    """Write one act to the record.

    Args:
        verb: A fixed word such as "case.open": the thing, a dot, what was done.
        actor: The member who acts; None when the program acts by itself.
        target: The stored thing it was done to.
        case_id: Key of the case it belongs to; None outside a case.
        at: The moment; now when not given.
        facts: What explains the act, as JSON values. No picture, no template of a face.

    Raises:
        NotInTransaction: The caller holds no transaction.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{verb} must be recorded inside the transaction of the act")
    return Event.objects.create(
        at=at or timezone.now(),
        actor_id=actor.pk if actor is not None else None,
        actor_name=_name(actor),
        verb=verb,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        case_id=case_id,
        facts=facts,
    )


def _name(actor: Actor | None) -> str:
    """Return the name to keep, at most 200 characters."""
    if actor is None:
        return ""
    return str(getattr(actor, "display_name", "") or actor)[:200]
