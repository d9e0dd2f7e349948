"""Looking at a picture somebody brought, in the worker's sandbox, and forgetting it.

In      a probe whose picture lies in the probe store
Out     its faces, to be compared with the case; the picture is erased
Fails   the probe says so with a code; the picture is erased as well
Why     an uploaded picture is as untrusted as a seized one, and nobody asked to keep it
Not     here: comparing (face_queries.py)

    <data>/probes/<probe>        sealed, 0600, until it was looked at
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.dispatch import Signal

from haven import engine
from haven.workbench.analysis import vault
from haven.workbench.analysis.models import Derivative, Probe, ProbeFace
from haven.workbench.analysis.sealed import Sealed
from haven.workbench.cases import files, keys

KIND = "probe"
looked_at = Signal()  # with `probe_id`: a brought picture was looked at, or could not be
PROFILE = "thorough"  # one picture: the closest look costs a second
NO_FACE = "probe.no_face"
NOT_READ = "probe.not_read"


def keep(case_id: UUID, probe_id: UUID, pieces: Iterable[bytes]) -> None:
    """Write the picture of a probe, sealed with the key of its case.

    Raises:
        KeyGone, WrapperTrouble: The key cannot be had.
    """
    place = _place(probe_id)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with keys.opened(case_id) as key:
        files.write_new(place, key.sealed(pieces, kind=KIND, name=str(probe_id)))


def forget(probe_id: UUID) -> None:
    """Erase the picture of a probe."""
    _place(probe_id).unlink(missing_ok=True)


def clear_abandoned(older_than: timedelta) -> None:
    """Erase pictures that a crash left behind."""
    before = time.time() - older_than.total_seconds()
    for place in _place(UUID(int=0)).parent.glob("*"):
        if place.stat().st_mtime < before:
            place.unlink(missing_ok=True)


def clear_forgotten() -> None:
    """Erase pictures of which no row says that they wait; where nobody brings one meanwhile."""
    waiting = Probe.objects.filter(state=Probe.State.QUEUED).values_list("public_id", flat=True)
    names = {str(one) for one in waiting}
    for place in _place(UUID(int=0)).parent.glob("*"):
        if place.name not in names:
            place.unlink(missing_ok=True)


def look(probe_pk: int) -> None:
    """Look at the picture of a probe and erase it."""
    probe = Probe.objects.select_related("case").filter(pk=probe_pk).first()
    if probe is None or probe.state != Probe.State.QUEUED:
        return
    try:
        with keys.opened(probe.case.public_id) as key:
            name = str(probe.public_id)
            media = _media(Sealed(name, _place(probe.public_id), key, kind=KIND, bound_to=name))
        _save(probe, media)
    except (engine.EngineError, keys.KeyGone, keys.WrapperTrouble) as error:
        _fail(probe, error.code)
    finally:
        forget(probe.public_id)
    looked_at.send(sender=Probe, probe_id=probe.pk)


def erase(probe: Probe) -> None:
    """Erase all that is left of a probe: its faces, their vectors and crops."""
    forget(probe.public_id)
    with transaction.atomic():
        _held(probe)  # a look that ends now comes before or after, never in between
        crops = Derivative.objects.filter(probe_face__probe=probe)
        digests = set(crops.values_list("sha256", flat=True))
        probe.faces.all().delete()
        probe.state = Probe.State.ERASED
        probe.save(update_fields=["state"])
    shared = set(Derivative.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    if unused := digests - shared:
        with keys.opened(probe.case.public_id) as key:
            for sha256 in unused:
                vault.erase(key, sha256)


def places(case_pk: int) -> list[Path]:
    """Return where pictures lie that were brought to a case and not looked at yet."""
    ids = Probe.objects.filter(case=case_pk).values_list("public_id", flat=True)
    return [place for place in map(_place, ids) if place.exists()]


def seal_clear() -> int:
    """Seal pictures that an earlier version wrote in the clear; return how many."""
    done = 0
    for probe in Probe.objects.select_related("case").filter(state=Probe.State.QUEUED):
        place = _place(probe.public_id)
        with keys.opened(probe.case.public_id) as key:
            done += files.seal_in_place(place, key, kind=KIND, name=str(probe.public_id))
    return done


def _media(picture: engine.Source) -> engine.Media | None:
    """Return what the engine says of one picture, None when it could not even be read."""
    options = engine.for_profile(PROFILE)
    models = engine.models_in(settings.HAVEN_ASSETS_DIR)
    with engine.runner(
        settings.HAVEN_RUNNER,
        workers=1,
        reads=models.files,
        confined=settings.HAVEN_SANDBOX,
    ) as runner:
        results = engine.analyse(
            [picture],
            options=options,
            models=models,
            runner=runner,
            is_done=lambda _digests: False,
        )
        return next((one for one in results if isinstance(one, engine.Media)), None)


def _save(probe: Probe, media: engine.Media | None) -> None:
    """Write the faces of a probe, or why there are none."""
    if media is None or media.error_code:
        _fail(probe, media.error_code if media and media.error_code else NOT_READ)
        return
    if not media.faces:
        _fail(probe, NO_FACE)
        return
    crops = media.derivatives.face_crops
    with transaction.atomic():
        if _held(probe) != Probe.State.QUEUED:
            return  # it was erased while it was looked at
        with keys.opened(probe.case.public_id) as key:
            digests = [vault.put(key, jpeg) for jpeg in crops]
        faces = ProbeFace.objects.bulk_create(
            ProbeFace(
                probe=probe, position=position, quality=face.quality, embedding=face.embedding
            )
            for position, face in enumerate(media.faces)
        )
        Derivative.objects.bulk_create(
            Derivative(
                probe_face=face,
                operation=Derivative.Operation.CROP,
                parent_sha256=media.digests.sha256,
                sha256=sha256,
                size_bytes=len(jpeg),
            )
            for face, sha256, jpeg in zip(faces, digests, crops, strict=True)
        )
        probe.sha256, probe.state = media.digests.sha256, Probe.State.DONE
        probe.save(update_fields=["sha256", "state"])


def _fail(probe: Probe, error_code: str) -> None:
    """Write why a probe gave no face; one that was erased meanwhile stays erased."""
    Probe.objects.filter(pk=probe.pk, state=Probe.State.QUEUED).update(
        state=Probe.State.FAILED, error_code=error_code
    )


def _held(probe: Probe) -> str:
    """Hold the row of a probe until the transaction ends; return its state, none if gone."""
    row = Probe.objects.select_for_update().filter(pk=probe.pk)
    return next(iter(row.values_list("state", flat=True)), "")


def _place(probe_id: UUID) -> Path:
    """Return where the picture of a probe lies."""
    return Path(settings.HAVEN_DATA_DIR) / "probes" / str(probe_id)
