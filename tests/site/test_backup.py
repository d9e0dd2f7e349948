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
        exhibit=exhibit, options={"embed": True}, options_key="x", requested_by=people[0],
        requested_at=now,
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
SIGN = """
import django
django.setup()
from django.conf import settings
from django.utils import timezone
from django.db import transaction
from haven.audit import keeper
from haven.audit.actions import record
with transaction.atomic():
    record("worker.start", actor=None)
keeper.sequence()
assert keeper.sign(
    keeper.signer(), at=timezone.now(), copy=settings.HAVEN_RECORD_CHECKPOINTS
)
"""
# As the owner of the database, with a key of his own: the record of the same size, one word less.
REWRITE = """
import django
django.setup()
from pathlib import Path
from django.db import connection, transaction
from django.utils import timezone
from haven.audit import keeper, signing
from haven.audit.models import Event
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("DELETE FROM audit_leaf")
    cursor.execute("DELETE FROM audit_node")
    cursor.execute("DELETE FROM audit_checkpoint")
    cursor.execute("UPDATE audit_event SET body = replace(body, 'case.open', 'case.shut'), "
        "verb = replace(verb, 'case.open', 'case.shut')")
    cursor.execute("INSERT INTO audit_pending SELECT id FROM audit_event "
        "ON CONFLICT DO NOTHING")
keeper.sequence()
{signer}
"""
ALSO_ERASE = """
import django
django.setup()
from django.utils import timezone
from haven.accounts import queries as members
from haven.workbench.analysis import face_templates
from haven.workbench.analysis.models import Run
from haven.workbench.cases.models import Case
Run.objects.update(state=Run.State.FINISHED, finished_at=timezone.now())
case = Case.objects.get(number="2/26")
face_templates.erase(
    case.public_id, reason="Told to.", by=members.by_username("nora"), at=timezone.now()
)
"""
PROBE = """
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from haven.accounts import queries as members
from haven.workbench.analysis import probing
from haven.workbench.analysis.models import Probe
from haven.workbench.cases.models import Case
case = Case.objects.get(number="2/26")
now = timezone.now()
for ends in (now - timedelta(minutes=1), now + timedelta(hours=1)):
    probe = Probe.objects.create(
        case=case, asked_by=members.by_username("nora"), asked_at=now, keep_until=ends
    )
    probing.keep(case.public_id, probe.public_id, iter([b"picture"]))
    print(probe.public_id)
probing.keep(case.public_id, probe.public_id.__class__(int=7), iter([b"of nobody"]))
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


def test_what_else_was_erased_since_does_not_come_back_either(site, place, fresh):
    gone = Site(place / "i")
    try:
        assert gone.command("migrate", "--verbosity=0").returncode == 0
        gone.does(FILL)
        _over, waiting = gone.does(PROBE).split()
        assert gone.command("backup", str(place / "before")).returncode == 0
        gone.does(ALSO_ERASE)
        told = place / "erased.json"
        assert gone.command("backup", "--destroyed", str(told)).returncode == 0
    finally:
        gone.end()
    other = fresh("j")

    done = other.command("restore", str(place / "before"), "--destroyed", str(told))

    assert done.returncode == 0, done.stderr[-2000:]
    assert "may be back" in done.stdout
    rows = other.rows()
    assert len(rows["analysis_face"]) == 12
    without = other.does(
        "import django; django.setup()\n"
        "from haven.workbench.analysis.models import Face\n"
        "bare = Face.objects.filter(embedding__isnull=True)\n"
        "print(Face.objects.count(), bare.count(), {one.case.number for one in bare})"
    )
    assert without.strip() == "12 6 {'2/26'}"
    # The first picture's hour is over, the third has no row: they go. Erasing the templates
    # of a case ends its searches, so that the second goes as well.
    assert not [name for name in other.files() if name.startswith("probes/")]
    assert waiting in "".join(rows["analysis_probe"])


def test_a_picture_of_a_search_that_still_waits_is_restored_and_no_other(site, place, fresh):
    there = place / "waits"
    one = Site(place / "k")
    try:
        assert one.command("migrate", "--verbosity=0").returncode == 0
        one.does(FILL)
        _over, waiting = one.does(PROBE).split()
        assert one.command("backup", str(there)).returncode == 0
    finally:
        one.end()
    other = fresh("l")

    assert other.command("restore", str(there)).returncode == 0

    kept = [name for name in other.files() if name.startswith("probes/")]
    assert kept == [f"probes/{waiting}"]


def test_after_a_restore_a_rewritten_record_is_found(site, place, fresh):
    site.does(SIGN)
    known = site.command("recordkey").stdout.strip()
    assert site.command("backup", str(place / "signed")).returncode == 0
    other = fresh("m")
    done = other.command("restore", str(place / "signed"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "keeper does not sign" not in done.stdout
    assert (other.data / "record" / "checkpoints.jsonl").stat().st_mode & 0o777 == 0o600
    verified = other.command("verifyrecord", "--key", known)
    assert "nothing was changed" in verified.stdout, verified.stderr

    # Signed anew with the very key: the checkpoints that came with the backup tell.
    shutil.copy(site.data / "record" / "key.pem", other.data / "record" / "key.pem")
    other.does(
        REWRITE.format(
            signer="from django.conf import settings\n"
            "away = Path(settings.HAVEN_RECORD_CHECKPOINTS).with_name('new')\n"
            "assert keeper.sign(keeper.signer(), at=timezone.now(), copy=away)"
        )
    )
    found = other.command("verifyrecord", "--key", known)

    assert found.returncode == 1
    assert "kept outside it" in found.stderr


def test_a_restore_says_that_the_record_goes_on_elsewhere(site, place, fresh):
    site.does(SIGN)
    assert site.command("backup", str(place / "early")).returncode == 0
    site.does(SIGN)
    other = fresh("n")
    (other.data / "record").mkdir()
    shutil.copy(site.data / "record" / "checkpoints.jsonl", other.data / "record")
    kept = (other.data / "record" / "checkpoints.jsonl").read_bytes()

    done = other.command("restore", str(place / "early"))

    assert done.returncode == 0, done.stderr[-2000:]
    assert "1 checkpoints that were kept outside it" in done.stdout
    assert (other.data / "record" / "checkpoints.jsonl").read_bytes() == kept


class TestWithoutTheMasterKey:
    """Somebody who can write to the folder of a backup, and has no master key."""

    @pytest.fixture
    def forged(self, site, backup, place):
        """Return a backup with another list of keys, and every digest made anew."""
        from haven.site.backups import folder

        to = place / "forged"
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(backup, to)
        folder.write(to / folder.DESTROYED, "[]\n\n")
        (to / folder.FILES).unlink()
        code = (to / "manifest.code").read_bytes()
        (to / "manifest.code").unlink()
        manifest = folder.opened(to)
        (to / folder.MANIFEST).unlink()
        folder.seal_up(to, manifest)
        (to / "manifest.code").write_bytes(code)
        return to

    def test_a_changed_backup_is_refused(self, forged, fresh):
        other = fresh("o")

        done = other.command("restore", str(forged))

        assert done.returncode == 1
        assert "somebody without the master key" in done.stderr
        assert other.rows() == {}

    def test_a_code_by_another_key_or_none_is_refused(self, site, forged, fresh):
        other = fresh("p")
        code = json.loads((forged / "manifest.code").read_text())
        for harm in (None, {**code, "key": "00" * 60}, {"code": code["code"]}):
            if harm is None:
                (forged / "manifest.code").unlink()
            else:
                (forged / "manifest.code").write_text(json.dumps(harm))

            done = other.command("restore", str(forged))

            assert done.returncode == 1
            assert "vouches" in done.stderr or "master key" in done.stderr
            assert other.rows() == {}

    def test_taking_keys_out_of_a_changed_backup_does_not_vouch_for_it(self, site, forged):
        done = site.command("backup", "--strike", str(forged))

        assert done.returncode == 1
        assert "somebody without the master key" in done.stderr

    def test_taking_keys_out_of_a_backup_with_a_changed_list_does_not_either(
        self, site, backup, place
    ):
        bad = place / "other-list"
        shutil.copytree(backup, bad)
        (bad / "keys" / "destroyed.json").write_text("[]\n\n")

        done = site.command("backup", "--strike", str(bad))

        assert done.returncode == 1
        assert "lists of keys" in done.stderr


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
