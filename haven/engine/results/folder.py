"""Results folder: keep what the pipeline yields, and finish with tables, groups and a page.

In      occurrences and media, one by one
Out     views, ledger; at the end media.parquet, faces.parquet, manifest.json, index.html
Fails   ResultsBusy, ResultsDiffer
Why     the one writer: nothing of a run is on disk that did not come through `keep`
Not     here: looking at files (pipeline.py)
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from haven.engine import errors
from haven.engine.errors import ResultsDiffer
from haven.engine.faces.embed import LENGTH, MODEL_NAME
from haven.engine.faces.group import FaceTable, group
from haven.engine.records import Digests, Media, Occurrence
from haven.engine.results import page, tables
from haven.engine.results.ledger import Ledger
from haven.engine.results.places import crop_path, put, view_path

LEDGER = "ledger.sqlite"


@dataclass(slots=True)
class Counts:
    """What a results folder holds so far."""

    done: int = 0
    unsupported: int = 0
    failed: int = 0
    unread: int = 0  # paths that could not be opened; they have no content of their own
    paths: int = 0
    faces: int = 0

    @property
    def contents(self) -> int:
        """How many distinct contents have a row."""
        return self.done + self.unsupported + self.failed


@dataclass(slots=True)
class ResultsFolder:
    """A folder that `haven process` fills. Open it with `open_folder`."""

    folder: Path
    ledger: Ledger
    counts: Counts
    steps_ms: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the ledger; what was kept stays."""
        self.ledger.close()

    def is_done(self, digests: Digests) -> bool:
        """Return whether a content has its row."""
        return self.ledger.has_content(digests)

    def remaining(self, paths: Iterator[Path]) -> Iterator[Path]:
        """Yield the paths that are new, changed, or whose content is not finished."""
        for path in paths:
            try:
                facts = path.lstat()
            except OSError:
                yield path
                continue
            if not self.ledger.has_path(os.fsencode(path), facts.st_size, facts.st_mtime_ns):
                yield path

    def keep(self, found: Occurrence | Media) -> None:
        """Put what was found on disk; views first, so that a row never lacks its view."""
        if isinstance(found, Occurrence):
            path = Path(found.path)
            self.ledger.keep_occurrence(found, os.fsencode(path), _changed_ns(path))
            self.counts.paths += 1
            self.counts.unread += found.error_code is not None
            return
        self._keep_pictures(found)
        self.ledger.keep_media(found)
        setattr(self.counts, found.status, getattr(self.counts, found.status) + 1)
        self.counts.faces += len(found.faces)
        for step, spent in found.steps_ms.items():
            self.steps_ms[step] = self.steps_ms.get(step, 0.0) + spent

    def finish(self, manifest: dict[str, object]) -> None:
        """Group the faces and write the tables, the manifest and the page.

        Args:
            manifest: Versions, models, options and times to be printed beside the counts.
        """
        self.ledger.keep_groups(group(self._face_table(), settled=self.ledger.groups()))
        tables.write(self.folder / "media.parquet", tables.MEDIA, self.ledger.media_rows())
        faces = ({**row, "embedding_model": MODEL_NAME} for row in self.ledger.face_rows())
        tables.write(self.folder / "faces.parquet", tables.FACES, faces)
        counts = _counts(self.ledger)
        printed = {
            **manifest,
            "counts": {name: getattr(counts, name) for name in Counts.__slots__},
            "steps_ms": {step: round(spent, 1) for step, spent in sorted(self.steps_ms.items())},
        }
        put(self.folder / "manifest.json", json.dumps(printed, indent=2).encode())
        page.write(self.folder, printed, self.ledger)

    def _keep_pictures(self, media: Media) -> None:
        """Write the derivatives of one content, each as a whole."""
        sha256, made = media.digests.sha256, media.derivatives
        if made.masked is not None:
            put(view_path(self.folder, sha256), made.masked)
        if made.background is not None:
            put(view_path(self.folder, sha256, "backgrounds"), made.background)
        for number, crop in enumerate(made.face_crops):
            put(crop_path(self.folder, sha256, number), crop)

    def _face_table(self) -> FaceTable:
        """Return the faces that have a vector."""
        keys, qualities, vectors = self.ledger.face_columns()
        return FaceTable(
            keys=keys,
            media=[key[:64] for key in keys],
            embeddings=np.frombuffer(vectors, np.float32).reshape(-1, LENGTH),
            quality=np.array(qualities, np.float32),
        )


def open_folder(folder: Path, *, fingerprint: str, fresh: bool) -> ResultsFolder:
    """Open or begin a results folder.

    Args:
        folder: Made if it is not there.
        fingerprint: Names options, models and versions. Results of different ones are
            not mixed.
        fresh: Forget what is there and begin again.

    Raises:
        ResultsBusy: Another run is writing to it.
        ResultsDiffer: It holds other things, or results of another fingerprint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / LEDGER
    if not known.exists() and any(folder.iterdir()):
        raise ResultsDiffer("the folder is not empty and holds no results of Haven")
    ledger = Ledger(known)
    if fresh:
        ledger.close()
        _clear(folder)
        ledger = Ledger(known)
    before = ledger.setting("fingerprint")
    if before is not None and before != fingerprint:
        ledger.close()
        raise ResultsDiffer(
            "the folder holds results of other options, models or versions;"
            " choose another folder, or begin again with --fresh"
        )
    ledger.remember("fingerprint", fingerprint)
    ledger.retry_codes(errors.retryable_codes())
    return ResultsFolder(folder, ledger, _counts(ledger))


def _counts(ledger: Ledger) -> Counts:
    """Return what a ledger holds."""
    held = ledger.counts()
    return Counts(**{name: held.get(name, 0) for name in Counts.__slots__})


def _changed_ns(path: Path) -> int:
    """Return when a file was last written, or 0 when it is gone."""
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def _clear(folder: Path) -> None:
    """Remove what an earlier run left, and only that."""
    for name in ("views", "backgrounds", "faces", "pages"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in (LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm"):
        (folder / name).unlink(missing_ok=True)
    for name in ("media.parquet", "faces.parquet", "manifest.json", "index.html"):
        (folder / name).unlink(missing_ok=True)
