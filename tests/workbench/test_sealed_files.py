"""What lies on the disk: nothing that can be read without the key of its case."""

import hashlib
import io
import shutil
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from haven.site import sealing_up
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import probing, running, vault
from haven.workbench.analysis.models import Derivative, Item, Occurrence
from haven.workbench.authority import actions as authority
from haven.workbench.cases import actions as cases
from haven.workbench.cases import keys, wrapping
from haven.workbench.cases.models import WrappedKey
from haven.workbench.evidence import actions, queries, storing
from haven.workbench.evidence.models import StoredFile
from tests.workbench.build import NOW, basis, jpeg, person, png

# Eight bytes and more: shorter ones come about by chance in a megabyte of noise.
MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\0\rIHDR\0\0")
STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"PK\x03\x04")
FOLDERS = ("derivatives", "uploads", "probes", "incoming")


@pytest.fixture
def data(settings, tmp_path):
    """Return a data folder of this test alone, with the master key elsewhere."""
    settings.HAVEN_DATA_DIR = tmp_path / "data"
    (settings.HAVEN_DATA_DIR / "incoming").mkdir(parents=True)
    settings.HAVEN_MASTER_KEY_FILE = tmp_path / "elsewhere" / "master-key"
    settings.HAVEN_MASTER_KEY_FILE.parent.mkdir()
    return settings.HAVEN_DATA_DIR


@pytest.fixture
def upload(data, case, north_lead):
    def send(**files):
        sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
        return actions.add_upload(case.public_id, files=sent, label="Card", by=north_lead, at=NOW)

    return send


def everything(folder: Path) -> bytes:
    """Return all bytes of all files below a folder, and their names."""
    places = [place for place in folder.rglob("*") if place.is_file()]
    return b"".join(bytes(place) + b"\0" + place.read_bytes() for place in places)


def look(exhibit, by):
    authority.enter(exhibit.case.public_id, basis(), by=by, at=NOW)
    run = analysis.start_run(exhibit.public_id, by=by, at=NOW)
    running.run_now(run.pk)
    run.refresh_from_db()
    return run


class TestTheWholeDisk:
    @pytest.fixture
    def seen(self, upload, portrait, case, north_lead, assets_root):
        """Return what lies on the disk of a case in full use, and what must not be seen there."""
        shown, brought = portrait("obama-1"), portrait("biden-1")
        run = look(upload(**{"one.jpg": shown, "two.png": png()}), north_lead)
        assert (run.state, run.n_faces) == ("finished", 1)
        analysis.bring_probe(case.public_id, picture=io.BytesIO(brought), by=north_lead, at=NOW)
        return shown, brought, run

    def test_holds_no_picture_and_no_digest_in_the_clear(self, seen, data, case):
        shown, brought, _run = seen
        views = [vault.get(case.public_id, row.sha256) for row in Derivative.objects.all()]
        assert len(views) == 3

        lying = everything(data)

        assert len(lying) > len(shown) + len(brought)
        for content in (shown, brought, png(), *views):
            assert content[:64] not in lying
            assert content[-40:] not in lying
            assert hashlib.sha256(content).hexdigest().encode() not in lying
        for magic in MAGICS:
            assert magic not in lying
        for place in data.rglob("*"):
            assert not (place.is_file() and place.read_bytes().startswith(STARTS))

    def test_has_no_view_in_the_files_of_the_database(self, seen, case):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute("SHOW data_directory")
            folder = Path(cursor.fetchone()[0])
        views = [vault.get(case.public_id, row.sha256) for row in Derivative.objects.all()]
        parts = [folder / "base", folder / "pg_wal"]

        for part in parts:
            lying = everything(part)
            assert lying
            assert not [view for view in (*views, seen[0]) if view[200:264] in lying]

    def test_shows_nothing_to_a_copy_once_the_key_is_gone(self, seen, data, case, tmp_path):
        copy = tmp_path / "copy"
        shutil.copytree(data, copy)
        row = Derivative.objects.first()
        assert vault.get(case.public_id, row.sha256)
        before = WrappedKey.objects.get(case=case)

        WrappedKey.objects.filter(case=case).delete()
        shutil.rmtree(data / "derivatives")
        shutil.copytree(copy / "derivatives", data / "derivatives")  # the copy comes back

        with pytest.raises(vault.DerivativeClosed):
            vault.get(case.public_id, row.sha256)
        keys.make(case)  # another key for the same case opens nothing either
        assert WrappedKey.objects.get(case=case).key_id != before.key_id
        with pytest.raises(vault.DerivativeDamaged):
            vault.get(case.public_id, row.sha256)

    def test_shows_nothing_to_another_master_key(self, seen, case, settings, tmp_path):
        row = Derivative.objects.first()
        settings.HAVEN_MASTER_KEY_FILE = tmp_path / "another"
        wrapping.make_master_key(settings.HAVEN_MASTER_KEY_FILE)

        with pytest.raises(vault.DerivativeClosed):
            vault.get(case.public_id, row.sha256)


class TestAnUpload:
    def test_is_found_like_a_folder_with_the_same_files(
        self, upload, lay, look, portrait, north_lead, case, assets_root
    ):
        files = {"one.jpg": portrait("obama-1"), "two.txt": b"words", "three.jpg": b""}
        run = analysis.start_run(upload(**files).public_id, by=north_lead, at=NOW)
        running.run_now(run.pk)
        facts = ("sha256", "sha1", "md5", "size_bytes", "mime", "status", "error_code", "n_faces")
        sealed = sorted(Item.objects.values_list(*facts))
        names = set(Occurrence.objects.values_list("path", flat=True))
        second = cases.open_case(number="2026-2", name="Quay", by=north_lead, at=NOW)
        plain = actions.add_folder(
            second.public_id, folder=lay(files), label="Same", by=north_lead, at=NOW
        )
        authority.enter(second.public_id, basis(), by=north_lead, at=NOW)
        running.run_now(analysis.start_run(plain.public_id, by=north_lead, at=NOW).pk)

        assert names == set(files)
        assert sorted(Item.objects.filter(case=second).values_list(*facts)) == sealed

    def test_is_looked_at_by_workers_that_hold_no_key(
        self, upload, portrait, north_lead, settings, assets_root
    ):
        settings.HAVEN_RUNNER = "processes"

        run = look(upload(**{"one.jpg": portrait("obama-1")}), north_lead)

        assert (run.state, run.n_faces) == ("finished", 1)

    def test_tells_a_damaged_file_from_one_that_is_gone(self, upload, north_lead, assets_root):
        exhibit = upload(**{"a.png": png(), "b.png": png((1, 2, 3)), "c.png": png((9, 9, 9))})
        rows = dict(StoredFile.objects.values_list("name_bytes", "stored_name"))
        by_name = {bytes(name): queries.root(exhibit) / stored for name, stored in rows.items()}
        damaged, gone = by_name[b"a.png"], by_name[b"b.png"]
        damaged.chmod(0o640)
        damaged.write_bytes(damaged.read_bytes()[:-1])
        gone.parent.chmod(0o750)
        gone.unlink()

        run = look(exhibit, north_lead)

        codes = dict(Occurrence.objects.values_list("path", "error_code"))
        assert run.state == "finished"
        assert codes == {"a.png": "source.damaged", "b.png": "source.missing", "c.png": ""}

    def test_that_is_too_large_for_memory_leaves_nothing_in_the_clear_on_its_way(
        self, data, client_of, north_lead, case, monkeypatch
    ):
        from haven.workbench.evidence import incoming

        written = []
        real = incoming.tempfile.TemporaryFile

        class Watched:
            """A file that tells what was written to it."""

            def __init__(self, **kwargs):
                self._file = real(**kwargs)

            def write(self, content):
                written.append(bytes(content))
                return self._file.write(content)

            def __getattr__(self, name):
                return getattr(self._file, name)

        # A patch, because a file without a name cannot be read by anybody else.
        monkeypatch.setattr(incoming.tempfile, "TemporaryFile", Watched)
        content = png(size=(640, 480)) + b"known words" * 300_000

        sent = client_of(north_lead).post(
            reverse("evidence:add_upload", args=[case.public_id]),
            {"pictures": SimpleUploadedFile("big.png", content), "label": "Card"},
        )

        assert sent.status_code == 302
        stored = StoredFile.objects.get()
        assert stored.sha256 == hashlib.sha256(content).hexdigest()
        assert sum(map(len, written)) > len(content)
        assert b"known words" not in b"".join(written)
        assert not list((data / "incoming").iterdir())


class TestAClosedTile:
    @pytest.mark.parametrize("harm", ["gone", "cut", "swapped", "no key", "no master key"])
    def test_is_all_that_a_damaged_view_gives(
        self, data, harm, found, case, client_of, north_lead, settings, tmp_path
    ):
        items = [found(name, [person(n)]) for n, name in enumerate("ab")]
        rows = [Derivative.objects.get(item=one, operation="masked") for one in items]
        with keys.opened(case.public_id) as key:
            here, there = (vault._place(key, row.sha256) for row in rows)
        address = reverse("analysis:masked", args=[case.public_id, items[0].pk])
        client = client_of(north_lead)
        assert client.get(address).status_code == 200

        if harm == "gone":
            here.unlink()
        elif harm == "cut":
            here.write_bytes(here.read_bytes()[:-20])
        elif harm == "swapped":
            here.write_bytes(there.read_bytes())
        elif harm == "no key":
            WrappedKey.objects.all().delete()
        else:
            settings.HAVEN_MASTER_KEY_FILE = tmp_path / "away" / "key"
            settings.HAVEN_MODE = "service"

        answer = client.get(address)

        assert answer.status_code == 404
        code = "derivative.closed" if "key" in harm else "derivative.damaged"
        assert code.encode() in answer.content


class TestADataFolderOfAnEarlierVersion:
    @pytest.fixture
    def old(self, data, found, upload, case, north_lead):
        """Lay files as they lay before they were sealed, and forget the key."""
        item = found("a", [person(0)])
        exhibit = upload(**{"one.png": png(), "two.png": png((1, 2, 3))})
        clear = [jpeg((int(item.sha256[:2], 16), 10, 10)), jpeg((10, 0, int(item.sha256[:2], 16)))]
        WrappedKey.objects.all().delete()
        shutil.rmtree(vault.folder(case.public_id))
        for content in clear:
            sha256 = hashlib.sha256(content).hexdigest()
            place = vault.folder(case.public_id) / sha256[:2] / f"{sha256}.jpg"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        folder = queries.root(exhibit)
        for stored, content in (("000/000000", png()), ("000/000001", png((1, 2, 3)))):
            (folder / stored).chmod(0o640)
            (folder / stored).write_bytes(content)
            (folder / stored).chmod(0o440)
        return exhibit, item

    def test_is_sealed_once_and_goes_on_working(self, old, data, case):
        exhibit, item = old
        assert sealing_up.is_needed()
        assert b"\x89PNG" in everything(data)

        call_command("seal")

        assert not sealing_up.is_needed()
        assert not [magic for magic in MAGICS if magic in everything(data)]
        row = Derivative.objects.get(item=item, operation="masked")
        assert vault.get(case.public_id, row.sha256).startswith(b"\xff\xd8")
        place = queries.root(exhibit) / "000/000001"
        with keys.opened(case.public_id) as key:
            bound_to = queries.bound_to(exhibit, "000/000001")
            assert key.open(place.read_bytes(), kind="upload", name=bound_to) == png((1, 2, 3))
        assert place.stat().st_mode & 0o777 == 0o440
        assert sealing_up.seal_up() == 0

    def test_goes_on_where_it_was_cut_off(self, old, data, monkeypatch):
        from haven.workbench.cases import files

        real, calls = files.write_new, []

        def cut_off(*args, **kwargs):
            calls.append(args)
            if len(calls) in (2, 4):
                raise OSError("no space left on device")
            real(*args, **kwargs)

        # The disk is full in the middle: no other way to stop between two files.
        monkeypatch.setattr(files, "write_new", cut_off)
        for _attempt in range(2):
            with pytest.raises(OSError, match="no space"):
                sealing_up.seal_up()
            assert sealing_up.is_needed()

        sealing_up.seal_up()

        assert not [magic for magic in MAGICS if magic in everything(data)]
        assert not sealing_up.is_needed()


class TestRotation:
    def test_wraps_every_key_again_and_leaves_the_files(self, data, found, case, settings):
        item = found("a", [person(0)])
        row = Derivative.objects.get(item=item, operation="masked")
        before, lying = WrappedKey.objects.get(case=case), everything(vault.folder(case.public_id))

        call_command("rotatekeys")

        after = WrappedKey.objects.get(case=case)
        assert (after.key_id, after.master == before.master) == (before.key_id, False)
        assert everything(vault.folder(case.public_id)) == lying
        assert vault.get(case.public_id, row.sha256)
        assert len(wrapping.read_master_keys(settings.HAVEN_MASTER_KEY_FILE)) == 2

    def test_forgets_old_master_keys_only_when_asked_and_unused(self, data, case, settings):
        call_command("rotatekeys")
        call_command("rotatekeys", "--no-new-key", "--forget-old")

        assert len(wrapping.read_master_keys(settings.HAVEN_MASTER_KEY_FILE)) == 1
        with keys.opened(case.public_id) as key:
            assert key.seal(b"x", kind="upload", name="a")

    def test_that_was_cut_off_goes_on(self, data, case, north_lead, monkeypatch):
        for number in range(3):
            cases.open_case(number=f"2026-1{number}", name="Quay", by=north_lead, at=NOW)
        keeper = wrapping.FileWrapper
        real, calls = keeper.wrap, []

        def cut_off(self, key, *, bound_to):
            calls.append(key)
            if len(calls) == 2:
                raise wrapping.WrapperTrouble("cut off")
            return real(self, key, bound_to=bound_to)

        # Nothing else stops between two rows.
        monkeypatch.setattr(keeper, "wrap", cut_off)
        from django.core.management import CommandError

        with pytest.raises(CommandError):
            call_command("rotatekeys")
        call_command("rotatekeys", "--no-new-key")

        assert keys.masters() == {wrapping.wrapper().current()}
        for row in WrappedKey.objects.select_related("case"):
            with keys.opened(row.case.public_id):
                pass


def test_a_row_of_another_case_opens_nothing(data, case, north_lead):
    other = cases.open_case(number="2026-2", name="Quay", by=north_lead, at=NOW)
    ours, theirs = WrappedKey.objects.get(case=case), WrappedKey.objects.get(case=other)
    WrappedKey.objects.filter(pk=ours.pk).update(wrapped=theirs.wrapped)

    with pytest.raises(keys.WrapperTrouble), keys.opened(case.public_id):
        pass


def test_a_service_asks_for_a_master_key_that_lies_apart(settings, tmp_path):
    from haven.site import checks

    settings.HAVEN_MODE, settings.HAVEN_DATA_DIR = "service", tmp_path / "data"
    settings.HAVEN_MASTER_KEY_FILE = tmp_path / "data" / "master-key"
    assert [one.id for one in checks.master_key_lies_apart()] == ["haven.E005"]
    settings.HAVEN_MASTER_KEY_FILE = tmp_path / "key"
    assert [one.id for one in checks.master_key_lies_apart()] == ["haven.E006"]

    call_command("makemasterkey", str(tmp_path / "key"))

    assert checks.master_key_lies_apart() == []
    assert site.HAVEN_KEY_WRAPPER == wrapping.FILE_WRAPPER


def test_a_probe_leaves_nothing_in_the_clear(data, case, north_lead, portrait, assets_root):
    probe = analysis.bring_probe(
        case.public_id, picture=io.BytesIO(portrait("obama-1")), by=north_lead, at=NOW
    )
    assert not [magic for magic in MAGICS if magic in everything(data)]

    probing.look(probe.pk)

    probe.refresh_from_db()
    assert probe.state == "done"
    assert not [magic for magic in MAGICS if magic in everything(data)]


def test_the_store_of_uploads_is_never_a_folder_of_digests(upload):
    exhibit = upload(**{"a.png": png()})

    names = [place.name for place in (storing.root() / exhibit.root).rglob("*")]

    assert sorted(names) == ["000", "000000"]
