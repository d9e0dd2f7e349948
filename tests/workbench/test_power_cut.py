"""PostgreSQL or the worker is killed: nothing acknowledged is lost, nothing half stays.

A database of its own, processes of their own with the roles of the site and of the worker,
and a kill as hard as it can be: SIGKILL for the worker, an immediate stop for PostgreSQL,
which then recovers from its log as after a power cut.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from haven.site.postgres import Embedded

pytestmark = pytest.mark.whole

WAIT_S = 240  # for a hang alone: with other tests beside it a worker is there again after 35 s
KILLS = 3
PICTURES = ("obama-1", "obama-2", "obama-3", "biden-1", "astronaut", "cat", "coffee", "clock")

SET_UP = """
import django; django.setup()
from django.utils import timezone
from haven.accounts.models import Agency, Member
from haven.workbench.cases import actions as cases
from haven.workbench.authority import actions as authority
from tests.workbench.build import basis
now = timezone.now()
north = Agency.objects.create(name="North", country="NO")
lead = Member.objects.create_user(
    username="lead", password="x", display_name="Nora", agency=north, roles=["investigator"]
)
case = cases.open_case(number="1", name="Harbour", by=lead, at=now)
authority.enter(case.public_id, basis(), by=lead, at=now)
print(case.public_id)
"""

# What a person does in the site, over and over: with the rights of the site and as a member.
# A line of the log is an acknowledgement: it is written when the act has returned.
ACT = """
import io, json, sys, time, uuid
import django; django.setup()
from django.db import Error, connection
from django.utils import timezone
from haven.accounts.models import Member
from haven.site import walls
from haven.workbench.analysis import face_queries
from haven.workbench.analysis.models import FaceGroup
from haven.workbench.cases.models import Case
from haven.workbench.evidence import actions as evidence
from haven.workbench.people import actions as people
from tests.workbench.build import png

kind, log = sys.argv[1], open(sys.argv[2], "a", buffering=1)

class File:
    def __init__(self, data):
        self.name, self.file, self.size = "a.png", io.BytesIO(data), len(data)

def upload(lead, case):
    label = uuid.uuid4().hex
    files = [File(png((n, 2, 3))) for n in range(20)]
    evidence.add_upload(case.public_id, files=files, label=label, by=lead, at=timezone.now())
    return {"label": label}

def decide(lead, case):
    groups = list(FaceGroup.objects.filter(case=case, n_faces__gt=0).order_by("pk"))
    now = timezone.now()
    if len(groups) > 2:
        ids = [one.public_id for one in groups[:2]]
        kept = people.merge(case.public_id, ids, by=lead, at=now)
        return {"merged": kept.public_id}
    largest = max(groups, key=lambda one: one.n_faces)
    inside = face_queries.face_ids(largest)
    new = people.split(
        case.public_id, largest.public_id, face_ids=inside[1:], by=lead, at=now
    )
    return {"split": new.public_id}

while True:
    try:
        with walls.as_member(1):
            lead, case = Member.objects.get(), Case.objects.get()
            done = {"upload": upload, "decide": decide}[kind](lead, case)
        log.write(json.dumps(done) + "\\n")
    except Error:  # also that of a connection that was closed
        connection.close()
        time.sleep(0.05)
"""


class Site:
    """A data folder with its database, and processes that work on it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.evidence = folder / "data", folder / "evidence"
        for one in (self.data / "incoming", self.evidence):
            one.mkdir(parents=True)
        self.log = (folder / "log").open("w")
        self.server = Embedded(self.data / "postgres")
        self.server.start()
        self.run("-m", "haven.site", "migrate", "-v0", kind="owner")
        self.case_id = self.run("-c", SET_UP, kind="owner").strip().splitlines()[-1]

    def environment(self, kind: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HAVEN_")}
        kept.pop("DATABASE_URL", None)
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "haven.site.settings",
            "HAVEN_CACHE": os.environ["HAVEN_CACHE"],
            "HAVEN_DATA_DIR": str(self.data),
            "HAVEN_DATABASE_ROLE": kind,
            "HAVEN_EVIDENCE_ROOTS": str(self.evidence),
            "HAVEN_RUNNER": "serial",
        }

    def run(self, *words: str, kind: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment(kind),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str, kind: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *words],
            env=self.environment(kind),
            stdout=subprocess.DEVNULL,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server.url) as connection:
            return connection.execute(sql, values or None).fetchall()

    def cut_the_power(self) -> None:
        """Kill PostgreSQL with all its processes at once, and start it again."""
        main = int((self.server.folder / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGQUIT)  # an immediate stop: no checkpoint, nothing is written
        until(lambda: not Path(f"/proc/{main}").exists())
        self.server.start()


class Worker:
    """A worker that is started again whenever it ended, as `haven up` and systemd do."""

    def __init__(self, site: Site) -> None:
        self.site, self.process = site, self._start(site)

    def _start(self, site: Site) -> subprocess.Popen[str]:
        return site.start("-m", "haven.site", "worker", "--alone", kind="worker")

    def lives(self) -> bool:
        if self.process.poll() is not None:
            self.process = self._start(self.site)
        return True

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="hvp-"))  # short: the path of a socket is limited
    made = Site(folder)
    yield made
    made.server.stop()
    made.log.close()
    shutil.rmtree(folder, ignore_errors=True)


def until(condition: object, *, limit_s: float = WAIT_S) -> None:
    assert callable(condition)
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it does not get on"
        time.sleep(0.02)


def acknowledged(log: Path) -> list[dict[str, str]]:
    """Return what was acknowledged; the last line may be half."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def acts_over_power_cuts(site: Site, kind: str, log: Path) -> list[dict[str, str]]:
    """Let a process act while PostgreSQL is killed three times; return what was acknowledged."""
    process = site.start("-c", ACT, kind, str(log), kind="web")
    try:
        for kill in range(KILLS):
            before = len(acknowledged(log))
            until(lambda before=before, kill=kill: len(acknowledged(log)) > before + kill)
            time.sleep(0.013 * (kill + 1))  # somewhere inside the next act
            site.cut_the_power()
        before = len(acknowledged(log))
        until(lambda: len(acknowledged(log)) > before + 1)  # the same process goes on
        assert process.poll() is None
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return acknowledged(log)


def test_no_acknowledged_upload_is_lost_and_none_is_half(site: Site) -> None:
    done = acts_over_power_cuts(site, "upload", site.data / "uploads.log")

    rows = site.ask("SELECT id, label, n_files, root FROM evidence_exhibit WHERE kind = 'upload'")
    assert {one["label"] for one in done} <= {str(label) for _id, label, _n, _root in rows}
    for exhibit, _label, n_files, root in rows:
        stored = site.ask(
            "SELECT stored_name FROM evidence_storedfile WHERE exhibit_id = %s", exhibit
        )
        entries = site.ask(
            "SELECT count(*) FROM audit_event WHERE verb = 'exhibit.add' AND target_id = %s",
            str(exhibit),
        )
        files = [one for one in (site.data / "uploads" / str(root)).rglob("*") if one.is_file()]
        assert n_files == len(stored) == len(files) == 20
        assert entries == [(1,)]
    assert site.ask(
        "SELECT count(*) FROM audit_event WHERE verb = 'exhibit.add'"
        " AND target_id NOT IN (SELECT id::text FROM evidence_exhibit)"
    ) == [(0,)]


def test_an_analysis_ends_as_if_nothing_had_happened(site: Site, assets_root: Path) -> None:
    folder = site.evidence / "phone"
    folder.mkdir()
    for name in PICTURES:
        source = next(assets_root.glob(f"demo-{name}.*"))
        shutil.copy(source, folder / source.name)
    site.run("-c", QUEUE, site.case_id, str(folder), kind="owner")
    killed: list[str] = []
    worker = Worker(site)
    try:
        for count, victim in ((1, "postgres"), (3, "worker"), (5, "postgres")):
            until(lambda count=count: worker.lives() and items(site) >= count)
            if victim == "postgres":
                site.cut_the_power()
            else:
                worker.kill()
            killed.append(victim)
        finished = [("finished",)]
        until(lambda: worker.lives() and site.ask("SELECT state FROM analysis_run") == finished)
    finally:
        worker.kill()

    assert killed == ["postgres", "worker", "postgres"]
    assert items(site) == len(PICTURES)
    assert site.ask("SELECT count(*) FROM analysis_occurrence") == [(len(PICTURES),)]
    assert site.ask("SELECT count(*) FROM analysis_item WHERE status <> 'done'") == [(0,)]
    faces = "SELECT item_id, count(*) FROM analysis_face GROUP BY 1 ORDER BY 1"
    counted = "SELECT id, n_faces FROM analysis_item WHERE n_faces > 0 ORDER BY 1"
    assert site.ask(faces) == site.ask(counted)
    assert site.ask(
        "SELECT count(*) FROM analysis_face f WHERE NOT EXISTS"
        " (SELECT FROM analysis_derivative d WHERE d.face_id = f.id)"
    ) == [(0,)]


def test_a_job_that_was_cut_off_and_waits_already_stops_no_worker(site: Site) -> None:
    ((gone,),) = site.ask("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    cut_off, waiting = (
        site.ask(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status,"
            " worker_id) SELECT 'analysis', 'analysis.examine', 'run-' || id,"
            " jsonb_build_object('run_id', id), %s::procrastinate_job_status, %s"
            " FROM analysis_run RETURNING id",
            status,
            worker,
        )[0][0]
        for status, worker in (("doing", gone), ("todo", None))
    )
    state = "SELECT status::text FROM procrastinate_jobs WHERE id = %s"
    worker = Worker(site)
    try:
        until(lambda: site.ask(state, waiting) == [] and worker.process.poll() is None)
    finally:
        worker.kill()

    assert site.ask(state, cut_off) == [("failed",)]


def test_no_acknowledged_decision_is_lost_and_none_is_half(site: Site, assets_root: Path) -> None:
    assert items(site) > 0, "the analysis before this made the groups"

    done = acts_over_power_cuts(site, "decide", site.data / "decisions.log")

    changes = site.ask("SELECT id, verb, after FROM people_groupchange ORDER BY id")
    entries = site.ask(
        "SELECT target_id::bigint FROM audit_event WHERE verb LIKE 'group.%'"
        " AND target_type = 'people.groupchange'"
    )
    assert {(one,) for one, _verb, _after in changes} == set(entries)
    assert len(entries) == len(changes) >= len(done)
    named = [json.dumps(after) for _id, _verb, after in changes]
    for one in done:  # each acknowledged group is in a change that was kept
        (group,) = one.values()
        assert any(f'"{group}"' in after for after in named)
    held = "SELECT group_id, count(*) FROM analysis_face WHERE group_id IS NOT NULL GROUP BY 1"
    counted = "SELECT id, n_faces FROM analysis_facegroup WHERE n_faces > 0"
    assert sorted(site.ask(held)) == sorted(site.ask(counted))


QUEUE = """
import sys, uuid
from pathlib import Path
import django; django.setup()
from django.utils import timezone
from haven.accounts.models import Member
from haven.workbench.analysis import actions as analysis
from haven.workbench.evidence import actions as evidence
lead, now = Member.objects.get(), timezone.now()
added = evidence.add_folder(
    uuid.UUID(sys.argv[1]), folder=Path(sys.argv[2]), label="Phone", by=lead, at=now
)
analysis.start_run(added.public_id, profile="fast", by=lead, at=now)
"""


def items(site: Site) -> int:
    ((count,),) = site.ask("SELECT count(*) FROM analysis_item")
    assert isinstance(count, int)
    return count
