"""Database roles: what each kind of process may do with each table. The one table of grants.

In      the tables of the database, and GRANTS
Out     grants and policies as they should be, applied by the owner after every migration
Fails   RolesMissing: the roles are not there and the owner may not make them
        UnsafeRole: in service, a process would start with a role that can do too much
Why     whoever has the password of the site cannot change the record, nor see past the wall
Not     here: which rows (policies.py), addresses and passwords (databases.py, postgres.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from psycopg import sql

from haven.site import hub_policies, policies
from haven.site.postgres import KINDS, role_of

WEB, WORKER, KEEPER = (role_of(kind) for kind in KINDS[1:])
LETTERS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE", "M": "MAINTAIN"}
MAINTAIN_SINCE = 170_000  # PostgreSQL 17 has the right to write a table anew after an erasure


@dataclass(frozen=True, slots=True)
class Grant:
    """What each role may do with the tables of a pattern, in LETTERS. Nobody may TRUNCATE."""

    tables: str
    web: str = ""
    worker: str = ""
    keeper: str = ""


# The first row whose pattern fits counts. A table that fits none is the owner's alone, but for
# tables of cases: those are behind the wall of rows, and what a case holds is worked on.
OF_A_CASE = Grant("(any other table of a case)", web="SIUD", worker="SIUD")
GRANTS = (
    # The record: written by all, changed by nobody. What was done is only ever added to.
    Grant("audit_event", web="SI", worker="SI", keeper="SI"),  # the keeper notes what it verified
    # Names and words beside it: erased with their case, by the worker alone.
    Grant("audit_personal", web="SI", worker="SID", keeper="SI"),
    # A trigger with the owner's rights lets each entry wait; the keeper gives it its place.
    Grant("audit_pending", web="S", worker="S", keeper="SD"),
    Grant("audit_leaf", web="S", worker="S", keeper="SI"),
    Grant("audit_node", web="S", worker="S", keeper="SI"),
    Grant("audit_checkpoint", web="S", worker="S", keeper="SI"),
    # What the daily verification goes by: the site can neither put it off nor say it went well.
    Grant("audit_verification", web="S", worker="S", keeper="SI"),
    Grant("audit_stamprequest", web="SI", worker="S", keeper="S"),
    Grant("audit_stamp", web="SI", worker="S", keeper="S"),
    Grant("audit_*", web="S", worker="S", keeper="S"),
    # The Hub: no row of it is of a case.
    Grant("catalogue_*", web="SIUD", worker="S"),
    Grant("exchange_*", web="S", worker="S"),  # the owner's, at the command line
    Grant("guidance_acknowledgement", web="SI", worker="S"),  # who has read stays so
    Grant("guidance_*", web="SIUD", worker="S"),
    # Pages and their history; of Wagtail's rights, groups and sites nothing is ever changed.
    Grant("wagtailcore_group*", web="S"),
    Grant("wagtailcore_site", web="S"),
    Grant("wagtailcore_apitoken", web=""),
    Grant("wagtailcore_uploadedfile", web=""),
    Grant("wagtailcore_locale", web="S", worker="S"),
    Grant("wagtailcore_*log*", web="SI"),
    Grant("wagtailcore_*", web="SIUD", worker="S"),
    Grant("wagtailadmin_*", web="SIUD"),
    Grant("wagtailusers_userprofile", web="SIU"),
    Grant("wagtailsearch_*", web="SIUD"),
    Grant("wagtail_localize_*", web="SIUD", worker="S"),  # sentences of translated pages
    Grant("taggit_*", web="S"),  # no page of ours has tags
    Grant("learning_certificate", web="SI", worker="S"),  # given once, never changed
    Grant("learning_*", web="SIUD", worker="S"),
    Grant("finding_weekly", web="SID", worker="SU"),  # the worker notes what it told
    Grant("finding_*", web="SIUD", worker="S"),
    # What a maker speaks for ends; what was said and decided stays.
    Grant("experience_voice", web="SID", worker="S"),
    Grant("experience_*", web="SIU", worker="S"),
    Grant("portal_*", web="SIU", worker="S"),
    Grant("curation_*", web="S", worker="SIUD"),  # which addresses answered: the worker asks
    Grant("assessment_assessment", web="SIU", worker="S"),
    Grant("assessment_closing", web="SIU", worker="S"),
    Grant("assessment_*", web="SI", worker="S"),  # an answer is superseded, never changed
    # Colleagues: no program but the site opens these, and what was said is never changed.
    Grant("community_profile", web="SIUD"),
    Grant("community_feed", web="SIUD"),
    Grant("community_block", web="SID"),
    Grant("community_joined", web="SID"),
    Grant("community_message", web="SI"),
    Grant("community_acceptedrules", web="SI"),
    Grant("community_look", web="SI"),
    Grant("community_disclosed", web="SI"),
    Grant("community_*", web="SIU"),
    # Cases. The worker erases what a case held when its time is over.
    Grant("cases_case", web="SIU", worker="SUD"),
    Grant("cases_wrappedkey", web="SI", worker="SD"),
    Grant("cases_*", web="SIUD", worker="SUD"),
    Grant("tokens_*", web="SIU", worker="SUD"),  # what has ended stays
    Grant("authority_*", web="SIU", worker="SUD"),
    Grant("evidence_*", web="SIUD", worker="SUD"),
    Grant("analysis_*", web="SIUD", worker="SIUDM"),
    Grant("categories_*", web="SIU", worker="SUD"),  # a verdict is superseded, never deleted
    Grant("known_knownlist", web="SIU", worker="SIU"),  # what was brought stays on the list
    Grant("known_meaning", web="SID", worker="S"),
    Grant("known_setaside", web="SU", worker="SI"),
    Grant("known_*", web="S", worker="SIUD"),  # hits: found by the worker alone
    Grant("people_*", web="SIUD", worker="SUD"),
    Grant("queue_presence", web="SIUD", worker="SUD"),
    Grant("queue_stop", web="SI", worker="SD"),  # a decision is superseded, never changed
    Grant("queue_estimate", web="SI", worker="SD"),
    Grant("queue_sample", web="SI", worker="SD"),
    Grant("queue_*", web="SIU", worker="SUD"),
    Grant("reveals_*", web="SIU", worker="SUD"),
    Grant("wellbeing_groupweek", web="S", worker="SID"),  # written once, by the worker
    Grant("wellbeing_handed", web="SIUD", worker="SUD"),  # and can be taken back
    Grant("wellbeing_optout", web="SID", worker="SD"),
    Grant("wellbeing_outcome*", web="SI", worker="SD"),
    Grant("wellbeing_helpplace", web="SID", worker="S"),
    Grant("wellbeing_practised", web="SI", worker="S"),  # finished once
    Grant("onboarding_*", web="SID", worker="S"),  # who begins again
    Grant("wellbeing_sharedcheckin", web="SID", worker="SD"),  # taken back by its member
    Grant("wellbeing_*", web="SIU", worker="SUD"),  # what was seen is never taken back
    # What was seen on a pair is never changed; it goes with its search, or with the case.
    Grant("comparison_*", web="SID", worker="SD"),
    Grant("decisions_twopeople", web="SI", worker="S"),
    Grant("decisions_*", web="SI", worker="SD"),
    Grant("crops_look", web="SI", worker="SD"),
    Grant("crops_*", web="SIU", worker="SUD"),  # what may have left stays
    Grant("reports_*", web="SI", worker="SD"),  # final: a later one supersedes it
    # Packages: keys and partners stay; what was received is never changed, by nobody.
    Grant("packages_identity", web="SI", worker="S"),
    Grant("packages_partner", web="SIU", worker="S"),
    Grant("packages_receivedrow", web="S", worker="SID"),
    Grant("packages_receivedview", web="S", worker="SID"),
    Grant("packages_receipt", web="SI", worker="SUD"),
    Grant("packages_handover", web="SIU", worker="SUD"),
    Grant("leads_leadchange", web="SID", worker="SD"),
    Grant("leads_*", web="SIUD", worker="SUD"),
    # Members and how they sign in.
    Grant("accounts_agency", web="SIU", worker="SU"),  # who left is nobody's contact
    Grant("accounts_member", web="SIU", worker="SU"),
    Grant("accounts_*", web="SIUD", worker="SIUD"),
    Grant("account_*", web="SIUD"),
    Grant("mfa_*", web="SIUD"),
    Grant("socialaccount_*", web="SIUD"),
    Grant("usersessions_*", web="SIUD", worker="SUD"),
    Grant("django_session", web="SIUD", worker="SD"),
    # Jobs: the site puts them into the queue, the worker does the rest.
    Grant("procrastinate_jobs", web="SI", worker="SIUD"),
    Grant("procrastinate_events", web="SI", worker="SIUD"),
    Grant("procrastinate_*", web="S", worker="SIUD"),
    # Django's own lists, which the owner keeps.
    Grant("auth_*", web="S", worker="S"),
    Grant("django_content_type", web="S", worker="S"),
    Grant("django_migrations", web="S", worker="S"),
)


class RolesMissing(ImproperlyConfigured):
    """The roles are not there and this role may not make them."""


class UnsafeRole(ImproperlyConfigured):
    """The role of this process can do more than its work needs."""


def grant_for(table: str) -> Grant | None:
    """Return the row for a table; None where it is the owner's alone."""
    found = next((one for one in GRANTS if fnmatchcase(table, one.tables)), None)
    return found or (OF_A_CASE if table in policies.tables() else None)


@transaction.atomic
def apply() -> None:
    """Make roles, grants and policies as this module and policies.py say; by the owner.

    Raises:
        RolesMissing: A role is not there and the owner may not make it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        _make_missing(cursor)
        for statement in (
            *_of_database(database, schema),
            policies.FUNCTIONS.format(schema=_name(schema)),
            *_of_functions(),
            *_of_tables(cursor, schema),
            *_of_rows(),
        ):
            cursor.execute(statement)


def require_safe_role() -> None:
    """Return if this process, in service, has the role it should have.

    Raises:
        UnsafeRole: It could see or change what it must not; a sentence says why.
    """
    if settings.HAVEN_MODE != "service":
        return
    kind = settings.HAVEN_DATABASE_ROLE
    reason = weakness(role_of(kind))
    connection.close()  # the threads that serve have connections of their own
    if reason:
        raise UnsafeRole(
            f"The {kind} connects to the database as a role that {reason}. It does not start: "
            f"connect as {role_of(kind)} and see docs/operations.md, Roles of the database."
        )


def weakness(expected: str) -> str:
    """Return what the connected role has too much of; empty when it is as it should be."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole OR r.rolcreatedb,
                EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid),
                EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid),
                r.rolname <> %s,
                EXISTS (
                    SELECT FROM unnest(%s::text[]) AS wanted
                    LEFT JOIN pg_class c ON c.oid = to_regclass(wanted)
                    WHERE c.relrowsecurity IS NOT TRUE
                )
            FROM pg_roles r WHERE r.rolname = session_user
            """,
            [expected, list(policies.tables())],
        )
        found = cursor.fetchone()
    reasons = (
        "is a superuser",
        "passes row-level security by (BYPASSRLS)",
        "may make roles or databases",
        "owns tables",
        "is a member of another role",
        f"is not {expected}",
        "finds tables of cases without row-level security: migrate as the owner first",
    )
    return next((reason for reason, is_so in zip(reasons, found, strict=True) if is_so), "")


def set_password(kind: str, secret: str) -> None:
    """Let a role log in with a password, given as its SCRAM secret; by the owner."""
    with connection.cursor() as cursor:
        _make_missing(cursor)
        cursor.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role_of(kind)), sql.Literal(secret)
            )
        )


def _make_missing(cursor: Any) -> None:
    """Make the roles that are not there.

    Raises:
        RolesMissing: This role may not.
    """
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [[WEB, WORKER, KEEPER]]
    )
    missing = sorted({WEB, WORKER, KEEPER} - {name for (name,) in cursor.fetchall()})
    cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    (may_make,) = cursor.fetchone()
    if missing and not may_make:
        made = " ".join(f"CREATE ROLE {name} LOGIN;" for name in missing)
        raise RolesMissing(
            f"Roles are missing and the owner may not make them. As a superuser: {made}"
        )
    for name in missing:
        cursor.execute(f"CREATE ROLE {_name(name)} LOGIN")


def _of_database(database: str, schema: str) -> Iterator[str]:
    """Yield what closes the database to everyone else, and the schema to new things."""
    roles = f"{WEB}, {WORKER}, {KEEPER}"
    yield f"REVOKE ALL ON DATABASE {_name(database)} FROM PUBLIC, {roles}"
    yield f"GRANT CONNECT ON DATABASE {_name(database)} TO {roles}"
    yield f"REVOKE ALL ON SCHEMA {_name(schema)} FROM PUBLIC, {roles}"
    yield f"GRANT USAGE ON SCHEMA {_name(schema)} TO {roles}"
    # A table that comes later is the owner's alone until GRANTS names it.
    for kind in ("TABLES", "SEQUENCES"):
        yield f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON {kind} FROM PUBLIC, {roles}"


def _of_functions() -> Iterator[str]:
    """Yield who may call the functions of the policies."""
    for name in policies.DEFINED:
        yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
        role = WORKER if name in hub_policies.OF_THE_WORKER else WEB
        yield f"GRANT EXECUTE ON FUNCTION {name} TO {role}"


def _of_tables(cursor: Any, schema: str) -> Iterator[str]:
    """Yield the grants of every table, and of the counters that its rows are numbered by."""
    cursor.execute(
        """
        SELECT c.relname, s.relname FROM pg_class c
        LEFT JOIN (pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S')
            ON d.refobjid = c.oid AND d.deptype = 'a' AND d.classid = 'pg_class'::regclass
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = to_regnamespace(%s)
            AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
        ORDER BY 1
        """,
        [_name(schema)],
    )
    found = cursor.fetchall()
    cursor.execute("SELECT current_setting('server_version_num')::int")
    known = set(LETTERS) - ({"M"} if cursor.fetchone()[0] < MAINTAIN_SINCE else set())
    for table, counter in found:
        wanted = grant_for(table) or Grant(table)
        for role, letters in ((WEB, wanted.web), (WORKER, wanted.worker), (KEEPER, wanted.keeper)):
            yield f"REVOKE ALL ON TABLE {_name(table)} FROM PUBLIC, {role}"
            if letters:
                words = ", ".join(LETTERS[one] for one in letters if one in known)
                yield f"GRANT {words} ON TABLE {_name(table)} TO {role}"
            if counter:
                yield f"REVOKE ALL ON SEQUENCE {_name(counter)} FROM PUBLIC, {role}"
                if "I" in letters:
                    yield f"GRANT USAGE ON SEQUENCE {_name(counter)} TO {role}"


def _of_rows() -> Iterator[str]:
    """Yield the policies of every table behind the wall."""
    for table, rules in policies.tables().items():
        yield from policies.statements(table, rules, web=WEB, worker=WORKER)


def _name(name: str) -> str:
    """Return a name quoted for a statement."""
    return '"' + name.replace('"', '""') + '"'
