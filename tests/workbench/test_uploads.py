"""Uploads: all of it or nothing, names as data, nothing written where an archive says."""

import io
import os
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile

from haven.workbench.cases import keys
from haven.workbench.evidence import actions, names, queries, storing
from haven.workbench.evidence.limits import UploadLimits
from haven.workbench.evidence.models import Exhibit, StoredFile
from haven.workbench.evidence.unpacking import UploadRefused
from tests.workbench.build import NOW, png


def archive(entries, *, packing=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as made:
        for name, content in entries:
            made.writestr(name, content)
    return out.getvalue()


def lying(packed, size_bytes):
    """Return an archive whose list claims this size for its first file."""
    changed = bytearray(packed)
    at = changed.index(b"PK\x01\x02")
    changed[at + 24 : at + 28] = size_bytes.to_bytes(4, "little")
    return bytes(changed)


@pytest.fixture
def upload(case, north_lead):
    def send(*files, label="Card"):
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        return actions.add_upload(case.public_id, files=sent, label=label, by=north_lead, at=NOW)

    return send


def stored(exhibit):
    folder = queries.root(exhibit)
    with keys.opened(exhibit.case.public_id) as key:
        return {
            bytes(one.name_bytes): key.open(
                (folder / one.stored_name).read_bytes(),
                kind=queries.UPLOAD,
                name=queries.bound_to(exhibit, one.stored_name),
            )
            for one in StoredFile.objects.filter(exhibit=exhibit)
        }


def left_behind():
    return list(storing.root().glob("*/*"))


def refused(upload, *files, **limits):
    before = left_behind()
    with pytest.raises(UploadRefused) as error:
        upload(*files)
    assert left_behind() == before
    assert not Exhibit.objects.exists()
    return str(error.value)


class TestAddUpload:
    def test_keeps_pictures_and_unpacks_an_archive_one_level_deep(self, upload):
        inner = archive([("deep.png", png())])
        outer = archive([("a/b.png", png()), ("inner.zip", inner), ("folder/", b"")])

        exhibit = upload(("x.png", png()), ("all.zip", outer))

        assert stored(exhibit) == {
            b"x.png": png(),
            b"all.zip/a/b.png": png(),
            b"all.zip/inner.zip": inner,
        }
        assert exhibit.n_files == 3

    def test_makes_files_read_only_under_names_of_its_own(self, upload):
        exhibit = upload(("../../x.png", png()))

        places = [path for path in queries.root(exhibit).rglob("*") if path.is_file()]

        assert [path.name for path in places] == ["000000"]
        assert stat.S_IMODE(places[0].stat().st_mode) == 0o440
        assert stat.S_IMODE(places[0].parent.stat().st_mode) == 0o550

    @pytest.mark.parametrize(
        "name",
        ["../../../etc/x.png", "/etc/x.png", "C:\\x.png", "a/../../b", "na\nme", "\u202egnp.exe"],
    )
    def test_keeps_a_hostile_name_as_data_and_writes_nowhere_else(self, upload, name):
        exhibit = upload(("all.zip", archive([(name, png())])))

        (kept,) = stored(exhibit)
        outside = set(Path(site.HAVEN_DATA_DIR).rglob("x.png"))

        assert kept == b"all.zip/" + name.encode()
        assert not outside

    def test_keeps_two_entries_of_one_name(self, upload):
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed = archive([("a.png", b"one"), ("a.png", b"two")])

        exhibit = upload(("all.zip", packed))

        assert StoredFile.objects.filter(exhibit=exhibit).count() == 2

    def test_keeps_a_link_in_an_archive_as_a_file_with_its_text(self, upload):
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16

        exhibit = upload(("all.zip", archive([(link, "/etc/passwd")])))

        assert stored(exhibit) == {b"all.zip/link.png": b"/etc/passwd"}
        assert not any(path.is_symlink() for path in queries.root(exhibit).rglob("*"))

    def test_takes_a_jpeg_that_is_also_a_zip_as_the_picture_it_begins_as(self, upload):
        both = png() + archive([("hidden.png", png())])

        assert stored(upload(("both.png", both))) == {b"both.png": both}


class TestRefusal:
    def test_of_an_encrypted_archive_says_what_to_do(self, upload):
        packed = bytearray(archive([("a.png", png())], packing=zipfile.ZIP_STORED))
        packed[6] |= 1  # the flag in the local header ...
        packed[packed.index(b"PK\x01\x02") + 8] |= 1  # ... and in the list of files

        assert "encrypted" in refused(upload, ("all.zip", bytes(packed)))

    def test_of_a_bomb_comes_before_it_grows(self, upload):
        bomb = archive([("bomb.bmp", bytes(50_000_000))])

        assert "200 times" in refused(upload, ("bomb.zip", bomb))

    def test_of_an_archive_that_lies_about_its_size_comes_while_it_grows(self, upload):
        packed = lying(archive([("bomb.bmp", bytes(50_000_000))]), 1000)

        sentence = refused(upload, ("bomb.zip", packed))

        assert "damaged" in sentence or "larger" in sentence

    @pytest.mark.parametrize("cut", [30, 200, -10])
    def test_of_a_damaged_archive_keeps_nothing(self, upload, cut):
        packed = archive([("a.png", png()), ("b.png", os.urandom(4000))])

        assert "damaged" in refused(upload, ("ok.png", png()), ("all.zip", packed[:cut]))

    def test_of_broken_bytes_inside_keeps_nothing(self, upload):
        packed = bytearray(archive([("a.bin", os.urandom(4000))], packing=zipfile.ZIP_STORED))
        packed[100] ^= 0xFF

        assert "damaged" in refused(upload, ("all.zip", bytes(packed)))

    @pytest.mark.parametrize(
        ("limits", "word"),
        [
            ({"files": 1}, "At most 1|at most 1"),
            ({"file_bytes": 100}, "larger"),
            ({"unpacked_bytes": 200}, "larger"),
            ({"upload_bytes": 50}, "larger"),
            ({"name_bytes": 4}, "longer than 4"),
        ],
    )
    def test_of_what_is_over_a_limit(self, upload, settings, limits, word):
        import re

        settings.HAVEN_UPLOAD_LIMITS = UploadLimits(**limits)

        sentence = refused(upload, ("one.png", png()), ("two.png", png()))

        assert re.search(word, sentence)

    @pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_of_a_packing_that_grows_without_bounds_in_memory(self, upload, packing):
        # Python unpacks a whole piece of these at once: a megabyte may become gigabytes.
        sent = archive([("a.png", b"\0" * 50_000_000)], packing=packing)
        tracemalloc.start()

        said = refused(upload, ("a.zip", lying(sent, 1000)))

        _now, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert "packed in a way" in said
        assert peak_bytes < 10_000_000

    def test_of_an_archive_for_a_later_program_keeps_nothing(self, upload):
        sent = bytearray(archive([("a.png", png())]))
        listed = sent.index(b"PK\x01\x02")
        sent[listed + 6] = 99  # version needed to extract, APPNOTE 4.3.12

        assert refused(upload, ("a.zip", bytes(sent)))

    def test_of_a_list_of_files_beyond_all_measure_comes_before_it_is_read(self, upload, settings):
        settings.HAVEN_UPLOAD_LIMITS = UploadLimits(files=10)
        sent = archive([(f"{number}", b"") for number in range(40_000)])
        tracemalloc.start()

        said = refused(upload, ("a.zip", sent))

        _now, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert "10" in said
        assert peak_bytes < 12_000_000  # 40,000 entries are 25 MB as Python keeps them

    def test_of_nothing(self, upload):
        assert refused(upload, ("empty.zip", archive([])))

    def test_after_an_error_of_the_database_leaves_no_files(self, upload, monkeypatch):
        def fail(*_args, **_kwargs):
            raise RuntimeError

        # The last write of the transaction fails, as a full disk would make it.
        monkeypatch.setattr(actions, "record", fail)
        before = left_behind()

        with pytest.raises(RuntimeError):
            upload(("a.png", png()))

        assert left_behind() == before
        assert not Exhibit.objects.exists()


def test_files_that_a_crash_left_behind_are_removed_and_others_stay(upload):
    exhibit = upload(("a.png", png()))
    staging = storing.root() / "some-case" / ".staging-x"
    (staging / "000").mkdir(parents=True)
    for path in (staging, queries.root(exhibit)):
        os.utime(path, (0, 0))

    assert actions.clear_abandoned() == 1
    assert not staging.exists()
    assert stored(exhibit) == {b"a.png": png()}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"plain.jpg", "plain.jpg"),
        ("bébé 照片.jpg".encode(), "bébé 照片.jpg"),
        (b"a\nb\tc\x7f", "a␊b␉c␡"),
        (b"\xff\xfe", r"\xff\xfe"),
        ("x\u202egpj.exe".encode(), "x<U+202E>gpj.exe"),
        ("a\u2028b\u200b".encode(), "a<U+2028>b<U+200B>"),
    ],
)
def test_a_name_is_shown_with_everything_in_it_visible(name, shown):
    assert names.readable(name) == shown
