"""Killed at any moment and started again, a run ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from haven.workbench.analysis import actions, locks, running
from haven.workbench.analysis.models import Derivative, Face, Item, Occurrence, Run
from haven.workbench.evidence import actions as evidence
from tests.walls import database_url
from tests.workbench.build import NOW

pytestmark = pytest.mark.django_db(transaction=True)

DO_THE_RUN = """
import sys, django
django.setup()
from haven.workbench.analysis import running
running.run_now(int(sys.argv[1]))
"""
WAIT_S = 60


@pytest.fixture
def pictures(lay, portrait, assets_root) -> Path:
    """Return a folder with people and things, one picture twice, and a broken one."""
    shown = ("obama-1", "obama-2", "obama-3", "biden-1", "astronaut", "cat", "coffee", "clock")
    files = {f"{name}.jpg": portrait(name) for name in shown}
    files["again/a.jpg"] = portrait("obama-1")
    files["cut.jpg"] = portrait("obama-1")[:9_000]
    return lay(files)


@pytest.fixture
def start(case, authority, north_lead) -> Callable[[Path, str], Run]:
    def queue(folder: Path, label: str) -> Run:
        exhibit = evidence.add_folder(
            case.public_id, folder=folder, label=label, by=north_lead, at=NOW
        )
        return actions.start_run(exhibit.public_id, by=north_lead, at=NOW)

    return queue


@pytest.fixture
def in_a_process() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Return a way to do a run in a process of its own, which can be killed."""
    url = database_url("worker")
    started: list[subprocess.Popen[bytes]] = []

    def do(run: Run, *, runner: str = "serial") -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # our own program
            [sys.executable, "-c", DO_THE_RUN, str(run.pk)],
            env={
                **os.environ,
                "HAVEN_DATABASE_ROLE": "worker",
                "HAVEN_WORKER_DATABASE_URL": url,
                "HAVEN_RUNNER": runner,
                "HAVEN_WORKERS": "2",
            },
            start_new_session=True,
        )
        started.append(process)
        return process

    yield do
    for process in started:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is so, as long as the process lives."""
    end = time.monotonic() + WAIT_S
    while not condition():
        assert process.poll() is None, "the run ended before it was killed"
        assert time.monotonic() < end, "the run does not get on"
        time.sleep(0.01)


def _result() -> dict[str, object]:
    """Return all that was found, without keys and times."""
    groups: dict[object, set[object]] = {}
    for face in Face.objects.select_related("item"):
        groups.setdefault(face.group_id, set()).add((face.item.sha256, face.position))
    return {
        "items": sorted(Item.objects.values_list("sha256", "status", "error_code", "n_faces")),
        "paths": sorted(Occurrence.objects.values_list("path", "sha256", "item__sha256")),
        "faces": sorted(
            (face.item.sha256, face.position, tuple(face.box_xyxy_px), tuple(face.embedding))
            for face in Face.objects.select_related("item")
        ),
        "views": sorted(Derivative.objects.values_list("operation", "parent_sha256", "sha256")),
        "groups": {frozenset(faces) for faces in groups.values()},
    }


def _forget() -> None:
    """Remove all that was found, to find it again."""
    Face.objects.update(group=None)
    Derivative.objects.all().delete()
    Face.objects.all().delete()
    Occurrence.objects.all().delete()
    Item.objects.all().delete()


def test_a_run_that_is_killed_again_and_again_ends_like_an_undisturbed_one(
    start, pictures, in_a_process, case
):
    undisturbed = start(pictures, "One")
    running.run_now(undisturbed.pk)
    expected = _result()
    assert len(expected["items"]) == 9
    _forget()

    run = start(pictures, "Two")
    done: dict[str, object] = {}
    for count in (1, 5):
        process = in_a_process(run)
        _until(lambda count=count: Item.objects.count() >= count, process)
        _kill(process)
        still = dict(Item.objects.filter(sha256__in=done).values_list("sha256", "saved_at"))
        assert still == done, "something was done twice"
        done = dict(Item.objects.values_list("sha256", "saved_at"))

    assert locks.is_free(case.pk)
    assert actions.resume_interrupted() in (0, 1)
    assert in_a_process(run).wait(WAIT_S) == 0

    run.refresh_from_db()
    assert run.state == "finished"
    assert _result() == expected


def test_a_killed_child_costs_its_files_and_another_run_mends_it(start, pictures, in_a_process):
    running.run_now(start(pictures, "One").pk)
    expected = _result()
    _forget()
    run = start(pictures, "Two")

    process = in_a_process(run, runner="processes")
    _until(lambda: Item.objects.count() >= 3, process)
    for child in _children(process.pid):
        os.kill(child, signal.SIGKILL)
    assert process.wait(WAIT_S) == 0
    Run.objects.filter(pk=run.pk).update(requested_at=NOW)
    again = actions.start_run(run.exhibit.public_id, by=run.requested_by, at=NOW)
    running.run_now(again.pk)

    assert _result() == expected


def _children(pid: int) -> list[int]:
    """Return the workers of a run: processes below it that hold a good deal of memory."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:
            continue
        command = (folder / "cmdline").read_bytes()
        is_worker = (
            session == pid and int(folder.name) != pid and b"resource_tracker" not in command
        )
        rss_kb = int(status.partition("VmRSS:")[2].split()[0]) if "VmRSS:" in status else 0
        if is_worker and rss_kb > 100_000:
            found.append(int(folder.name))
    return found
