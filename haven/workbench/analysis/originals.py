"""Originals for a reveal: decoded by the worker in its sandbox, kept sealed for minutes.

In      an item that was looked up with the member; later a box on its pixels
Out     a row that says when they are ready; then marked pieces as JPEG, encoded here
Fails   AnalysisNotCovered: no authority covers looking. OriginalClosed: not ready, not there
        any more, or it cannot be opened. The row says with a code why none could be made
Why     the site decodes nothing that strangers made: what it reads are plain pixels of a
        known size, written by the worker (ADR-0024)
Not     here: who may see it, reasons, counting (haven.workbench.reveals)

    <data>/reveals/<case>/<row>       sealed; height * width * 3 bytes
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import numpy as np
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs

from haven import engine
from haven.web.errors import NotFound
from haven.workbench.analysis.models import Item, Occurrence, OpenedOriginal
from haven.workbench.analysis.sealed import Sealed
from haven.workbench.authority import queries as authority
from haven.workbench.cases import files, keys
from haven.workbench.evidence import queries as evidence

OPEN = "analysis.open_original"
KIND = "reveal"
DRAWINGS = engine.Drawing
SIDE_PX = engine.ORIGINAL_SIDE_PX
State = OpenedOriginal.State
_Made = TypeVar("_Made")


class OriginalClosed(NotFound):
    """The pixels of an original are not ready, or not there any more."""

    code = "original.closed"
    words = _("The picture is not open. Ask for it again.")


def ask(item: Item, *, keep_s: float, at: datetime) -> OpenedOriginal:
    """Have the worker open an original, in the caller's transaction.

    Args:
        item: Looked up with the member.
        keep_s: Seconds for which its pixels are kept.
        at: Now.

    Raises:
        AnalysisNotCovered: No valid authority covers looking at an exhibit that holds it.
    """
    if not _covered(item, at):
        raise authority.AnalysisNotCovered(f"no authority covers looking at item {item.pk}")
    row = OpenedOriginal.objects.create(
        item=item, asked_at=at, keep_until=at + timedelta(seconds=keep_s)
    )
    jobs.configure_task(OPEN, queue="reveals").defer(opened_id=row.pk)
    return row


def open_now(opened_pk: int, *, at: datetime) -> None:
    """Decode an original and keep its pixels, or write why not; by the worker."""
    row = OpenedOriginal.objects.select_related("item__case").filter(pk=opened_pk).first()
    if row is None or row.state != State.QUEUED or row.keep_until <= at:
        return
    try:
        with keys.opened(row.item.case.public_id) as key:
            picture = _decoded(row.item, key, at)
            pixels = np.ascontiguousarray(picture.pixels_bgr)
            place = _place(row.item.case.public_id, row.public_id)
            sealed = key.sealed([pixels.tobytes()], kind=KIND, name=str(row.public_id))
            files.write_new(place, sealed)
    except (engine.EngineError, OriginalClosed, keys.KeyGone, keys.WrapperTrouble) as error:
        row.state, row.error_code = State.FAILED, error.code
    else:
        row.state = State.READY
        row.height_px, row.width_px = pixels.shape[:2]
    row.save(update_fields=["state", "error_code", "width_px", "height_px"])


def piece(
    opened: OpenedOriginal,
    box: tuple[float, float, float, float],
    *,
    side_px: int,
    drawing: str,
    mark: tuple[str, ...],
) -> bytes:
    """Return a marked piece of an open original as JPEG, without metadata.

    Args:
        opened: Ready, and looked up for the member who sees it.
        box: Left, top, right, bottom, as shares of width and height.
        side_px: Long side at most.
        drawing: A value of DRAWINGS.
        mark: Lines drawn over it: who and when.

    Raises:
        OriginalClosed: Its pixels are not there.
    """
    case_id = opened.item.case.public_id
    height, width = opened.height_px or 0, opened.width_px or 0
    try:
        with keys.opened(case_id) as key:
            blob = _place(case_id, opened.public_id).read_bytes()
            plain = key.open(blob, kind=KIND, name=str(opened.public_id))
    except (OSError, keys.SealBroken, keys.KeyGone, keys.WrapperTrouble) as error:
        raise OriginalClosed("the pixels of an original cannot be read") from error
    if opened.state != State.READY or len(plain) != height * width * 3:
        raise OriginalClosed("the pixels of an original are not of its size")
    pixels = np.frombuffer(plain, np.uint8).reshape(height, width, 3)
    jpeg, _share = engine.piece(pixels, box, side_px=side_px, drawing=drawing, mark=mark)
    return jpeg


def erase(opened: OpenedOriginal) -> None:
    """Erase the pixels of an original."""
    _place(opened.item.case.public_id, opened.public_id).unlink(missing_ok=True)
    if opened.state != State.ERASED:
        opened.state = State.ERASED
        opened.save(update_fields=["state"])


def erase_old(*, at: datetime) -> int:
    """Erase the pixels whose time is over, and what a crash left; return how many."""
    old = OpenedOriginal.objects.filter(keep_until__lte=at).exclude(state=State.ERASED)
    done = 0
    for one in old.select_related("item__case"):
        erase(one)
        done += 1
    kept = set(OpenedOriginal.objects.exclude(state=State.ERASED).values_list("public_id"))
    for place in _root().glob("*/*"):
        if not place.name.startswith(files.NEW) and (_uuid(place.name),) not in kept:
            place.unlink(missing_ok=True)
    return done


def folder(case_id: UUID) -> Path:
    """Return where the pixels of open originals of a case lie."""
    return _root() / str(case_id)


def _covered(item: Item, at: datetime) -> list[Occurrence]:
    """Return where an item lies, in exhibits that an authority covers looking at."""
    found = Occurrence.objects.filter(item=item).select_related("exhibit__case").order_by("pk")
    covered: dict[int, bool] = {}
    for one in found:
        if one.exhibit_id not in covered:
            covered[one.exhibit_id] = bool(
                authority.covering(
                    item.case_id, authority.POWER.ANALYSE, exhibit_pk=one.exhibit_id, at=at
                )
            )
    return [one for one in found if covered[one.exhibit_id]]


def of_original(
    item: Item,
    key: keys.CaseKey,
    do: Callable[[Path | engine.Source, engine.Digests, engine.Runner], _Made],
    *,
    reads: list[Path],
    at: datetime,
) -> _Made:
    """Return what is made of an item in the sandbox, from the first path that still holds it.

    Args:
        item: The item.
        key: Of its case, open.
        do: Makes it of where the item lies, its digests and a runner.
        reads: What a worker may read besides the item: models.
        at: Now.

    Raises:
        EngineError: No path holds it, or it cannot be made; what the last path said.
        OriginalClosed: It lies nowhere that may be looked at.
    """
    digests = engine.Digests(item.sha256, item.sha1, item.md5, item.size_bytes)
    trouble: engine.EngineError | None = None
    for one in _covered(item, at):
        root = evidence.root(one.exhibit)
        source: Path | engine.Source
        if one.stored_name:
            bound_to = evidence.bound_to(one.exhibit, one.stored_name)
            place = root / one.stored_name
            source = Sealed("original", place, key, kind=evidence.UPLOAD, bound_to=bound_to)
        else:
            source = root / os.fsdecode(bytes(one.path_bytes))
        opens = [root, *reads] if isinstance(source, Path) else reads
        try:
            with engine.runner(
                settings.HAVEN_RUNNER, workers=1, reads=opens, confined=settings.HAVEN_SANDBOX
            ) as runner:
                return do(source, digests, runner)
        except engine.EngineError as error:
            trouble = error
    raise trouble or OriginalClosed("an original lies nowhere that may be looked at")


def _decoded(item: Item, key: keys.CaseKey, at: datetime) -> engine.Picture:
    """Return the pixels of an item.

    Raises:
        EngineError, OriginalClosed: It cannot be decoded, or lies nowhere.
    """

    def opened(
        source: Path | engine.Source, digests: engine.Digests, runner: engine.Runner
    ) -> engine.Picture:
        return engine.open_original(source, digests, runner=runner)

    return of_original(item, key, opened, reads=[], at=at)


def _root() -> Path:
    return Path(settings.HAVEN_DATA_DIR) / "reveals"


def _place(case_id: UUID, opened_id: UUID) -> Path:
    """Return where the pixels of an open original lie."""
    return folder(case_id) / str(opened_id)


def _uuid(name: str) -> UUID | None:
    """Return the id in the name of a file, if there is one."""
    try:
        return UUID(name)
    except ValueError:
        return None
