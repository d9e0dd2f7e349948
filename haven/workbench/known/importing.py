"""Importing: looking a file over and taking it in; by the worker, or at the command line.

In      a list whose file waits, sealed
Out     its first rows; later its columns on disk, and jobs that look every case up
Fails   the list says so: not taken in, with the engine's code and sentence
Why     a list may be of gigabytes and of a stranger: a page neither waits for it nor reads it
Not     here: formats (haven.engine.known), what an administrator does (actions.py)
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from haven.audit.actions import record
from haven.workbench.analysis import known
from haven.workbench.cases.keys import KeyGone, SealBroken, WrapperTrouble
from haven.workbench.known import actions, queries, storing
from haven.workbench.known.models import KnownList

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_ROWS = 20
_TELL_EVERY_S = 1.0
_GONE = (KeyGone, SealBroken, WrapperTrouble)
_SENTENCE = 200


class _TakenOut(Exception):
    """The list was taken out while it was read."""


def look_over(list_pk: int) -> None:
    """Read the first rows of a list for the person who decides on it."""
    one = KnownList.objects.filter(pk=list_pk, state=queries.STATE.ARRIVED).first()
    if one is None:
        return
    try:
        with storing.incoming(one) as path:
            found = known.preview(path, most=FIRST_ROWS)
    except (known.ListTrouble, *_GONE, OSError) as error:
        _fail(one, error)
        return
    rows = KnownList.objects.filter(pk=one.pk, state=queries.STATE.ARRIVED)
    rows.update(state=queries.STATE.WAITING, preview=asdict(found))


def take_in(
    list_pk: int, *, tell: Callable[[float], None] = lambda _share: None
) -> KnownList | None:
    """Write a list as it is asked from now on, and have every case looked up in it."""
    one = KnownList.objects.filter(pk=list_pk, state=queries.STATE.READING).first()
    if one is None:
        return None
    told = [0.0]

    def report(share: float) -> None:
        tell(share)
        if time.monotonic() - told[0] < _TELL_EVERY_S:
            return
        told[0] = time.monotonic()
        reading = KnownList.objects.filter(pk=list_pk, state=queries.STATE.READING)
        if not reading.update(share=share):
            raise _TakenOut

    folder = storing.folder(one.public_id)
    known.remove(folder)  # of an attempt that was killed
    try:
        with storing.incoming(one) as path:
            manifest = known.take_in(path, folder, storing.key_of(one), report=report)
    except _TakenOut:
        return None
    except (known.ListTrouble, *_GONE, OSError) as error:
        _fail(one, error)
        return one
    _ready(one, manifest)
    return one


@transaction.atomic
def _ready(one: KnownList, manifest: known.Manifest) -> None:
    """Put a list into use."""
    at = timezone.now()
    rows = KnownList.objects.filter(pk=one.pk, state=queries.STATE.READING)
    ready = rows.update(
        state=queries.STATE.READY, share=1.0, manifest=asdict(manifest), ready_at=at
    )
    if not ready:
        known.remove(storing.folder(one.public_id))
        return
    one.refresh_from_db()
    record(
        "known.take_in",
        actor=None,
        target=one,
        agency_id=one.agency_id,
        at=at,
        format=manifest.format,
        n_entries=manifest.n_entries,
        n_refused=sum(manifest.n_refused.values()),
    )
    storing.drop_incoming(one.public_id)
    actions.look_up_agency(one.agency_id)


def _fail(one: KnownList, error: Exception) -> None:
    """Say why a list was not taken in, and keep nothing of it."""
    code = str(getattr(error, "code", "list.refused"))
    words = str(error)[:_SENTENCE] if isinstance(error, known.ListTrouble) else ""
    KnownList.objects.filter(pk=one.pk).update(
        state=queries.STATE.FAILED, error_code=code, error_words=words
    )
    one.refresh_from_db()
    with transaction.atomic():
        record(
            "known.fail",
            actor=None,
            target=one,
            agency_id=one.agency_id,
            outcome="failed",
            error_code=code,
        )
    storing.drop_incoming(one.public_id)
