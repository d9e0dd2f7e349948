"""The walls in tests: requests of tests are answered as the site's role of the database.

In      a request to the test client or to the live server
Out     its response, made with the rights of `haven_web`; the test itself stays the owner
Why     every test of a page then proves that grants and policies do not break the page, and
        that the page does not rest on more rights than it has in service
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

from haven.site import walls
from haven.site.postgres import DATABASE, Embedded

_role: ContextVar[str] = ContextVar("role", default="")


def as_web_role(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Return a middleware that answers with the rights of the site."""

    def respond(request: Any) -> Any:
        with role("haven_web"):
            return get_response(request)

    return respond


@contextmanager
def role(name: str, *, member: Any = None) -> Iterator[None]:
    """Have the rights of a role, and be a member for the policies, for a block."""
    before = _role.get()
    _role.set(name)
    if connection.connection is not None:  # else _connected does it
        _become(connection, name)
    try:
        if member is None:
            yield
        else:
            with walls.as_member(member.pk):
                yield
    finally:
        _role.set(before)
        try:
            if connection.connection is not None:
                _become(connection, before)
        except psycopg.Error:  # a broken transaction; its end takes the role back
            if not connection.in_atomic_block:
                connection.close()


def database_url(kind: str) -> str:
    """Return the address of the tests' database for another process of a kind."""
    given = connection.settings_dict
    if os.environ.get("DATABASE_URL"):
        pytest.skip("the roles of this database have no passwords that are known here")
    embedded = Embedded(settings.HAVEN_DATA_DIR / "postgres")
    return embedded.url_of(kind).replace(f"@/{DATABASE}?", f"@/{given['NAME']}?")


def _become(to: Any, name: str) -> None:
    """Take a role; past Django, whose counts and blocks are the test's own."""
    to.connection.execute(f"SET ROLE {name}" if name else "RESET ROLE")


def _connected(connection: Any, **_rest: object) -> None:
    if _role.get():
        _become(connection, _role.get())


connection_created.connect(_connected, dispatch_uid="tests.walls")
