"""Ledger: what is finished, kept so that a kill at any moment costs only what is in flight.

In      occurrences and media, one by one
Out     rows to continue from and to make the tables of
Fails   ResultsBusy: another run holds the ledger; ResultsDiffer: it is of another kind;
        sqlite3.OperationalError: the disk is full or the folder may not be written
Why     SQLite commits are atomic and survive a killed process; Parquet files are written
        once, at the end, from here (ADR-0008)
Not     here: views on disk, Parquet, groups
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

from haven.engine.errors import ResultsBusy, ResultsDiffer, StepCrashed
from haven.engine.records import Digests, Face, Media, Occurrence

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS occurrence (
    path BLOB PRIMARY KEY, size_bytes INTEGER, changed_ns INTEGER, sha256 TEXT, error_code TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS occurrence_by_content ON occurrence (sha256);
CREATE TABLE IF NOT EXISTS media (sha256 TEXT PRIMARY KEY, status TEXT NOT NULL, row TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS face (
    sha256 TEXT, face_index INTEGER, row TEXT NOT NULL, embedding BLOB, group_id TEXT,
    PRIMARY KEY (sha256, face_index)
) WITHOUT ROWID;
"""


class Ledger:
    """The finished work of one results folder."""

    def __init__(self, path: Path) -> None:
        """Open or begin a ledger, for this process alone.

        Raises:
            ResultsBusy: Another process has it open.
            ResultsDiffer: The file is not a ledger.
        """
        self._again: set[str] = set()  # contents to look at again; their rows stay until then
        self._db = sqlite3.connect(path, isolation_level=None, timeout=0.5)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("COMMIT")
            self._db.executescript(_SCHEMA)
            self._counts = self._counted()
        except sqlite3.OperationalError as error:
            self._db.close()
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            raise ResultsBusy("another run is writing to this results folder") from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise ResultsDiffer("the ledger in this results folder cannot be read") from error

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the ledger; all that was kept is on disk."""
        self.close()

    def close(self) -> None:
        """Close the ledger."""
        self._db.close()

    def setting(self, name: str) -> str | None:
        """Return a remembered setting, or None."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: str) -> None:
        """Remember a setting."""
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def retry_codes(self, codes: Iterable[str]) -> None:
        """Count contents that failed with one of these codes as not finished.

        Their rows stay until there are better ones: the file may not be found again.
        """
        query = "SELECT sha256, json_extract(row, '$.error_code') FROM media WHERE status='failed'"
        wanted = frozenset(codes)
        self._again = {sha256 for sha256, code in self._db.execute(query) if code in wanted}

    def has_path(self, path: bytes, size_bytes: int, changed_ns: int) -> bool:
        """Return whether this path, unchanged since, is finished with its content."""
        query = (
            "SELECT m.sha256 FROM occurrence o JOIN media m ON m.sha256 = o.sha256"
            " WHERE o.path = ? AND o.size_bytes = ? AND o.changed_ns = ?"
        )
        found = self._db.execute(query, (path, size_bytes, changed_ns)).fetchone()
        return found is not None and found[0] not in self._again

    def has_content(self, digests: Digests) -> bool:
        """Return whether a content is finished."""
        if digests.sha256 in self._again:
            return False
        query = "SELECT 1 FROM media WHERE sha256 = ?"
        return self._db.execute(query, (digests.sha256,)).fetchone() is not None

    def keep_occurrence(self, found: Occurrence, path: bytes, changed_ns: int) -> None:
        """Keep where a content lay, or that a path could not be read."""
        sha256 = found.digests.sha256 if found.digests else None
        size = found.digests.size_bytes if found.digests else None
        query = "SELECT error_code IS NOT NULL FROM occurrence WHERE path = ?"
        before = self._db.execute(query, (path,)).fetchone()
        self._db.execute(
            "INSERT OR REPLACE INTO occurrence VALUES (?, ?, ?, ?, ?)",
            (path, size, changed_ns, sha256, found.error_code),
        )
        self._counts["paths"] += before is None
        self._counts["unread"] += (found.error_code is not None) - (before[0] if before else 0)

    def keep_media(self, media: Media) -> None:
        """Keep a content and its faces in place of what was known of it, all or nothing."""
        sha256 = media.digests.sha256
        query = "SELECT status FROM media WHERE sha256 = ?"
        before = [status for (status,) in self._db.execute(query, (sha256,))]
        self._db.execute("BEGIN")
        gone = self._db.execute("DELETE FROM face WHERE sha256 = ?", (sha256,)).rowcount
        self._db.execute(
            "INSERT OR REPLACE INTO media VALUES (?, ?, ?)",
            (sha256, media.status.value, json.dumps(_media_row(media))),
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO face VALUES (?, ?, ?, ?, NULL)",
            [
                (sha256, number, json.dumps(_face_row(face)), _vector_bytes(face))
                for number, face in enumerate(media.faces)
            ],
        )
        self._db.execute("COMMIT")
        self._again.discard(sha256)
        self._counts.subtract(before)
        self._counts[media.status.value] += 1
        self._counts["faces"] += len(media.faces) - gone

    def settle(self) -> None:
        """Give every path its row, whatever became of the runs before.

        A content that a killed run had begun, and that was not found again, gets a row
        that says so. A row that waited to be bettered goes when its content lies nowhere:
        another content took its place while it was looked at.
        """
        self._db.execute("BEGIN")
        self._db.execute(
            "INSERT INTO media SELECT sha256, 'failed', json_object("
            "'status', 'failed', 'error_code', ?, 'size_bytes', max(size_bytes))"
            " FROM occurrence WHERE sha256 IS NOT NULL"
            " AND sha256 NOT IN (SELECT sha256 FROM media) GROUP BY sha256",
            (StepCrashed.code,),
        )
        self._db.executemany(
            "DELETE FROM media WHERE sha256 = ?1"
            " AND NOT EXISTS (SELECT 1 FROM occurrence WHERE sha256 = ?1)",
            [(sha256,) for sha256 in self._again],
        )
        self._db.execute("COMMIT")
        self._counts = self._counted()

    def counts(self) -> dict[str, int]:
        """Return how many rows there are: by status, faces, paths, and paths not read."""
        return dict(self._counts)

    def _counted(self) -> Counter[str]:
        """Return the counts from the rows; afterwards they are kept up to date."""
        by_status = dict(
            self._db.execute("SELECT status, count(*) FROM media GROUP BY status").fetchall()
        )
        one = "SELECT (SELECT count(*) FROM face), count(*), count(error_code) FROM occurrence"
        faces, paths, unread = self._db.execute(one).fetchone()
        return Counter({**by_status, "faces": faces, "paths": paths, "unread": unread})

    def media_rows(self) -> Iterator[dict[str, object]]:
        """Yield one row per content, by digest, then one per path that was not read."""
        query = "SELECT sha256, row FROM media ORDER BY sha256"
        for sha256, row in self._db.execute(query):
            yield {"sha256": sha256, **json.loads(row), "paths": self._paths_of(sha256)}
        query = "SELECT path, error_code FROM occurrence WHERE sha256 IS NULL ORDER BY path"
        for path, error_code in self._db.execute(query):
            yield {"status": "failed", "error_code": error_code, "paths": [readable(path)]}

    def face_rows(self) -> Iterator[dict[str, object]]:
        """Yield one row per face, by digest and index; `embedding` is float32 or None."""
        query = "SELECT * FROM face ORDER BY sha256, face_index"
        for sha256, index, row, vector, group_id in self._db.execute(query):
            yield {
                "media_sha256": sha256,
                "face_index": index,
                **json.loads(row),
                "embedding": None if vector is None else np.frombuffer(vector, np.float32),
                "group_id": group_id,
            }

    def face_columns(self) -> tuple[list[str], list[float], bytes]:
        """Return keys "sha256:index", qualities and joined vectors of all faces with one."""
        query = (
            "SELECT sha256 || ':' || face_index, json_extract(row, '$.quality'), embedding"
            " FROM face WHERE embedding IS NOT NULL ORDER BY sha256, face_index"
        )
        keys, qualities, vectors = [], [], bytearray()
        for key, quality, vector in self._db.execute(query):
            keys.append(key)
            qualities.append(quality)
            vectors += vector
        return keys, qualities, bytes(vectors)

    def groups(self) -> dict[str, str]:
        """Return the group of every face that has one, by face key."""
        query = "SELECT sha256 || ':' || face_index, group_id FROM face WHERE group_id IS NOT NULL"
        return dict(self._db.execute(query).fetchall())

    def keep_groups(self, groups: dict[str, str]) -> None:
        """Keep the group of every face, by face key "sha256:index", all or nothing."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "UPDATE face SET group_id = ? WHERE sha256 = ? AND face_index = ?",
            [(group, key[:64], int(key[65:])) for key, group in groups.items()],
        )
        self._db.execute("COMMIT")

    def _paths_of(self, sha256: str) -> list[str]:
        """Return every path of a content, in order."""
        query = "SELECT path FROM occurrence WHERE sha256 = ? ORDER BY path"
        return [readable(path) for (path,) in self._db.execute(query, (sha256,))]


def readable(path: bytes) -> str:
    r"""Return a path as text; a byte that is not UTF-8 becomes \xNN."""
    return path.decode("utf-8", "backslashreplace")


def _media_row(media: Media) -> dict[str, object]:
    """Return the columns of a content that are not its digest or paths."""
    digests, facts, perceptual = media.digests, media.metadata, media.perceptual
    return {
        "sha1": digests.sha1,
        "md5": digests.md5,
        "pdq": perceptual.pdq if perceptual else None,
        "pdq_quality": perceptual.quality if perceptual else None,
        "size_bytes": digests.size_bytes,
        "mime": media.file_type.mime,
        "kind": media.file_type.kind.value,
        "width_px": media.width_px,
        "height_px": media.height_px,
        "status": media.status.value,
        "error_code": media.error_code,
        "taken_at": facts.taken_at,
        "gps_lat": facts.gps_lat,
        "gps_lon": facts.gps_lon,
        "camera_make": facts.camera_make,
        "camera_model": facts.camera_model,
        "camera_serial": facts.camera_serial,
        "n_faces": len(media.faces) if media.error_code is None else None,
    }


def _face_row(face: Face) -> dict[str, object]:
    """Return the columns of a face that are not its key, vector or group."""
    return {
        "frame_ms": face.frame_ms,
        "box_xyxy_px": [round(float(v), 2) for v in face.box_xyxy_px],
        "landmarks_px": [round(float(v), 2) for v in face.landmarks_px.ravel()],
        "score": round(face.score, 6),
        "quality": round(face.quality, 6),
    }


def _vector_bytes(face: Face) -> bytes | None:
    """Return the vector's bytes, or None where there is no vector."""
    return None if face.embedding is None else face.embedding.astype(np.float32).tobytes()
