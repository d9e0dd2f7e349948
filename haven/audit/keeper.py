"""Keeper: gives committed entries their places in the tree, and signs it.

In      entries that wait; the signing key; how often to sign
Out     leaves and nodes; checkpoints, each also kept in a file outside the database
Fails   Tampered: entries or nodes are gone or changed; nothing is signed any more
        KeyTrouble (keyfiles.py)
Why     acts only insert, side by side; one process, with a role and a key of its own, orders
        what has committed, so that a number is never given twice and never left out
Not     here: the loop and the process (site/keeper.py), full verification (checking.py)
"""

import contextlib
import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from haven.audit import signing, tree
from haven.audit.models import Checkpoint, Event, Pending
from haven.cli import verify_record

LOCK = 0x68_61_76_65_6E  # "haven": one keeper at a time, whatever is started
BATCH = 5_000  # entries in one transaction: a tenth of a second
HELD_UP = dt.timedelta(minutes=1)  # another keeper is done in a moment
TAIL_BYTES = 16 << 10  # of the kept file; a note has a few hundred


class Tampered(RuntimeError):
    """The record is not what was signed; a person must look before anything is signed."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When to sign."""

    entries: int = 1_000  # at the latest after so many; a proof against an earlier one is short
    minutes: int = 5  # and after so long; the time in which a database owner could still cheat


def sequence() -> int:
    """Give every committed entry that waits its place; return how many there were.

    Raises:
        Tampered: One that waits, or a node of the tree, is gone.
    """
    done = 0
    while True:
        with transaction.atomic():
            if not _locked():
                return done
            waiting = _take(BATCH)
            try:
                if waiting:
                    tree.append(waiting)
            except KeyError as error:
                raise Tampered("stored nodes of the tree are missing") from error
        done += len(waiting)
        if len(waiting) < BATCH:
            return done


@transaction.atomic
def is_held_up(*, at: dt.datetime) -> bool:
    """Tell whether somebody else holds the lock and entries have waited for long.

    Every role of the database can take the lock; whoever keeps it would hide that nothing is
    signed any more.
    """
    if _locked():
        return False
    waiting = Pending.objects.order_by("event_id").values("event_id")[:1]
    return Event.objects.filter(pk__in=waiting, written_at__lt=at - HELD_UP).exists()


def is_due(rhythm: Rhythm, *, at: dt.datetime) -> bool:
    """Tell whether entries came since the last checkpoint and it is time to sign them."""
    last, size = Checkpoint.objects.first(), tree.size()
    if size == (last.size if last else 0):
        return False
    if last is None or size - last.size >= rhythm.entries:
        return True
    return at - last.at >= dt.timedelta(minutes=rhythm.minutes)


@transaction.atomic
def sign(signer: signing.Signer, *, at: dt.datetime, copy: Path) -> Checkpoint | None:
    """Sign the tree as it is; None where there is nothing new, or another keeper is at it.

    Args:
        signer: The key of the record.
        at: Now.
        copy: A file to which the note is added before the database has it.

    Raises:
        Tampered: The tree does not begin with what was signed last, as the database has it or
            as the file has it, or the key or the origin is another one, or the clock went back.
    """
    if not _locked():
        return None
    last, size = Checkpoint.objects.first(), tree.size()
    if size == (last.size if last else 0):
        return None
    try:
        _require_growth(last, size, signer, at)
        brought = _bring_in(copy, last, size, signer, at)
        if brought is not None and brought.size == size:
            return brought
        root = tree.root(size)
    except KeyError as error:
        raise Tampered("stored nodes of the tree are missing") from error
    except verify_record.Broken as error:
        raise Tampered(f"what was signed last cannot be read: {error}") from error
    note = signer.note(size, root, at)
    _keep(copy, note)
    return Checkpoint.objects.create(size=size, root=root, at=at, key=str(signer.key), note=note)


def kept(copy: Path) -> list[str]:
    """Return the notes in the file outside the database, oldest first."""
    return _notes(copy.read_bytes()) if copy.exists() else []


def rhythm() -> Rhythm:
    """Return when to sign, as the settings say."""
    return Rhythm(settings.HAVEN_RECORD_ENTRIES, settings.HAVEN_RECORD_MINUTES)


def signer() -> signing.Signer:
    """Return the signer, as the settings say.

    Raises:
        KeyTrouble: The key cannot be used.
    """
    return signing.load(settings.HAVEN_RECORD_KEY_FILE, origin=settings.HAVEN_RECORD_ORIGIN)


def _locked() -> bool:
    """Hold the keeper's lock until the transaction ends; tell whether it was free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _take(most: int) -> list[tree.Waiting]:
    """Take committed entries out of the queue, oldest first.

    Raises:
        Tampered: One that waits is not there.
    """
    oldest = Pending.objects.order_by("event_id").values_list("event_id", flat=True)
    keys = list(oldest[:most])
    if not keys:
        return []
    found = list(Event.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "body"))
    if len(found) != len(keys):
        raise Tampered(f"{len(keys) - len(found)} entries that wait for a place are gone")
    Pending.objects.filter(pk__in=keys).delete()
    return found


def _require_growth(
    last: Checkpoint | None, size: int, signer: signing.Signer, at: dt.datetime
) -> None:
    """Return if the tree goes on where the last checkpoint ended.

    Raises:
        Tampered: It does not.
    """
    if last is None:
        return
    if last.key != str(signer.key):
        raise Tampered("the key or the origin is not that of the last checkpoint")
    if at < last.at:
        raise Tampered(f"the clock went back: the last checkpoint is of {last.at.isoformat()}")
    if size < last.size:
        raise Tampered(f"{last.size} entries were signed and {size} are here")
    signed = verify_record.read_checkpoint(last.note, signer.key)
    if signed.size != last.size or tree.root(last.size) != signed.root:
        raise Tampered(f"the first {last.size} entries are not those that were signed")


def _bring_in(
    copy: Path, last: Checkpoint | None, size: int, signer: signing.Signer, at: dt.datetime
) -> Checkpoint | None:
    """Give the database the newest note of the file, when a crash kept it from having it.

    Raises:
        Tampered: The tree does not begin with what the file says was signed.
    """
    note = _newest(copy)
    if note is None or (last is not None and note == last.note):
        return None
    signed = verify_record.read_checkpoint(note, signer.key)
    if size < signed.size or tree.root(signed.size) != signed.root:
        raise Tampered(
            f"the first {signed.size} entries are not those that were signed, "
            "as a checkpoint kept outside the database says"
        )
    if last is not None and signed.size <= last.size:
        return None
    signed_at = dt.datetime.fromisoformat(signed.at)
    if at < signed_at:
        raise Tampered(f"the clock went back: the last checkpoint is of {signed.at}")
    return Checkpoint.objects.create(
        size=signed.size, root=signed.root, at=signed_at, key=str(signer.key), note=note
    )


def _newest(copy: Path) -> str | None:
    """Return the newest note of the file outside the database; only its end is read."""
    if not copy.exists():
        return None
    with copy.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return next(reversed(_notes(file.read())), None)


def _notes(written: bytes) -> list[str]:
    """Return the notes of some lines; a power cut may have left a line in part."""
    found = []
    for line in written.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found.append(str(json.loads(line)["note"]))
    return found


def _keep(copy: Path, note: str) -> None:
    """Add a note to the file outside the database, down to the disk."""
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        begun = "" if _ends_whole(copy) else "\n"  # after a line that a power cut left in part
        file.write(begun + json.dumps({"note": note}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(copy: Path) -> bool:
    """Tell whether a file is empty or ends with a whole line."""
    with copy.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
