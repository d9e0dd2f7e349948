"""haven process, run as a person runs it: by its command, in another process."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from haven import engine
from haven.cli import process
from tests import hostile, media
from tests.media import public_media


def start(*words: object) -> subprocess.Popen[str]:
    """Start the command in a process group of its own, so that it can be killed whole."""
    return subprocess.Popen(
        [sys.executable, "-m", "haven.cli.main", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ,
    )


def run(*words: object) -> subprocess.CompletedProcess[str]:
    process = start(*words)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def tables(folder: Path) -> tuple[list[dict], list[dict]]:
    return engine.read_media(folder).to_pylist(), engine.read_faces(folder).to_pylist()


def pictures_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.jpg")}


@pytest.fixture(scope="module")
def exhibit(tmp_path_factory, assets_root) -> Path:
    """Return a folder as a phone leaves it: photographs, a copy, and other things."""
    folder = tmp_path_factory.mktemp("exhibit")
    (folder / "DCIM").mkdir()
    for path in sorted(assets_root.glob("demo-*.*")):
        (folder / "DCIM" / path.name).write_bytes(path.read_bytes())
    (folder / "copy of a portrait.png").write_bytes(
        (assets_root / "demo-astronaut.png").read_bytes()
    )
    (folder / "notes.txt").write_text("a plain text, nothing to look at")
    (folder / "cut off.jpg").write_bytes((assets_root / "demo-biden-1.jpg").read_bytes()[:20_000])
    (folder / "empty.jpg").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory, exhibit) -> Path:
    """Return what one undisturbed run leaves."""
    out = tmp_path_factory.mktemp("results")
    finished = run("process", exhibit, "--out", out, "--workers", 2)
    assert finished.returncode == 0, finished.stderr
    return out


class TestProcess:
    def test_gives_every_file_a_row(self, exhibit, results):
        rows, _ = tables(results)

        listed = sorted(path for row in rows for path in row["paths"])
        assert listed == sorted(str(p) for p in exhibit.rglob("*") if p.is_file())
        assert Counter(row["error_code"] for row in rows if row["status"] != "done") == {
            "source.unsupported": 1,
            "source.unreadable": 1,
            "source.empty": 1,
        }

    def test_looks_once_at_a_content_and_keeps_every_path(self, results):
        rows, _ = tables(results)

        twice = [row for row in rows if len(row["paths"]) == 2]
        assert [row["status"] for row in twice] == ["done"]
        assert len({row["sha256"] for row in rows}) == len(rows)

    def test_makes_a_view_for_each_picture_with_a_face_and_for_no_other(self, results):
        rows, _ = tables(results)

        with_faces = {row["sha256"] for row in rows if row["n_faces"]}
        assert {p.stem for p in (results / "views").rglob("*.jpg")} == with_faces
        assert {p.stem for p in (results / "backgrounds").rglob("*.jpg")} == with_faces
        assert not list(results.rglob("*.draft"))

    def test_groups_the_people_of_the_demonstration(self, results):
        rows, faces = tables(results)
        name_of = {row["sha256"]: Path(row["paths"][0]).name for row in rows}
        groups: dict[str, set[str]] = {}
        for face in faces:
            groups.setdefault(face["group_id"], set()).add(name_of[face["media_sha256"]])

        largest = max(groups.values(), key=len)
        assert len(largest) >= 4
        assert all("obama" in name for name in largest)

    def test_says_what_it_was_made_with(self, results):
        manifest = json.loads((results / "manifest.json").read_text())

        used = {"centerface", "dlib-mmod", "dlib-resnet", "person-segmenter"}
        assert set(manifest["versions"]["models"]) == used
        assert manifest["options"]["profile"] == "balanced"
        assert manifest["counts"]["done"] + manifest["counts"]["failed"] > 10
        assert set(manifest["steps_ms"]) >= {"decode", "detect", "embed", "mask"}

    def test_does_nothing_twice(self, exhibit, results):
        before = {p: p.stat().st_mtime_ns for p in (results / "views").rglob("*.jpg")}
        was = tables(results)

        again = run("process", exhibit, "--out", results)

        assert again.returncode == 0
        assert tables(results) == was
        assert {p: p.stat().st_mtime_ns for p in before} == before

    def test_serial_gives_the_same_as_processes(self, exhibit, results, tmp_path):
        run("process", exhibit, "--out", tmp_path, "--runner", "serial")

        assert tables(tmp_path) == tables(results)
        assert pictures_in(tmp_path) == pictures_in(results)

    def test_never_writes_to_a_source(self, exhibit):
        finished = run("process", exhibit, "--out", exhibit / "results")

        assert finished.returncode == 2
        assert "inside source 1" in finished.stderr
        assert not (exhibit / "results").exists()

    def test_does_not_mix_profiles_in_one_folder(self, exhibit, results):
        finished = run("process", exhibit, "--out", results, "--profile", "fast")

        assert finished.returncode == 3
        assert "results.differ" in finished.stderr

    def test_does_not_touch_a_folder_that_holds_other_things(self, exhibit, tmp_path):
        (tmp_path / "diary.txt").write_text("mine")

        finished = run("process", exhibit, "--out", tmp_path)

        assert finished.returncode == 3
        assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]

    def test_keeps_group_ids_when_pictures_are_added(self, exhibit, results, tmp_path):
        some = sorted((exhibit / "DCIM").iterdir())[::2]
        first = run("process", *some, "--out", tmp_path)
        before = {(f["media_sha256"], f["face_index"]): f["group_id"] for f in tables(tmp_path)[1]}

        second = run("process", exhibit, "--out", tmp_path)

        after = {(f["media_sha256"], f["face_index"]): f["group_id"] for f in tables(tmp_path)[1]}
        assert (first.returncode, second.returncode) == (0, 0)
        assert len(after) == len(tables(results)[1])
        assert {key: after[key] for key in before} == before


class TestPaths:
    @pytest.fixture
    def texts(self, tmp_path, assets_root) -> Path:
        (tmp_path / "texts").mkdir()
        for name in ("a.txt", "b.txt"):
            (tmp_path / "texts" / name).write_text(f"words of {name}")
        return tmp_path / "texts"

    def test_of_a_file_are_one_however_it_is_named(self, texts, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        run("process", "texts", "texts/a.txt", "texts/", "--out", "out")
        monkeypatch.chdir(texts)
        again = run("process", ".", texts, "--out", "../out")

        listed = [path for row in tables(tmp_path / "out")[0] for path in row["paths"]]
        assert sorted(listed) == [str(texts / "a.txt"), str(texts / "b.txt")]
        assert again.stdout.startswith("2 files: 0 done, 2 unsupported, 0 failed")

    def test_inside_the_results_are_refused(self, texts, tmp_path):
        finished = run("process", texts, "--out", tmp_path)

        assert finished.returncode == 2
        assert "inside the results folder" in finished.stderr

    def test_that_are_links_are_wrong_use(self, texts, tmp_path):
        (tmp_path / "link").symlink_to(texts)

        assert run("process", tmp_path / "link", "--out", tmp_path / "out").returncode == 2


def test_progress_that_nobody_reads_does_not_stop_a_run(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        lines = process.Lines(2, gone)
        lines._said_at -= 2 * process.SAY_EVERY_S  # as if that long had passed
        with engine.open_folder(tmp_path, fingerprint="x", fresh=False) as results:
            lines(results)
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)  # what is still to be flushed


class TestKilled:
    @pytest.mark.parametrize("seed", range(3))
    def test_run_continues_to_the_same_result(self, exhibit, results, tmp_path, seed):
        """Kill the whole run, or one worker, at any moments; then let it finish."""
        moments = random.Random(seed)
        for _ in range(3):
            process = start("process", exhibit, "--out", tmp_path, "--workers", 2)
            time.sleep(moments.uniform(0.5, 4))
            _kill(process, whole=moments.random() < 0.6)
            process.communicate(timeout=240)

        finished = run("process", exhibit, "--out", tmp_path, "--workers", 2)

        rows, _ = tables(tmp_path)
        if finished.returncode == 0 and any(row["error_code"] == "step.crashed" for row in rows):
            pytest.fail("a file was blamed for the death of its worker")
        assert finished.returncode == 0, finished.stderr
        assert tables(tmp_path) == tables(results)
        assert pictures_in(tmp_path) == pictures_in(results)

    def test_run_leaves_no_process_behind(self, exhibit, tmp_path):
        process = start("process", exhibit, "--out", tmp_path, "--workers", 2)
        time.sleep(3)

        os.kill(process.pid, signal.SIGKILL)

        process.communicate(timeout=30)
        deadline = time.monotonic() + 20
        while (left := _group_of(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert left == []


class TestBusy:
    def test_folder_is_refused(self, exhibit, tmp_path):
        with engine.open_folder(tmp_path, fingerprint="x", fresh=False):
            finished = run("process", exhibit, "--out", tmp_path)

        assert finished.returncode == 3
        assert "results.busy" in finished.stderr


class TestHostile:
    def test_files_each_get_the_row_they_deserve(self, tmp_path_factory, assets_root):
        folder, out = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("out")
        expected = hostile.make(folder)

        finished = run("process", folder, "--out", out)

        rows, _ = tables(out)
        status_of = {path: row["status"] for row in rows for path in row["paths"]}
        shown = {
            os.fsencode(folder / name).decode("utf-8", "backslashreplace"): status
            for name, status in expected.items()
        }
        assert finished.returncode == 0
        assert status_of == shown
        assert list(out.rglob("*.jpg")) == []  # none of them shows a face
        for page in [out / "index.html", *(out / "pages").iterdir()]:
            check_well_formed(page.read_text(encoding="utf-8"))


class TestSearch:
    def test_ranks_the_same_person_first_and_says_candidates(self, results):
        probe = public_media("faces") / "obama-3.jpg"

        finished = run("search", "--in", results, "--probe", probe, "--top", 3)

        assert finished.returncode == 0, finished.stderr
        assert "candidates" in finished.stdout
        assert "match" not in finished.stdout.lower()
        best = finished.stdout.splitlines()[1]
        assert best.split()[1] == "strong"

    def test_says_so_when_the_probe_shows_no_face(self, results, tmp_path):
        probe = tmp_path / "probe.jpg"
        probe.write_bytes(media.encoded(media.scene()))

        finished = run("search", "--in", results, "--probe", probe)

        assert finished.returncode == 2
        assert "no face" in finished.stderr

    def test_refuses_to_give_no_candidates(self, results):
        finished = run("search", "--in", results, "--probe", "any.jpg", "--top", 0)

        assert finished.returncode == 2
        assert "--top is 0" in finished.stderr

    def test_says_so_when_the_results_hold_no_face(self, tmp_path, assets_root):
        with engine.open_folder(tmp_path, fingerprint="x", fresh=False) as empty:
            empty.finish({})

        finished = run("search", "--in", tmp_path, "--probe", assets_root / "demo-astronaut.png")

        assert finished.returncode == 0
        assert "none: the results hold no face" in finished.stdout

    def test_says_so_when_the_probe_cannot_be_looked_at(self, results, tmp_path):
        probe = tmp_path / "probe.txt"
        probe.write_text("words")

        finished = run("search", "--in", results, "--probe", probe)

        assert finished.returncode == 2
        assert "source.unsupported" in finished.stderr


def check_well_formed(html: str) -> None:
    """Fail where a page has a script, an address outside the folder, or a raw control mark."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append(tag)
            for name, value in attrs:
                assert not name.startswith("on")
                assert "://" not in (value or "")

    Reader().feed(html)
    assert "script" not in found
    assert not any(mark in html for mark in ("\u202e", "\u200f", "\x07", "\x1b"))


def _group_of(leader: int) -> list[int]:
    """Return the living processes of a process group."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(group) == leader and state != "Z":
            members.append(int(stat.parent.name))
    return members


def _kill(process: subprocess.Popen[str], *, whole: bool) -> None:
    """Kill a run with all its workers, or one of its workers and then the run."""
    members = _group_of(process.pid)
    if not whole:
        workers = [pid for pid in members if pid != process.pid]
        for pid in workers[-1:]:
            _end(pid)
        time.sleep(0.3)
    _end(process.pid)
    for pid in _group_of(process.pid):
        if whole:
            _end(pid)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
