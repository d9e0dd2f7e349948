"""The trial's folder, lock and port."""

import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from haven.site import trial
from haven.site.trial import UpTrouble


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_folders_are_closed_to_others(tmp_path: Path) -> None:
    trial.prepare(tmp_path / "data")

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_full_disk_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A disk cannot be filled in a test; what the system says about it can be replaced.
    usage: Callable[[Path], Usage] = lambda _path: Usage(1 << 30, 1 << 30, 1 << 20)  # noqa: E731
    monkeypatch.setattr("haven.site.trial.shutil.disk_usage", usage)

    with pytest.raises(UpTrouble, match="1 MB are free and 500 MB are needed"):
        trial.prepare(tmp_path / "data")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UpTrouble, match="--data"):
        trial.prepare(tmp_path / "file" / "data")


def test_a_second_start_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with (
        trial.held(tmp_path, address="http://localhost:8400"),
        pytest.raises(UpTrouble, match="http://localhost:8400"),
        trial.held(tmp_path, address="http://localhost:9000"),
    ):
        pass


def test_the_lock_is_free_after_the_end(tmp_path: Path) -> None:
    with trial.held(tmp_path, address="a"):
        pass
    with trial.held(tmp_path, address="b"):
        pass


def test_a_taken_port_is_said_with_another_one(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((trial.HOST, 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(UpTrouble, match=f"--port {port + 1}"):
            trial.require_free_port(port)


def test_sign_ins_are_kept_for_us_alone(tmp_path: Path) -> None:
    assert trial.sign_ins(tmp_path) == {}

    trial.keep_sign_ins(tmp_path, {"ida": "x"})

    assert trial.sign_ins(tmp_path) == {"ida": "x"}
    assert stat.S_IMODE((tmp_path / trial.SIGN_INS).stat().st_mode) == 0o600
