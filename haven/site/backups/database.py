"""The database of a backup: one snapshot of it, and back again.

In      the connection of the owner
Out     a dump by PostgreSQL's own program, and the tables that it leaves out, in one snapshot
Fails   BackupTrouble: a program of PostgreSQL is missing or failed
Why     face templates and wrapped keys must not lie in a dump: a dump is copied and kept
Not     here: the folder (folder.py), files
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from haven.site import postgres
from haven.site.backups.folder import BackupTrouble

TEMPLATES = {  # table: how its rows are found by the case
    "analysis_face": "SELECT id, embedding FROM analysis_face WHERE case_id = {case}",
    "analysis_probeface": "SELECT f.id, f.embedding FROM analysis_probeface f "
    "JOIN analysis_probe p ON p.id = f.probe_id WHERE p.case_id = {case}",
}
COLUMN = "embedding"
KEYS = "cases_wrappedkey"
NOT_KEPT = ("django_session", "usersessions_usersession")  # everyone signs in again
_LEFT_OUT = (" POLICY ", " COMMENT - EXTENSION ", " SCHEMA - public ")  # lines of a list


@contextmanager
def snapshot() -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """Give a connection that sees one moment of the database, and the name of that moment."""
    connection.ensure_connection()
    given: dict[str, Any] = connection.get_connection_params()
    given.pop("cursor_factory", None)
    given.pop("context", None)
    with psycopg.connect(**given, autocommit=True) as reading:
        reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = reading.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101  # one row, always
        yield reading, str(row[0])
        reading.execute("COMMIT")


def dump(into: Path, moment: str) -> None:
    """Write the dump of one moment."""
    left_out = [*TEMPLATES, KEYS, *NOT_KEPT]
    _run(
        "pg_dump",
        "--format=custom",
        f"--snapshot={moment}",
        "--no-owner",
        "--no-privileges",
        *(f"--exclude-table-data={table}" for table in left_out),
        f"--file={into}",
    )


def rows_without_templates(reading: psycopg.Connection[Any], table: str) -> Iterator[bytes]:
    """Yield the rows of a table without its templates, as PostgreSQL's binary copy."""
    columns = sql.SQL(", ").join(map(sql.Identifier, _columns(reading, table)))
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY id) TO STDOUT (FORMAT binary)")
    yield from _copied(reading, query.format(columns, sql.Identifier(table)))


def templates(reading: psycopg.Connection[Any], table: str, case_pk: int) -> Iterator[bytes]:
    """Yield the templates of a case, as PostgreSQL's binary copy."""
    chosen = sql.SQL(TEMPLATES[table]).format(case=sql.Literal(case_pk))
    yield from _copied(reading, sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(chosen))


def wrapped_keys(reading: psycopg.Connection[Any]) -> list[dict[str, object]]:
    """Return the wrapped keys of all cases with the case each belongs to."""
    rows = reading.execute(
        "SELECT k.id, c.id, c.public_id, k.key_id, k.wrapped, k.master, k.made_at "
        "FROM cases_wrappedkey k JOIN cases_case c ON c.id = k.case_id ORDER BY k.id"
    ).fetchall()
    names = ("id", "case_pk", "case_id", "key_id", "wrapped", "master", "made_at")
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]


def counts(reading: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the number of rows of every table."""
    tables = reading.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    found = {}
    for (table,) in tables:
        counted = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        row = reading.execute(counted).fetchone()
        found[table] = int(row[0]) if row else 0
    return {table: n for table, n in found.items() if table not in NOT_KEPT}


def is_empty() -> bool:
    """Tell whether the database holds no table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return bool(cursor.fetchone()[0] == 0)


def load(archive: Path, section: str) -> None:
    """Load one section of a dump; policies are made anew by the migrations of this version."""
    listed = _run("pg_restore", "--list", f"--section={section}", str(archive))
    kept = [line for line in listed.splitlines() if not any(word in line for word in _LEFT_OUT)]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as chosen:
        chosen.write("\n".join(kept) + "\n")
        chosen.flush()
        _run(
            "pg_restore",
            f"--section={section}",
            f"--use-list={chosen.name}",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}",
            str(archive),
        )


def load_rows(table: str, pieces: Iterable[bytes]) -> None:
    """Load the rows of a table, as `rows_without_templates` gave them."""
    with _raw() as writing:
        columns = sql.SQL(", ").join(map(sql.Identifier, _columns(writing, table)))
        query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)")
        _copy_in(writing, query.format(sql.Identifier(table), columns), pieces)


def load_templates(table: str, pieces: Iterable[bytes]) -> None:
    """Put templates into rows that are there already."""
    with _raw() as writing:
        writing.execute("CREATE TEMP TABLE loaded (id bigint, embedding vector) ON COMMIT DROP")
        _copy_in(writing, sql.SQL("COPY loaded FROM STDIN (FORMAT binary)"), pieces)
        update = sql.SQL(
            "UPDATE {t} SET embedding = l.embedding FROM loaded l WHERE l.id = {t}.id"
        )
        writing.execute(update.format(t=sql.Identifier(table)))


def load_key(row: dict[str, Any]) -> None:
    """Put a wrapped key back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_wrappedkey (id, case_id, key_id, wrapped, master, made_at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [
                row["id"],
                row["case_pk"],
                UUID(row["key_id"]),
                bytes.fromhex(row["wrapped"]),
                row["master"],
                row["made_at"],
            ],
        )


def missing_tables() -> list[str]:
    """Return the tables with rows that a dump does not hold, in the order to load them."""
    return list(TEMPLATES)


@contextmanager
def _raw() -> Iterator[psycopg.Connection[Any]]:
    """Give the connection of Django as psycopg's own, in a transaction."""
    with transaction.atomic():
        connection.ensure_connection()
        yield connection.connection


def _columns(reading: psycopg.Connection[Any], table: str) -> Sequence[str]:
    """Return the columns of a table but the one that holds templates."""
    rows = reading.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND column_name <> %s ORDER BY ordinal_position",
        [table, COLUMN],
    ).fetchall()
    return [name for (name,) in rows]


def _copied(reading: psycopg.Connection[Any], query: sql.Composed) -> Iterator[bytes]:
    """Yield what COPY gives."""
    with psycopg.Cursor(reading) as cursor, cursor.copy(query) as copy:
        for piece in copy:
            yield bytes(piece)


def _copy_in(writing: psycopg.Connection[Any], query: sql.Composable, pieces: Any) -> None:
    """Give pieces to COPY."""
    with psycopg.Cursor(writing) as cursor, cursor.copy(query) as copy:  # type: ignore[arg-type]
        for piece in pieces:
            copy.write(piece)


def _plain(value: object) -> object:
    """Return a value of a row as JSON holds it."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if isinstance(value, int) else str(value)


def _run(program: str, *words: str) -> str:
    """Run one of PostgreSQL's programs on our database and return what it prints.

    Raises:
        BackupTrouble: It is missing, or failed.
    """
    given = connection.settings_dict
    address = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"] or ""),
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
        "PGSSLMODE": given["OPTIONS"].get("sslmode", ""),
        "PGSSLROOTCERT": given["OPTIONS"].get("sslrootcert", ""),
    }
    named = {name: value for name, value in address.items() if value}
    done = subprocess.run(  # noqa: S603  # PostgreSQL's own program, words from this module
        [str(_program(program)), *words],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise BackupTrouble(f"{program} failed: {last[0]}")
    return done.stdout


def _program(name: str) -> Path:
    """Return a program of PostgreSQL: the system's, which fits its server, or the wheel's.

    Raises:
        BackupTrouble: Neither is here.
    """
    embedded = postgres.Embedded(Path(settings.HAVEN_DATA_DIR) / "postgres").socket_folder
    is_embedded = str(connection.settings_dict["HOST"]) == str(embedded)
    found = None if is_embedded else shutil.which(name)
    try:
        return Path(found) if found else postgres.program(name)
    except postgres.DatabaseTrouble as error:
        raise BackupTrouble(
            f"{name} is not on this machine; install PostgreSQL's client"
        ) from error
