"""The environment: a wrong value stops the start with a sentence."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from haven.site import env
from haven.site.env import WrongSetting


class TestSecrets:
    def test_may_come_from_a_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("from a file\n")
        monkeypatch.setenv("X_KEY_FILE", str(tmp_path / "key"))

        assert env.secret("X_KEY") == "from a file"

    def test_may_not_come_from_two_places(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("X_KEY", "a")
        monkeypatch.setenv("X_KEY_FILE", str(tmp_path / "key"))

        with pytest.raises(WrongSetting, match="both set"):
            env.secret("X_KEY")

    def test_from_a_file_that_is_missing_or_empty_stop_the_start(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("X_KEY_FILE", str(tmp_path / "key"))
        with pytest.raises(WrongSetting, match="cannot be read"):
            env.secret("X_KEY")

        (tmp_path / "key").touch()
        with pytest.raises(WrongSetting, match="empty"):
            env.secret("X_KEY")

    def test_that_are_kept_stay_the_same_and_are_readable_by_us_alone(
        self, tmp_path: Path
    ) -> None:
        first = env.kept_secret(tmp_path / "key")

        assert env.kept_secret(tmp_path / "key") == first
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
        assert len(first) >= 50

    def test_without_a_folder_are_kept_nowhere(self, tmp_path: Path) -> None:
        env.kept_secret(tmp_path / "none" / "key")

        assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.number("X", 1, least=1, most=9), "ten"),
        (lambda: env.number("X", 1, least=1, most=9), "10"),
        (lambda: env.flag("X", default=False), "perhaps"),
        (lambda: env.choice("X", "a", choices=("a", "b")), "c"),
        (lambda: env.folders("X", []), "relative"),
        (lambda: env.folders("X", []), "/"),
    ],
)
def test_a_wrong_value_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], value: str
) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(WrongSetting) as refused:
        read()

    assert str(refused.value).startswith("X ")
    assert value not in str(refused.value).split(" ")[1:] or value == "/"


def test_a_missing_value_without_a_default_is_refused() -> None:
    with pytest.raises(WrongSetting, match="X_NOT_THERE is not set"):
        env.text("X_NOT_THERE")


def test_folders_are_separated_as_in_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("X", os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]))

    assert env.folders("X", []) == [tmp_path / "a", tmp_path / "b"]


class TestDatabase:
    def test_reads_every_part_of_an_address(self) -> None:
        read = env.database("postgresql://us%40er:pa%3Ass@db.example:5433/case?sslmode=require")

        assert read["USER"], read["PASSWORD"] == ("us@er", "pa:ss")
        assert (read["HOST"], read["PORT"], read["NAME"]) == ("db.example", "5433", "case")
        assert read["OPTIONS"] == {"sslmode": "require"}

    def test_reads_a_socket_folder(self) -> None:
        assert env.database("postgresql://haven@/haven?host=/run/x")["HOST"] == "/run/x"

    @pytest.mark.parametrize(
        "url", ["mysql://x/y", "postgresql://host", "postgresql://host:port/name"]
    )
    def test_refuses_what_is_no_address_and_keeps_the_password_to_itself(self, url: str) -> None:
        with pytest.raises(WrongSetting, match="DATABASE_URL"):
            env.database(url)
