"""Backup and restore: record by record, whole or none, and never an erased case again."""

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole

FILL = """
import io, sys
import django
django.setup()
from datetime import timedelta
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from haven.accounts import actions as accounts
from haven.workbench.analysis import actions as analysis, grouping, saving
from haven.workbench.analysis.models import Run
from haven.workbench.cases import actions as cases
from haven.workbench.evidence import actions as evidence
from tests.workbench.build import findings, person, png
now = timezone.now()
agency = accounts.add_agency(name="North", country="NO", by=None, at=now)
people = [
    accounts.add_member(
        username=name, display_name=name, agency=agency,
        roles=["investigator", "supervisor"], by=None, at=now,
    )
    for name in ("nora", "siv")
]
for number in ("1/26", "2/26"):
    case = cases.open_case(number=number, name="Harbour", by=people[0], at=now)
    exhibit = evidence.add_upload(
        case.public_id,
        files=[SimpleUploadedFile(f"{n}.png", png((n, 2, 3))) for n in (1, 2)],
        label="Card", by=people[0], at=now,
    )
    run = Run.objects.create(
        exhibit=exhibit, options={}, options_key="x", requested_by=people[0], requested_at=now
    )
    for n in range(3):
        saving.content(run, findings(f"{number}-{n}", [person(n), person(n + 5)]))
    grouping.regroup(case.pk, settle=True)
"""
ERASE = """
import django
django.setup()
from django.utils import timezone
from haven.accounts import queries as members
from haven.workbench.cases.models import Case
from haven.workbench.retention import actions, erasing
case = Case.objects.get(number="1/26")
lead, second = members.by_username("nora"), members.by_username("siv")
order = actions.ask(case.public_id, ground="order", reason="court", by=lead, at=timezone.now())
actions.confirm(order.public_id, by=second, at=timezone.now())
erasing.erase(order.pk)
"""
ROWS = """
import json, sys
import django
django.setup()
from django.db import connection
found = {}
with connection.cursor() as cursor:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
        found[table] = [row for (row,) in cursor.fetchall()]
json.dump(found, sys.stdout)
"""
BESIDE = """
import json, sys
import django
django.setup()
from haven.audit.models import Event, Personal
from haven.workbench.cases.models import Case
(left,) = Case.objects.all()
again = Event.objects.get(verb="erasure.again")
of_agency = Event.objects.filter(agency_id=left.agency_id, case_id=again.case_id)
json.dump({
    "of the erased case": list(
        Personal.objects.filter(event__case_id=again.case_id, event_id__lt=again.pk)
        .values_list("text", flat=True)
    ),
    "of the other case": list(
        Personal.objects.filter(event__case_id=left.pk).values_list("text", flat=True)
    ),
    "again": list(of_agency.filter(pk__gte=again.pk).values_list("verb", flat=True)),
}, sys.stdout)
"""
VIEWS = """
import django
django.setup()
from haven.workbench.analysis import vault
from haven.workbench.analysis.models import Derivative
n = 0
for row in Derivative.objects.select_related("item__case", "face__case"):
    case = (row.item or row.face).case
    assert vault.get(case.public_id, row.sha256)
    n += 1
print(n)
"""


class Site:
    """A site in a data folder of its own, with an embedded database of its own."""

    def __init__(self, folder: Path) -> None:
        from haven.site.postgres import Embedded

        self.data = folder
        self.data.mkdir(mode=0o700)
        self.server = Embedded(folder / "postgres")
        self.server.start()

    def environment(self) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL",)}
        key = str(self.data.parent / "key" / "master")
        return {**plain, "HAVEN_DATA_DIR": str(self.data), "HAVEN_MASTER_KEY_FILE": key}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], env=self.environment(), capture_output=True, text=True
        )

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "haven.site", *words)

    def does(self, program: str) -> str:
        done = self.run("-c", program)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def rows(self) -> dict[str, list[str]]:
        return json.loads(self.does(ROWS))

    def files(self) -> dict[str, bytes]:
        return {
            str(place.relative_to(self.data)): place.read_bytes()
            for name in ("derivatives", "uploads", "probes")
            for place in (self.data / name).rglob("*")
            if place.is_file()
        }

    def end(self) -> None:
        self.server.stop()


@pytest.fixture(scope="module")
def place():
    folder = Path(tempfile.mkdtemp(prefix="hb-"))
    folder.chmod(0o711)
    (folder / "key").mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def site(place):
    one = Site(place / "a")
    done = one.command("migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr[-2000:]
    one.does(FILL)
    yield one
    one.end()


@pytest.fixture(scope="module")
def backup(site, place):
    done = site.command("backup", str(place / "backup"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "whole" in done.stdout
    return place / "backup"


@pytest.fixture
def fresh(place):
    """Return a way to have an empty site."""
    made = []

    def empty(name: str) -> Site:
        made.append(Site(place / name))
        return made[-1]

    yield empty
    for one in made:
        one.end()
        shutil.rmtree(one.data, ignore_errors=True)


CHANGES_BY_ITSELF = {"django_migrations", "audit_event", "audit_personal", "audit_pending"}


def test_a_restored_site_is_the_same_record_by_record_and_file_by_file(site, backup, fresh):
    rows, files = site.rows(), site.files()
    assert len(rows["analysis_face"]) == 12
    assert len(files) == 2 * (2 + 3 * 4)
    other = fresh("b")

    done = other.command("restore", str(backup))

    assert done.returncode == 0, done.stderr[-2000:]
    restored = other.rows()
    assert set(restored) == set(rows)
    differ = {table for table in rows if restored[table] != rows[table]}
    assert differ <= CHANGES_BY_ITSELF
    for table in CHANGES_BY_ITSELF:
        assert set(rows[table]) <= set(restored[table])  # and the entry of the restore
    assert other.files() == files
    assert other.does(VIEWS).strip() == str(2 * 3 * 4)
    assert not (other.data / "restore.unfinished").exists()


def test_a_backup_holds_no_picture_no_template_and_no_key(backup, place):
    import base64

    lying = b"".join(one.read_bytes() for one in backup.rglob("*") if one.is_file())
    master = (place / "key" / "master").read_bytes().strip()
    vector = [0.0] * 128
    vector[0], vector[64] = 1.0, 0.08

    assert b"\x89PNG\r\n\x1a\n" not in lying
    assert b"\xff\xd8\xff\xe0\x00\x10JFIF" not in lying
    assert struct.pack(">128f", *vector) not in lying
    assert b"[1,0,0,0,0,0,0,0" not in lying
    assert master not in lying
    assert base64.b64decode(master) not in lying


def test_a_case_that_was_erased_since_does_not_come_back(site, backup, place, fresh):
    gone = Site(place / "c")
    try:
        assert gone.command("restore", str(backup)).returncode == 0
        gone.does(ERASE)
        told = place / "destroyed.json"
        assert gone.command("backup", "--destroyed", str(told)).returncode == 0
        older = place / "older"
        shutil.copytree(backup, older)
        struck = gone.command("backup", "--strike", str(older))
        assert "1 destroyed key" in struck.stdout, struck.stderr
    finally:
        gone.end()
    (erased,) = {one["case_id"] for one in json.loads(told.read_text())}
    assert erased not in (older / "keys" / "wrapped.json").read_text()

    for name, words in (
        ("d", ["restore", str(backup), "--destroyed", str(told)]),
        ("e", ["restore", str(older)]),
    ):
        other = fresh(name)
        done = other.command(*words)
        assert done.returncode == 0, done.stderr[-2000:]
        rows = other.rows()
        assert len(rows["cases_case"]) == 1
        assert len(rows["analysis_face"]) == 6
        assert not [file for file in other.files() if erased in file]
        beside = json.loads(other.does(BESIDE))
        assert beside["of the erased case"] == []  # no name and no reason comes back either
        assert beside["of the other case"]
        assert set(beside["again"]) == {"erasure.again", "record.erase_personal"}
        assert other.does(VIEWS).strip() == "12"


class TestARefusal:
    @pytest.mark.parametrize(
        ("harm", "words"),
        [
            ("changed", "damaged"),
            ("gone", "damaged"),
            ("no manifest", "no whole backup"),
            ("list", "list of files"),
            ("format", "format 99"),
            ("later", "does not know"),
        ],
    )
    def test_of_a_backup_that_is_not_right_writes_nothing(
        self, site, backup, place, fresh, harm, words
    ):
        bad = place / f"bad-{harm.replace(' ', '')}"
        shutil.copytree(backup, bad)
        one = next(place for place in (bad / "files").rglob("*") if place.is_file())
        manifest = json.loads((bad / "manifest.json").read_text())
        if harm == "changed":
            one.chmod(0o600)
            content = bytearray(one.read_bytes())
            content[-1] ^= 1
            one.write_bytes(bytes(content))
        elif harm == "gone":
            one.unlink()
        elif harm == "no manifest":
            (bad / "manifest.json").unlink()
        elif harm == "list":
            (bad / "files.txt").write_text("")
        elif harm == "format":
            (bad / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
        else:
            manifest["migrations"].append("cases.9999_later")
            (bad / "manifest.json").write_text(json.dumps(manifest))
        other = fresh("f")

        done = other.command("restore", str(bad))

        assert done.returncode == 1
        assert words in done.stderr
        assert other.rows() == {}
        assert other.files() == {}

    def test_of_a_site_that_is_not_empty(self, site, backup):
        done = site.command("restore", str(backup))

        assert done.returncode == 1
        assert "not empty" in done.stderr

    def test_of_a_folder_that_is_not_empty(self, site, backup):
        done = site.command("backup", str(backup))

        assert done.returncode == 1
        assert "not empty" in done.stderr

    def test_without_the_master_key(self, backup, place, fresh):
        other = fresh("g")
        key = place / "key" / "master"
        away = key.rename(key.with_name("away"))
        try:
            done = other.command("restore", str(backup))
        finally:
            key.unlink(missing_ok=True)
            away.rename(key)

        assert done.returncode == 1
        assert "master key" in done.stderr
        assert other.rows() == {}


def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(site, place):
    target = place / "killed"
    for wait_s in (0.5, 0.9, 1.3):
        process = subprocess.Popen(
            [sys.executable, "-m", "haven.site", "backup", str(target)],
            env=site.environment(),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        time.sleep(wait_s)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

        if target.exists():  # it was quicker than the kill: then it is whole
            assert (target / "manifest.json").exists()
            shutil.rmtree(target)
    done = site.command("backup", str(target))

    assert done.returncode == 0, done.stderr
    assert not target.with_name("killed.unfinished").exists()


def test_a_backup_made_while_a_case_is_filled_can_be_restored(site, place, fresh):
    filling = FILL.replace('"North"', '"East"').replace('"nora", "siv"', '"eva", "eli"')
    process = subprocess.Popen(
        [sys.executable, "-c", filling], env=site.environment(), stderr=subprocess.DEVNULL
    )
    made = site.command("backup", str(place / "going"))
    assert process.wait(60) == 0

    other = fresh("h")
    done = other.command("restore", str(place / "going"))

    assert made.returncode == 0, made.stderr[-2000:]
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(other.does(VIEWS)) >= 24
