"""What a results folder keeps, whatever became of the runs before."""

import resource
from dataclasses import replace

import numpy as np
import pytest

from haven import engine
from haven.engine.errors import ResultsMissing, ResultsUnwritable
from haven.engine.records import (
    Derivatives,
    Digests,
    Face,
    FileType,
    Kind,
    Media,
    Occurrence,
    Status,
)
from haven.engine.results.ledger import Ledger

DIGESTS = Digests("ab" * 32, "cd" * 20, "ef" * 16, 7)
FAILED = Media(DIGESTS, FileType("image/jpeg", Kind.IMAGE, "jpeg"), Status.FAILED, "step.timeout")
FACE = Face(
    np.array([0, 0, 9, 9], np.float32),
    np.zeros((5, 2), np.float32),
    0.9,
    embedding=np.ones(128, np.float32),
)
DONE = replace(
    FAILED,
    status=Status.DONE,
    error_code=None,
    faces=(FACE, FACE),
    derivatives=Derivatives(b"view", b"background", (b"crop 0", b"crop 1")),
)


def opened(folder, *, fresh=False):
    return engine.open_folder(folder, fingerprint="one", fresh=fresh)


def rows(folder):
    return engine.read_media(folder).to_pylist()


def pictures(folder):
    return sorted(path.name for path in folder.rglob("*.jpg*"))


class TestKeep:
    def test_counts_a_path_once_however_often_it_is_tried(self, tmp_path):
        for _ in range(2):
            with opened(tmp_path) as results:
                results.keep(Occurrence("/x/gone.jpg", error_code="source.missing"))
                counts = results.counts

        assert (counts.paths, counts.unread) == (1, 1)

    def test_counts_a_path_as_read_once_it_could_be_read(self, tmp_path):
        with opened(tmp_path) as results:
            results.keep(Occurrence("/x/a.jpg", error_code="source.missing"))
            results.keep(Occurrence("/x/a.jpg", DIGESTS))
            results.keep(FAILED)
            results.keep(DONE)

            assert results.counts == engine.Counts(done=1, paths=1, faces=2)

    def test_leaves_no_face_and_no_picture_of_an_earlier_look(self, tmp_path):
        """A run is killed between views and row; then the file cannot be looked at."""
        with opened(tmp_path) as results:
            results.keep(DONE)
            (tmp_path / "views" / "ab" / f"{DIGESTS.sha256}.jpg.draft").touch()
            results.keep(FAILED)
            counts = results.counts
            results.finish({})

        assert pictures(tmp_path) == []
        assert (counts.faces, len(engine.read_faces(tmp_path))) == (0, 0)

    @pytest.mark.parametrize("found", [DONE, Occurrence("/x/a.jpg", DIGESTS)])
    def test_says_that_the_disk_is_full(self, tmp_path, found):
        with opened(tmp_path) as results:
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            try:
                with pytest.raises(ResultsUnwritable) as told:
                    results.keep(found)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)

        assert str(tmp_path) not in str(told.value)


class TestFinish:
    def test_keeps_the_row_of_a_failure_that_is_not_found_again(self, tmp_path):
        with opened(tmp_path) as results:
            results.keep(Occurrence("/x/slow.jpg", DIGESTS))
            results.keep(FAILED)
        with opened(tmp_path) as results:
            assert not results.is_done(DIGESTS)
            results.finish({})

        (row,) = rows(tmp_path)
        assert (row["paths"], row["error_code"]) == (["/x/slow.jpg"], "step.timeout")

    def test_gives_a_row_to_what_a_killed_run_had_begun_and_nobody_found_again(self, tmp_path):
        with opened(tmp_path) as results:
            results.keep(Occurrence("/x/begun.jpg", DIGESTS))
        with opened(tmp_path) as results:
            results.finish({})
            counts = results.counts

        (row,) = rows(tmp_path)
        assert (row["status"], row["error_code"]) == ("failed", "step.crashed")
        assert (row["sha256"], row["paths"]) == (DIGESTS.sha256, ["/x/begun.jpg"])
        assert (counts.failed, counts.paths) == (1, 1)
        with opened(tmp_path) as results:
            assert not results.is_done(DIGESTS)

    def test_forgets_a_content_that_changed_while_it_was_looked_at(self, tmp_path):
        with opened(tmp_path) as results:
            results.keep(Occurrence("/x/a.jpg", DIGESTS))
            results.keep(replace(FAILED, error_code="step.source_changed"))
        with opened(tmp_path) as results:
            now = replace(DIGESTS, sha256="12" * 32)
            results.keep(Occurrence("/x/a.jpg", now))
            results.keep(replace(DONE, digests=now))
            results.finish({})

        assert [row["sha256"] for row in rows(tmp_path)] == ["12" * 32]


class TestOpenFolder:
    def test_empties_it_when_asked_to_begin_again(self, tmp_path):
        with opened(tmp_path) as results:
            results.keep(DONE)
        with opened(tmp_path, fresh=True) as results:
            assert results.counts == engine.Counts()

        assert pictures(tmp_path) == []

    def test_goes_on_emptying_it_when_that_was_killed(self, tmp_path):
        with opened(tmp_path) as results:
            results.keep(DONE)
        with Ledger(tmp_path / "ledger.sqlite") as ledger:
            ledger.remember("emptying", "yes")
        with opened(tmp_path) as results:
            assert results.counts == engine.Counts()
        with opened(tmp_path) as results:
            results.keep(DONE)

        assert len(pictures(tmp_path)) == 4

    @pytest.mark.parametrize("below", ["", "deeper"])
    def test_says_that_it_cannot_be_made(self, tmp_path, below):
        (tmp_path / "a file").touch()

        with pytest.raises(ResultsUnwritable) as told:
            opened(tmp_path / "a file" / below)

        assert "a file" not in str(told.value)


def test_a_damaged_table_is_told(tmp_path):
    (tmp_path / "faces.parquet").write_bytes(b"PAR1 and nothing more")

    with pytest.raises(ResultsMissing):
        engine.read_faces(tmp_path)
