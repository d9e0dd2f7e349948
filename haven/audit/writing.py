"""Writing: an entry and what lies beside it, in one question to the database.

In      an unsaved entry, and its personal part if it has one
Out     the entry with its key
Fails   any database error
Why     every act pays for its entry: one statement takes a third less than two of the mapper,
        bench/record.py
Not     here: what stands in an entry (actions.py)
"""

from functools import cache
from typing import Any

from django.db import connection

from haven.audit.models import Event, Personal


def insert(event: Event, beside: Personal | None) -> None:
    """Write an entry and what lies beside it; the entry gets its key."""
    values: list[Any] = [
        field.get_db_prep_save(getattr(event, field.attname), connection) for field in _fields()
    ]
    if beside is not None:
        values += [bytes(beside.salt), beside.text, beside.words]
    with connection.cursor() as cursor:
        cursor.execute(_statement(with_personal=beside is not None), values)
        (event.pk,) = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias
    if beside is not None:
        beside.event = event


@cache
def _fields() -> tuple[Any, ...]:
    """Return the columns of an entry but its key."""
    return tuple(one for one in Event._meta.concrete_fields if not one.primary_key)


@cache
def _statement(*, with_personal: bool) -> str:
    """Return the statement that writes an entry, with or without a personal part."""
    names = ", ".join(f'"{one.column}"' for one in _fields())
    marks = ", ".join(["%s"] * len(_fields()))
    entry = f"INSERT INTO audit_event ({names}) VALUES ({marks}) RETURNING id"  # noqa: S608
    if not with_personal:
        return entry
    return (
        f"WITH entry AS ({entry}), beside AS ("  # noqa: S608  # names of our own columns
        "INSERT INTO audit_personal (event_id, salt, text, words)"
        " SELECT id, %s, %s, %s FROM entry) SELECT id FROM entry"
    )
