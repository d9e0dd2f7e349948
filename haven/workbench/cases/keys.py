"""Keys: the data key of each case, made with it, unwrapped for one block, destroyed with it.

In      a case
Out     a CaseKey for the length of a block
Fails   KeyGone: the case has no key, or none any more; WrapperTrouble: no master key
Why     destroying one row erases every sealed copy of a case's files, wherever it lies
Not     here: the format of what is sealed (sealing.py), the master key (wrapping.py)
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from haven.web.errors import NotFound
from haven.workbench.cases import wrapping
from haven.workbench.cases.models import Case, WrappedKey
from haven.workbench.cases.sealing import KEY_BYTES, CaseKey, SealBroken
from haven.workbench.cases.wrapping import WrapperTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

__all__ = ["CaseKey", "KeyGone", "SealBroken", "WrapperTrouble", "make", "opened", "rewrap"]


class KeyGone(NotFound):
    """A case has no key, or none any more: nothing of it can be opened."""

    code = "key.gone"


def make(case: Case) -> None:
    """Give a case its key, unless it has one.

    Raises:
        WrapperTrouble: The master key cannot be had.
    """
    if WrappedKey.objects.filter(case=case).exists():
        return
    row = WrappedKey(case=case, made_at=timezone.now())
    _wrap(row, case.public_id, secrets.token_bytes(KEY_BYTES))
    WrappedKey.objects.bulk_create([row], ignore_conflicts=True)


@contextmanager
def opened(case_id: UUID) -> Iterator[CaseKey]:
    """Give the key of a case for a block.

    Raises:
        KeyGone: The case has none, or none any more.
        WrapperTrouble: The master key cannot be had, or did not wrap this key.
    """
    row = WrappedKey.objects.filter(case__public_id=case_id).first()
    if row is None:
        raise KeyGone("a case has no key")
    with CaseKey(case_id, row.key_id, _unwrap(row, case_id)) as key:
        yield key


def rewrap() -> tuple[int, int]:
    """Wrap every key that an older master key wrapped by the present one.

    Returns:
        how many were wrapped again, and how many there are.

    Raises:
        WrapperTrouble: A master key cannot be had; those done so far stay done.
    """
    present = wrapping.wrapper().current()
    rows = WrappedKey.objects.select_related("case").exclude(master=present)
    done = 0
    for row in rows.iterator(chunk_size=500):
        key = _unwrap(row, row.case.public_id)
        before = row.master
        _wrap(row, row.case.public_id, key)
        done += WrappedKey.objects.filter(pk=row.pk, master=before).update(
            wrapped=row.wrapped, master=row.master
        )
    return done, WrappedKey.objects.count()


def id_of(case_id: UUID) -> UUID | None:
    """Return the id of the key of a case; None where it has none."""
    rows = WrappedKey.objects.filter(case__public_id=case_id)
    return rows.values_list("key_id", flat=True).first()


def destroy(case_id: UUID) -> None:
    """Destroy the key of a case: nothing that was sealed with it can be opened again."""
    WrappedKey.objects.filter(case__public_id=case_id).delete()


def masters() -> set[str]:
    """Return the ids of the master keys that wrap something here."""
    return set(WrappedKey.objects.values_list("master", flat=True))


def _wrap(row: WrappedKey, case_id: UUID, key: bytes) -> None:
    """Put a key into its row, wrapped by the present master key."""
    keeper = wrapping.wrapper()
    row.master = keeper.current()
    row.wrapped = keeper.wrap(key, bound_to=bound_to(case_id, row.key_id))


def _unwrap(row: WrappedKey, case_id: UUID) -> bytes:
    """Return the key of a row."""
    return wrapping.wrapper().unwrap(
        bytes(row.wrapped), master=row.master, bound_to=bound_to(case_id, row.key_id)
    )


def bound_to(case_id: UUID, key_id: UUID) -> bytes:
    """Return what a wrapped key is for, so that one row cannot stand in for another."""
    return b"haven case key 1" + case_id.bytes + key_id.bytes
