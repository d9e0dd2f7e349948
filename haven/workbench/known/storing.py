"""Storing: where lists lie, each sealed under a key of its own.

In      a list; an upload
Out     its folder, its key for a block, a file that waits to be taken in
Fails   KeyGone: the key was destroyed; WrapperTrouble: no master key; OSError: the disk
Why     lists of abuse material are sensitive themselves (R-HASH-5): but for a database while it
        is read nothing lies in the clear, and taking one out destroys its key
Not     here: the format on disk (haven.engine.known)

    <data>/lists/<list>/            columns of the list, as the engine wrote them
    <data>/lists/<list>.incoming    the file as it came, sealed, until it is taken in
    <data>/lists/.clear-…           a database as it came, while it is read
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

from haven.workbench.analysis import known
from haven.workbench.cases import files, wrapping
from haven.workbench.cases.keys import KeyGone
from haven.workbench.cases.sealing import KEY_BYTES, CaseKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from haven.workbench.known.models import KnownList

_KIND, _PIECE = "list", 1 << 20
_CLEAR = ".clear-"
_ABANDONED_S = 24 * 3600  # no list takes a day


def folder(list_id: UUID) -> Path:
    """Return where the columns of a list lie."""
    return _root() / str(list_id)


def give_key(one: KnownList) -> None:
    """Give a list its key; the caller saves the row.

    Raises:
        WrapperTrouble: The master key cannot be had.
    """
    _wrap(one, secrets.token_bytes(KEY_BYTES))


def key_of(one: KnownList) -> bytes:
    """Return the key of a list.

    Raises:
        KeyGone: It was destroyed.
        WrapperTrouble: The master key cannot be had.
    """
    if not bytes(one.wrapped):
        raise KeyGone("a list has no key any more")
    return wrapping.wrapper().unwrap(
        bytes(one.wrapped), master=one.master, bound_to=_bound_to(one.public_id)
    )


def rewrap_key(one: KnownList) -> None:
    """Wrap the key of a list by the present master key; the caller saves the row."""
    _wrap(one, key_of(one))


def keep_incoming(one: KnownList, file: IO[bytes]) -> None:
    """Keep a file as it came, sealed; its digest and length go into the row."""
    digest, size = hashlib.sha256(), 0

    def pieces() -> Iterator[bytes]:
        nonlocal size
        file.seek(0)
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            yield piece

    with _sealing(one) as key:
        sealed = key.sealed(pieces(), kind=_KIND, name=str(one.public_id))
        files.write_new(_incoming(one.public_id), sealed)
    one.file_sha256, one.file_bytes = digest.hexdigest(), size


@contextmanager
def incoming(one: KnownList) -> Iterator[Path]:
    """Give the file as it came, for a block.

    It lies on the disk without a name, so that a crash leaves nothing; but for a database,
    which SQLite opens by its name alone: that has one while the block lasts, and what a crash
    left of it is removed by clear_abandoned().

    Raises:
        KeyGone, SealBroken, OSError: It cannot be had.
    """
    with (
        _incoming(one.public_id).open("rb") as blob,
        _sealing(one) as key,
        key.reader(blob, kind=_KIND, name=str(one.public_id)) as content,
    ):
        first = content.read(_PIECE)
        needs_name = first.startswith(known.DATABASE)
        kept = tempfile.NamedTemporaryFile if needs_name else tempfile.TemporaryFile
        with kept(dir=_root(), prefix=_CLEAR) as clear:
            clear.write(first)
            while piece := content.read(_PIECE):
                clear.write(piece)
            clear.flush()
            yield Path(clear.name if needs_name else f"/proc/self/fd/{clear.fileno()}")


def clear_abandoned() -> int:
    """Remove what a crash left: databases in the clear, lists half written; return how many."""
    before, done = time.time() - _ABANDONED_S, 0
    for place in _root().glob(".*"):
        if place.stat().st_mtime < before:
            known.remove(place) if place.is_dir() else place.unlink(missing_ok=True)
            done += 1
    return done


def drop_incoming(list_id: UUID) -> None:
    """Remove the file as it came."""
    _incoming(list_id).unlink(missing_ok=True)


def remove(list_id: UUID) -> None:
    """Remove all of a list from the disk."""
    drop_incoming(list_id)
    known.remove(folder(list_id))


def _root() -> Path:
    made = Path(settings.HAVEN_DATA_DIR) / "lists"
    made.mkdir(parents=True, exist_ok=True, mode=0o750)
    return made


def _incoming(list_id: UUID) -> Path:
    return _root() / f"{list_id}.incoming"


def _sealing(one: KnownList) -> CaseKey:
    """Return what seals the incoming file: a key of the same blob format as a case's."""
    return CaseKey(one.public_id, one.public_id, key_of(one))


def _wrap(one: KnownList, key: bytes) -> None:
    keeper = wrapping.wrapper()
    one.master = keeper.current()
    one.wrapped = keeper.wrap(key, bound_to=_bound_to(one.public_id))


def _bound_to(list_id: UUID) -> bytes:
    return b"haven known list key 1" + list_id.bytes
