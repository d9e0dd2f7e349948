"""Databases: with which role of the database this process connects.

In      the kind of this process (HAVEN_DATABASE_ROLE) and the addresses of the environment
Out     Django's entry for the database
Fails   WrongSetting: in service an address is missing
Why     a process gets no more rights than its work needs, and no other's password
Not     here: what each role may do (database_roles.py)

`owner` migrates and makes backups, `web` answers requests, `worker` does jobs, `keeper`
sequences and signs the record. Each way to start the program says which it is.
"""

from haven.site import env, postgres

ADDRESSES = {  # kind of process: the setting with its address
    "owner": "HAVEN_OWNER_DATABASE_URL",
    "web": "DATABASE_URL",
    "worker": "HAVEN_WORKER_DATABASE_URL",
    "keeper": "HAVEN_KEEPER_DATABASE_URL",
}


def address(kind: str, *, embedded: postgres.Embedded, in_service: bool) -> str:
    """Return the address of the database for one kind of process.

    In a trial a DATABASE_URL alone serves all kinds, for developers with a database of their
    own; then nothing but the program itself keeps them apart.

    Raises:
        WrongSetting: In service, and the address of this kind is not set.
    """
    own = given(kind)
    if own:
        return own
    shared = env.secret("DATABASE_URL")
    if not shared:
        return embedded.url_of(kind)
    if in_service:
        raise env.WrongSetting(f"{ADDRESSES[kind]} is not set; the {kind} has a role of its own")
    return shared


def given(kind: str) -> str | None:
    """Return the address that the environment holds for one kind of process, or None."""
    if kind == "owner":
        return env.secret("HAVEN_OWNER_DATABASE_URL")
    if kind == "worker":
        return env.secret("HAVEN_WORKER_DATABASE_URL")
    if kind == "keeper":
        return env.secret("HAVEN_KEEPER_DATABASE_URL")
    return env.secret("DATABASE_URL")


def entry(kind: str, *, embedded: postgres.Embedded, in_service: bool) -> dict[str, object]:
    """Return Django's entry for one kind of process."""
    return {
        **env.database(address(kind, embedded=embedded, in_service=in_service)),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def become(kind: str) -> None:
    """Connect as another kind of process from now on; for `haven up`, before it serves.

    Raises:
        WrongSetting: The address of this kind is not set.
    """
    from django.conf import settings  # the settings import this module
    from django.db import connections

    embedded = postgres.Embedded(settings.HAVEN_DATA_DIR / "postgres")
    connections.close_all()
    settings.DATABASES["default"].update(
        entry(kind, embedded=embedded, in_service=settings.HAVEN_MODE == "service")
    )
