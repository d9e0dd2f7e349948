"""A service whose owner is no superuser: it makes the roles, gives passwords, and they hold."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from haven.cli import doctor
from haven.site.postgres import Embedded
from tests.site.test_database_roles import service

ROLES = ("haven_web", "haven_worker", "haven_keeper")


@pytest.fixture
def server() -> Iterator[Embedded]:
    """Return a PostgreSQL of its own without the roles, with an owner who may make roles."""
    with tempfile.TemporaryDirectory(prefix="haven-own-") as folder:
        one = Embedded(Path(folder) / "pg")
        one.start()
        try:
            with psycopg.connect(one.url, autocommit=True) as superuser:
                for role in ROLES:
                    superuser.execute(f"DROP ROLE {role}")
                superuser.execute("CREATE ROLE plain LOGIN CREATEROLE NOSUPERUSER PASSWORD 'own'")
                superuser.execute("CREATE DATABASE service OWNER plain")
            yield one
        finally:
            one.stop()


def address(server: Embedded, role: str, password: str) -> str:
    return f"postgresql://{role}:{password}@/service?host={quote(str(server.socket_folder))}"


@pytest.mark.whole
def test_an_owner_without_more_power_sets_the_service_up(
    server: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(server.url.replace("/haven?", "/service?"), autocommit=True) as superuser:
        superuser.execute("CREATE EXTENSION IF NOT EXISTS vector")  # as deploy/postgresql does
    given = {
        "HAVEN_OWNER_DATABASE_URL": address(server, "plain", "own"),
        "DATABASE_URL": address(server, "haven_web", "w" * 32),
        "HAVEN_WORKER_DATABASE_URL": address(server, "haven_worker", "x" * 32),
        "HAVEN_KEEPER_DATABASE_URL": address(server, "haven_keeper", "y" * 32),
    }
    key, data = tmp_path / "key", tmp_path / "data"
    data.mkdir(mode=0o700)
    env = service(data, HAVEN_MASTER_KEY_FILE=str(key), **given)
    steps = [["migrate", "--verbosity", "0"], ["databaseroles", "--passwords"]]

    for words in (["makemasterkey", str(key)], *steps, *steps):  # again changes nothing
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "haven.site", *words],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    assert done.stdout.count("has the password of its address") == 3
    with psycopg.connect(given["DATABASE_URL"]) as web:
        assert web.execute("SELECT count(*) FROM cases_case").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("DELETE FROM audit_event")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(address(server, "haven_web", "wrong"))

    for name, url in {**dict.fromkeys(doctor.ADDRESSES.values(), ""), **given}.items():
        monkeypatch.setenv(name, url)
    said = [(one.mark, one.what) for one in doctor.roles()]
    assert {mark for mark, _what in said} == {doctor.Mark.HERE}
    assert said[0][1] == "database role of the site: haven_web, no more than needed"
    assert "owns tables" in said[-1][1]


class TestDoctor:
    def test_says_of_a_superuser_that_service_does_not_start(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tests.walls import database_url

        monkeypatch.setenv("DATABASE_URL", database_url("owner"))

        (found,) = doctor.roles()

        assert found.mark is doctor.Mark.ABSENT
        assert "superuser and owns tables and passes row-level security by" in found.what
        assert "service does not start" in found.advice

    def test_tells_no_password_of_an_address_that_leads_nowhere(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in doctor.ADDRESSES.values():
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@127.0.0.1:1/x")

        (found,) = doctor.roles()

        assert "cannot connect (OperationalError)" in found.what
        assert "canary" not in found.what + found.advice
