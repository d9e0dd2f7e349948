"""Results folder: keep what the pipeline yields, and finish with tables, groups and a page.

In      occurrences and media, one by one
Out     views, ledger; at the end media.parquet, faces.parquet, manifest.json, index.html
Fails   ResultsBusy, ResultsDiffer, ResultsUnwritable
Why     the one writer: nothing of a run is on disk that did not come through `keep`
Not     here: looking at files (pipeline.py)
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from haven.engine import errors
from haven.engine.errors import ResultsDiffer, ResultsUnwritable
from haven.engine.faces.embed import LENGTH, MODEL_NAME
from haven.engine.faces.group import FaceTable, group
from haven.engine.records import Digests, Media, Occurrence
from haven.engine.results import page, tables
from haven.engine.results.ledger import Ledger
from haven.engine.results.places import crop_path, drop, put, view_path

LEDGER = "ledger.sqlite"
EMPTYING = "emptying"  # set while `--fresh` empties the folder, so that a kill is made good


@dataclass(frozen=True, slots=True)
class Counts:
    """What a results folder holds so far."""

    done: int = 0
    unsupported: int = 0
    failed: int = 0
    unread: int = 0  # paths that could not be opened; they have no content of their own
    paths: int = 0
    faces: int = 0


@dataclass(slots=True)
class ResultsFolder:
    """A folder that `haven process` fills. Open it with `open_folder`."""

    folder: Path
    ledger: Ledger
    looked_at: int = 0  # paths, in this run
    skipped: int = 0  # paths that were finished before this run
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

    @property
    def counts(self) -> Counts:
        """What the folder holds now, from this run and those before."""
        held = self.ledger.counts()
        return Counts(**{name: held.get(name, 0) for name in Counts.__slots__})

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
            if self.ledger.has_path(os.fsencode(path), facts.st_size, facts.st_mtime_ns):
                self.skipped += 1
            else:
                yield path

    def keep(self, found: Occurrence | Media) -> None:
        """Put what was found on disk; views first, so that a row never lacks its view.

        Raises:
            ResultsUnwritable: The disk is full, or the folder may not be written.
        """
        if isinstance(found, Occurrence):
            path = Path(found.path)
            with _writing():
                self.ledger.keep_occurrence(found, os.fsencode(path), _changed_ns(path))
            self.looked_at += 1
            return
        with _writing():
            self._keep_pictures(found)
            self.ledger.keep_media(found)
        for step, spent in found.steps_ms.items():
            self.steps_ms[step] = self.steps_ms.get(step, 0.0) + spent

    def finish(self, manifest: dict[str, object]) -> None:
        """Group the faces and write the tables, the manifest and the page.

        Args:
            manifest: Versions, models, options and times to be printed beside the counts.

        Raises:
            ResultsUnwritable: The disk is full, or the folder may not be written.
        """
        with _writing():
            self._finish(manifest)

    def _finish(self, manifest: dict[str, object]) -> None:
        self.ledger.settle()
        self.ledger.keep_groups(group(self._face_table(), settled=self.ledger.groups()))
        tables.write(self.folder / "media.parquet", tables.MEDIA, self.ledger.media_rows())
        faces = ({**row, "embedding_model": MODEL_NAME} for row in self.ledger.face_rows())
        tables.write(self.folder / "faces.parquet", tables.FACES, faces)
        printed = {
            **manifest,
            "counts": asdict(self.counts),
            "steps_ms": {step: round(spent, 1) for step, spent in sorted(self.steps_ms.items())},
        }
        put(self.folder / "manifest.json", json.dumps(printed, indent=2).encode())
        page.write(self.folder, printed, self.ledger)

    def _keep_pictures(self, media: Media) -> None:
        """Write the derivatives of one content, each as a whole, and remove any others.

        There are others when a run was killed after it wrote them and before their row was
        kept, and the content could not be looked at again.
        """
        sha256, made = media.digests.sha256, media.derivatives
        for kind, view in (("views", made.masked), ("backgrounds", made.background)):
            path = view_path(self.folder, sha256, kind)
            if view is None:
                drop(path)
            else:
                put(path, view)
        number = len(made.face_crops)
        while drop(crop_path(self.folder, sha256, number)):
            number += 1
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
        ResultsUnwritable: It cannot be made or written to.
    """
    with _writing():
        return _open(folder, fingerprint, fresh=fresh)


def _open(folder: Path, fingerprint: str, *, fresh: bool) -> ResultsFolder:
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / LEDGER
    if not known.exists() and any(folder.iterdir()):
        raise ResultsDiffer("the folder is not empty and holds no results of Haven")
    ledger = Ledger(known)
    if fresh or ledger.setting(EMPTYING):
        ledger.remember(EMPTYING, "yes")
        _empty(folder)
        ledger.close()
        for name in (f"{LEDGER}-wal", f"{LEDGER}-shm", LEDGER):
            (folder / name).unlink(missing_ok=True)
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
    return ResultsFolder(folder, ledger)


@contextmanager
def _writing() -> Iterator[None]:
    """Put what the system says against writing into our words, which name no file."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ResultsUnwritable(f"the results folder cannot be written to: {reason}") from error
    except sqlite3.OperationalError as error:
        raise ResultsUnwritable(f"the results folder cannot be written to: {error}") from error


def _changed_ns(path: Path) -> int:
    """Return when a file was last written, or 0 when it is gone."""
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def _empty(folder: Path) -> None:
    """Remove what an earlier run left, and only that; the ledger goes last, elsewhere."""
    for name in ("views", "backgrounds", "faces", "pages"):
        if (folder / name).exists():
            shutil.rmtree(folder / name)
    for name in ("media.parquet", "faces.parquet", "manifest.json", "index.html"):
        (folder / name).unlink(missing_ok=True)
