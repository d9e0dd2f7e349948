"""Roles of the database: what an attacker with the password of the site's role cannot do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from haven.accounts.models import Agency, Member
from haven.audit.actions import record
from haven.site import database_roles, policies
from haven.site.postgres import KINDS, Embedded
from tests.walls import database_url

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Row = tuple[object, ...]


def record_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'audit%' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def everything() -> dict[str, list[Row]]:
    """Return every row of the record, and how its tables are made."""
    found = {}
    with connection.cursor() as cursor:
        for table in record_tables():
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")  # noqa: S608  # from pg_class
            found[table] = cursor.fetchall()
        cursor.execute(
            """
            SELECT c.relname, a.attname, a.atttypid, t.tgname, t.tgenabled, c.relowner,
                c.relacl::text, c.relfilenode
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
            WHERE c.relname LIKE 'audit%' ORDER BY 1, 2, 4
            """
        )
        found["made"] = cursor.fetchall()
    return found


@pytest.fixture
def attacker(transactional_db: None) -> Iterator[psycopg.Connection[Row]]:
    """Return a connection of its own, with the password of the site's role and nothing else."""
    north = Agency.objects.create(name="North", country="NO")
    member = Member.objects.create(username="n", display_name="Nora", agency=north)
    with transaction.atomic():
        record("case.open", actor=member, at=AT)
        record("case.view", actor=member, at=AT)
    with psycopg.connect(database_url("web"), autocommit=True) as made:
        yield made


REFUSED = "42501"  # insufficient_privilege; nothing is refused for another reason
CHANGES = (
    "UPDATE {table} SET id = id",
    "UPDATE {table} SET id = id + 1000",
    "DELETE FROM {table}",
    "DELETE FROM ONLY {table} WHERE id > 0",
    "TRUNCATE {table}",
    "TRUNCATE {table} RESTART IDENTITY CASCADE",
    "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
    "MERGE INTO {table} t USING (SELECT 1 AS id) s ON true WHEN MATCHED THEN DELETE",
    "MERGE INTO {table} t USING (SELECT 1 AS id) s ON true WHEN MATCHED THEN UPDATE SET id = 9",
    "SELECT * FROM {table} FOR UPDATE",
    "DO $$ BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; END $$",
    "DO $$ BEGIN LOCK TABLE {table} IN SHARE MODE; END $$",
    "DROP TABLE {table}",
    "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} RENAME TO other",
    "ALTER TABLE {table} ADD COLUMN more text",
    "ALTER TABLE {table} DROP COLUMN id",
    "ALTER TABLE {table} ALTER COLUMN id TYPE text",
    "ALTER TABLE {table} OWNER TO haven_web",
    "ALTER TABLE {table} SET SCHEMA pg_temp",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION"
    " suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE RULE mine AS ON UPDATE TO {table} DO INSTEAD NOTHING",
    "CREATE POLICY mine ON {table} USING (true)",
    "CREATE INDEX mine ON {table} (id)",
    "CREATE UNIQUE INDEX mine ON {table} ((1))",
    "CREATE STATISTICS mine ON id, ctid FROM {table}",
    "CREATE TABLE mine (LIKE {table})",
    "CREATE TABLE mine () INHERITS ({table})",
    "CREATE TEMP TABLE {table} AS SELECT 1 AS id",
    "CREATE VIEW mine AS SELECT * FROM {table}",
    "CREATE MATERIALIZED VIEW mine AS SELECT * FROM {table}",
    "COPY {table} TO '/tmp/record'",
    "COPY {table} FROM '/etc/passwd'",
    "COPY {table} TO PROGRAM 'cat'",
    "COPY {table} FROM PROGRAM 'cat /etc/passwd'",
    "COMMENT ON TABLE {table} IS 'x'",
    "CLUSTER {table}",
    "REINDEX TABLE {table}",
)
WITHOUT_EFFECT = (  # PostgreSQL warns and does nothing
    "GRANT ALL ON {table} TO haven_web",
    "GRANT UPDATE, DELETE ON {table} TO PUBLIC",
    "VACUUM FULL {table}",
    "ANALYZE {table}",
)
POWERS = (
    "SET ROLE haven",
    "SET ROLE haven_worker",
    "SET ROLE haven_keeper",
    "SET SESSION AUTHORIZATION haven",
    "SET session_replication_role = replica",
    "SET allow_system_table_mods = on",
    "ALTER ROLE haven_web SUPERUSER",
    "ALTER ROLE haven_web BYPASSRLS",
    "ALTER ROLE haven_web CREATEROLE",
    "ALTER ROLE haven PASSWORD 'mine'",
    "CREATE ROLE mine",
    "GRANT haven TO haven_web",
    "GRANT pg_write_all_data TO haven_web",
    "GRANT pg_execute_server_program TO haven_web",
    "CREATE DATABASE mine",
    "CREATE SCHEMA mine",
    "CREATE SCHEMA AUTHORIZATION haven_web",
    "CREATE TABLE mine (id int)",
    "CREATE TEMP TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION haven_visible_cases() RETURNS bigint[] LANGUAGE sql"
    " AS 'SELECT ARRAY[1]::bigint[]'",
    "ALTER FUNCTION haven_visible_cases() OWNER TO haven_web",
    "ALTER FUNCTION haven_visible_cases() SET search_path = pg_temp",
    "DROP FUNCTION haven_visible_cases() CASCADE",
    "DROP POLICY haven_web_all ON analysis_item",
    "ALTER POLICY haven_web_all ON analysis_item USING (true)",
    "ALTER TABLE analysis_item DISABLE ROW LEVEL SECURITY",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION audit_event_refuse()",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE OPERATOR CLASS mine FOR TYPE int USING btree AS STORAGE int",
    "DO $$ BEGIN EXECUTE 'DELETE FROM audit_event'; END $$",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_reload_conf()",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "ALTER SYSTEM SET archive_command = 'cat'",
    "UPDATE pg_class SET relrowsecurity = false",
    "DELETE FROM pg_trigger",
)


class TestAnAttackerWithThePasswordOfTheSite:
    def test_cannot_change_or_delete_an_entry_of_the_record(
        self, attacker: psycopg.Connection[Row]
    ) -> None:
        before = everything()
        assert "audit_event" in before
        assert len(before["audit_event"]) == 2

        for table in record_tables():
            for change in CHANGES:
                if "id" in change and not _has_id(table):
                    continue
                with pytest.raises(psycopg.Error) as refused:
                    attacker.execute(change.format(table=table))
                    pytest.fail(f"went through: {change}")
                assert refused.value.sqlstate == REFUSED, (table, change, str(refused.value))

            for change in WITHOUT_EFFECT:
                attacker.execute(change.format(table=table))

        assert everything() == before

    def test_cannot_take_more_power(self, attacker: psycopg.Connection[Row]) -> None:
        before = everything()

        for power in POWERS:
            with pytest.raises(psycopg.Error) as refused:
                attacker.execute(power)
            assert refused.value.sqlstate == REFUSED, (power, str(refused.value))

        assert attacker.execute("SELECT current_user, session_user").fetchone() == (
            "haven_web",
            "haven_web",
        )
        assert everything() == before

    def test_cannot_overwrite_by_adding(self, attacker: psycopg.Connection[Row]) -> None:
        before = everything()

        rows = [
            [Jsonb(one) if isinstance(one, dict) else one for one in row]
            for row in attacker.execute("SELECT * FROM audit_event").fetchall()
        ]
        assert len(rows) == 2

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attacker.execute(
                "INSERT INTO audit_event SELECT * FROM audit_event"
                " ON CONFLICT (id) DO UPDATE SET verb = 'x'"
            )
        with pytest.raises(psycopg.errors.UniqueViolation):
            attacker.execute(
                "INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM audit_event"
            )
        with (
            pytest.raises(psycopg.errors.UniqueViolation),
            attacker.cursor() as cursor,
            cursor.copy("COPY audit_event FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

        assert everything() == before

    def test_cannot_log_in_as_another_role_without_its_password(
        self, attacker: psycopg.Connection[Row]
    ) -> None:
        own = attacker.info
        for name in ("haven", "haven_worker", "haven_keeper"):
            for password in ("", own.password, name):
                with pytest.raises(psycopg.OperationalError, match=r"password"):
                    psycopg.connect(host=own.host, dbname=own.dbname, user=name, password=password)

    def test_sees_no_case_without_saying_for_whom(self, attacker: psycopg.Connection[Row]) -> None:
        assert attacker.execute("SELECT count(*) FROM cases_case").fetchone() == (0,)


def _has_id(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attname = 'id' AND NOT attisdropped)",
            [table],
        )
        return bool(cursor.fetchone()[0])


class TestTheTableOfGrants:
    def test_names_every_table(self, db: None) -> None:
        """A new table fails here until GRANTS says who may do what with it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            )
            tables = [name for (name,) in cursor.fetchall()]

        assert [name for name in tables if database_roles.grant_for(name) is None] == []

    def test_is_what_the_database_holds(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT c.relname, a.grantee::regrole::text, a.privilege_type
                FROM pg_class c, aclexplode(c.relacl) a
                WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
                    AND a.grantee <> c.relowner
                """
            )
            held = {tuple(row) for row in cursor.fetchall()}
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            tables = [name for (name,) in cursor.fetchall()]

        wanted = set()
        for table in tables:
            grant = database_roles.grant_for(table)
            assert grant is not None
            for kind in ("web", "worker", "keeper"):
                for letter in getattr(grant, kind):
                    wanted.add((table, f"haven_{kind}", database_roles.LETTERS[letter]))
        assert held == wanted

    def test_lets_nobody_but_the_owner_change_or_empty_the_record(self, db: None) -> None:
        for table in (*record_tables(), "audit_anything_to_come"):
            grant = database_roles.grant_for(table)
            assert grant is not None
            assert not set("UD") & set(grant.web)
            # Names beside the record are erased with their case; its entries never are.
            assert not set("UD") & set(grant.worker) or table == "audit_personal"
            # What waits for its place is no part of the record; the keeper takes it away.
            assert not set("UD") & set(grant.keeper) or table == "audit_pending"

    def test_applied_again_changes_nothing(self, db: None) -> None:
        asked = """
            SELECT relname, relacl::text, relrowsecurity FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace ORDER BY 1
        """
        with connection.cursor() as cursor:
            cursor.execute(asked)
            before = cursor.fetchall()
            database_roles.apply()
            cursor.execute(asked)
            assert cursor.fetchall() == before

    def test_a_later_table_is_the_owners_alone(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE later_on (id bigserial PRIMARY KEY)")
            cursor.execute("SELECT relacl FROM pg_class WHERE relname = 'later_on'")
            assert cursor.fetchone() == (None,)
            for role in ("haven_web", "haven_worker", "haven_keeper"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, 'later_on', 'SELECT, INSERT, UPDATE')", [role]
                )
                assert cursor.fetchone() == (False,)

    def test_only_the_questions_of_the_policies_run_with_the_owners_rights(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT oid::regprocedure::text, array_to_string(proconfig, ' ') FROM pg_proc
                WHERE prosecdef AND pronamespace = current_schema()::regnamespace
                """
            )
            found = dict(cursor.fetchall())

        assert set(found) == set(policies.DEFINED) - {"haven_member_id()"} | {
            "audit_event_waits()",
            "community_person_follows()",
            "community_person_is_the_member()",
            "tokens_end()",
        }
        assert all("search_path=" in config for config in found.values())


class TestTheRoleOfAProcess:
    @pytest.mark.parametrize("kind", ["web", "worker", "keeper"])
    def test_in_a_trial_is_as_it_should_be(self, kind: str, transactional_db: None) -> None:
        with psycopg.connect(database_url(kind)) as own:
            row = own.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone()

        assert row == (False,) * 5

    def test_the_owner_is_refused_as_the_role_of_the_site(self, db: None) -> None:
        assert database_roles.weakness("haven_web") == "is a superuser"

    @pytest.mark.parametrize(
        ("given", "taken", "sentence"),
        [
            ("", "", ""),
            ("ALTER ROLE haven_web SUPERUSER", "ALTER ROLE haven_web NOSUPERUSER", "a superuser"),
            ("ALTER ROLE haven_web BYPASSRLS", "ALTER ROLE haven_web NOBYPASSRLS", "BYPASSRLS"),
            (
                "ALTER TABLE django_session OWNER TO haven_web",
                "ALTER TABLE django_session OWNER TO haven",
                "owns tables",
            ),
            ("GRANT haven_worker TO haven_web", "REVOKE haven_worker FROM haven_web", "member of"),
            (
                "ALTER TABLE analysis_item DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE analysis_item ENABLE ROW LEVEL SECURITY",
                "without row-level security",
            ),
        ],
    )
    def test_a_site_in_service_starts_with_a_safe_role_alone(
        self, given: str, taken: str, sentence: str, transactional_db: None, tmp_path: Path
    ) -> None:
        if given:
            with connection.cursor() as cursor:
                cursor.execute(given)
        try:
            done = subprocess.run(
                [sys.executable, "-c", "import haven.site.wsgi; print('started')"],
                env=service(tmp_path, DATABASE_URL=database_url("web")),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            if taken:
                with connection.cursor() as cursor:
                    cursor.execute(taken)
            database_roles.apply()

        assert ("started" in done.stdout) == (not sentence), done.stderr
        assert sentence in done.stderr

    def test_a_worker_in_service_needs_an_address_of_its_own(
        self, db: None, tmp_path: Path
    ) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "haven.site", "worker"],
            env=service(tmp_path, DATABASE_URL=database_url("web")),
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode != 0
        assert "HAVEN_WORKER_DATABASE_URL is not set" in done.stderr


def service(data: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process in service."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("HAVEN_", "DJANGO_"))}
    return {
        **plain,
        "HAVEN_MODE": "service",
        "HAVEN_DATA_DIR": str(data),
        "HAVEN_SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz",
        "HAVEN_HOSTS": "haven.example",
        **settings,
    }


def test_the_passwords_of_a_trial_are_its_owners_alone() -> None:
    from django.conf import settings

    embedded = Embedded(settings.HAVEN_DATA_DIR / "postgres")
    folder = embedded.folder.with_name("postgres-passwords")
    for kind in KINDS:
        embedded.url_of(kind)  # its password is made when asked for first

    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert {oct(file.stat().st_mode)[-3:] for file in folder.iterdir()} == {"600"}
    assert len({file.read_text() for file in folder.iterdir()}) == 4
