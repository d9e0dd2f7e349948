"""The embedded database: starts, stops, is found again, and says what is wrong."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from haven.site import postgres
from haven.site.postgres import DatabaseTrouble, Embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a short path: that of a socket may have 107 bytes."""
    made = Path(tempfile.mkdtemp(prefix="hvn-"))
    yield made / "postgres"
    Embedded(made / "postgres").stop()
    shutil.rmtree(made)


def test_keeps_what_was_written_over_a_stop_and_a_start(folder: Path) -> None:
    server = Embedded(folder)
    assert not server.is_running

    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE TABLE kept AS SELECT '[1,2]'::vector AS v")
    server.stop()
    assert not server.is_running
    server.start()

    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT v::text FROM kept").fetchone() == ("[1,2]",)


def test_takes_over_a_server_that_runs_already(folder: Path) -> None:
    Embedded(folder).start()

    again = Embedded(folder)
    again.start()

    assert again.is_running
    again.stop()
    assert not again.is_running


def test_listens_on_no_network_and_its_folders_are_closed(folder: Path) -> None:
    server = Embedded(folder)
    server.start()

    with psycopg.connect(server.url) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()

    assert row == ("",)
    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert oct(server.socket_folder.stat().st_mode)[-3:] == "700"


def test_a_long_path_gets_a_socket_elsewhere(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 60) / ("y" * 60) / "postgres"

    assert len(str(Embedded(long).socket_folder / postgres.SOCKET_NAME)) <= 100


def test_data_of_another_version_is_refused_with_a_sentence(folder: Path) -> None:
    Embedded(folder).start()
    Embedded(folder).stop()
    (folder / "PG_VERSION").write_text("12\n")

    with pytest.raises(DatabaseTrouble, match="another version of PostgreSQL"):
        Embedded(folder).start()
