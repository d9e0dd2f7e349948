"""Bodies: the canonical JSON of an entry, and the commitment to what is kept beside it.

In      an entry's columns; the personal part of an act
Out     the text whose digest is the entry's leaf; salt, text and commitment
Fails   NotCanonical: a fact that JSON cannot spell in one way
Why     the text is the proof and the columns are for searching; that both agree is checked
        by `verifyrecord`
Not     here: the tree (merkle.py); what may stand in an entry (actions.py)

The body holds no name, no file name and no free text. What does hold them is the personal
part; of it the body has SHA-256(salt || canonical JSON), with a salt that lies beside it.
Salt and text erased, nothing can be guessed from the commitment and the proof still holds.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from haven.audit import canonical

if TYPE_CHECKING:
    from haven.audit.models import Event

VERSION = 1  # of the body's shape
BEFORE_THE_TREE = 0  # an entry of a time without commitments, as it was found
SALT_BYTES = 32


class Kept(NamedTuple):
    """The personal part of an act, as it is stored beside the entry."""

    salt: bytes
    text: str  # canonical JSON
    commitment: str  # hexadecimal digits, as in the body


def body_of(event: "Event") -> str:
    """Return the canonical JSON of an entry."""
    return canonical.text(
        {
            "v": event.format,
            "id": str(event.public_id),
            "at": spelled(event.at),
            "written": spelled(event.written_at),
            "verb": event.verb,
            "outcome": event.outcome,
            "agency": event.agency_id,
            "actor": event.actor_id,
            "roles": list(event.roles),
            "session": event.session,
            "client": event.client,
            "via": event.via,
            "object": [event.target_type, event.target_id] if event.target_type else None,
            "case": event.case_id,
            "reason_given": event.has_reason,
            "facts": event.facts,
            "personal": event.commitment or None,
            "version": event.version,
        }
    )


def keep(personal: Mapping[str, object]) -> Kept:
    """Return the personal part with a fresh salt, and the commitment to it."""
    salt, text = secrets.token_bytes(SALT_BYTES), canonical.text(personal)
    return Kept(salt, text, commitment(salt, text))


def commitment(salt: bytes, text: str) -> str:
    """Return what the body says of a personal part."""
    return hashlib.sha256(salt + text.encode("utf-8")).hexdigest()


def spelled(at: dt.datetime) -> str:
    """Return a moment in UTC with microseconds, always of one length."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
