"""`haven assets` and `haven doctor`, as a person at a terminal meets them."""

import shutil
from pathlib import Path

import pytest

from haven.cli import assets
from haven.cli.main import main
from haven.engine import AssetState, AssetStore

Said = pytest.CaptureFixture[str]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for assets in which there are none."""
    monkeypatch.setenv("HAVEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def picture(assets_root: Path) -> Path:
    """Return a demonstration picture, as somebody would carry it here."""
    store = AssetStore(assets_root)
    if store.state("demo-cat") is not AssetState.READY:
        pytest.skip("the assets are not on this machine: run `haven assets get`")
    return store.path("demo-cat")


class TestDefaultRoot:
    def test_is_where_haven_cache_says(self, empty: Path) -> None:
        assert assets.default_root() == empty

    def test_is_in_the_users_cache_otherwise(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("HAVEN_CACHE")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

        assert assets.default_root() == tmp_path / "haven" / "assets"

    def test_ignores_a_cache_folder_that_depends_on_where_one_stands(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("HAVEN_CACHE")
        monkeypatch.setenv("XDG_CACHE_HOME", "cache")
        monkeypatch.setenv("HOME", str(tmp_path))

        assert assets.default_root() == tmp_path / ".cache" / "haven" / "assets"


def test_list_shows_every_asset_and_that_none_is_here(empty: Path, capsys: Said) -> None:
    assert main(["assets", "list"]) == 0

    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert set(AssetStore(empty).catalogue.assets) < set(lines)
    assert "missing" in lines["centerface"]
    assert "on request" in lines["sface"]
    assert not empty.exists()


def test_a_card_says_what_a_person_must_know_before_trusting_a_model(
    empty: Path, capsys: Said
) -> None:
    assert main(["assets", "list", "--card", "dlib-resnet"]) == 0

    card = capsys.readouterr().out
    assert "Trained on adults" in card
    assert "CC0-1.0" in card
    assert AssetStore(empty).catalogue["dlib-resnet"].ready_sha256 in card


def test_import_takes_a_file_in_and_verify_sees_it(
    empty: Path, picture: Path, capsys: Said
) -> None:
    assert main(["assets", "import", str(picture)]) == 0
    assert main(["assets", "verify"]) == 3  # the models are still missing

    said = capsys.readouterr()
    assert "demo-cat: taken in and checked" in said.out
    assert "demo-cat: ready" in said.out
    assert "run: haven assets get" in said.err


def test_verify_finds_one_changed_byte(empty: Path, picture: Path, capsys: Said) -> None:
    empty.mkdir()
    changed = bytearray(picture.read_bytes())
    changed[len(changed) // 2] ^= 1
    (empty / picture.name).write_bytes(changed)

    assert main(["assets", "verify"]) == 3
    assert "demo-cat: damaged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["get", "buffalo_l"], 3, "research only [asset.refused]"),
        (["get", "centreface"], 3, "did you mean centerface? [asset.unknown]"),
        (["import", "/nowhere/model.onnx"], 3, "[asset.missing]"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    empty: Path, capsys: Said, words: list[str], code: int, said: str
) -> None:
    assert main(["assets", *words]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("haven: ")
    assert said in line


def test_get_says_how_many_were_here_already(
    assets_root: Path, picture: Path, empty: Path, capsys: Said
) -> None:
    empty.mkdir()
    shutil.copy(picture, empty)

    assert main(["assets", "get", "demo-cat"]) == 0
    assert "0 fetched and checked, 1 were here already" in capsys.readouterr().out


class TestDoctor:
    def test_says_which_models_are_missing_and_how_to_get_them(
        self, empty: Path, capsys: Said
    ) -> None:
        assert main(["doctor"]) == 3

        said = capsys.readouterr().out
        assert "MISSING  centerface (detector), missing: haven assets get centerface" in said
        assert "absent   person-segmenter (segmenter), missing: haven assets get" in said
        assert "haven process cannot run yet: 3 missing" in said

    def test_says_that_the_main_job_can_run(
        self, assets_root: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
    ) -> None:
        monkeypatch.setenv("HAVEN_CACHE", str(assets_root))

        assert main(["doctor"]) == 0

        said = capsys.readouterr().out
        assert "ok       centerface (detector)" in said
        assert "inference on CPU" in said
        assert said.endswith("haven process can run.\n")

    def test_names_an_operators_entry_that_cannot_be_used(self, empty: Path, capsys: Said) -> None:
        empty.mkdir()
        (empty / "catalogue.local.toml").write_text("format = 7\n")

        assert main(["doctor"]) == 3
        assert "catalogue.local.toml: the operator's catalogue has format 7" in (
            capsys.readouterr().out
        )
