"""Walls: tell PostgreSQL which member a request is for, and let it forget him again.

In      the session of the request, or the token with which a program came
Out     the settings haven.member_id and haven.only_case of the connection, which the policies
        ask (policies.py): who asks, and for a program the one case it comes into
Fails   closed: where nobody was named no row of a case is there; a connection that cannot
        be told to forget is closed
Why     a query that forgets to ask for the member finds nothing that is not his
Not     here: who may see what; visible_to() decides that, this is the wall behind it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

SETTING, ONLY_CASE = "haven.member_id", "haven.only_case"

_member_id: ContextVar[int | None] = ContextVar("member_id", default=None)
_only_case: ContextVar[int | None] = ContextVar("only_case", default=None)


class DatabaseKnowsMember:
    """Name the member of the session to PostgreSQL for the length of the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on.

        The key in the session is told first, because a member's own row is behind the wall
        too; a session that is no longer good for sign-in makes a stranger.
        """
        token = getattr(request, "token", None)
        who, case = (token.member_id, token.case_id) if token else (_in_session(request), None)
        with as_member(who, only_case=case):
            if not request.user.is_authenticated:
                _name(None)
            member_id = _member_id.get()
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            pieces = _with_member(member_id, case, response.streaming_content)
            response.streaming_content = pieces
        return response


@contextmanager
def as_member(member_id: int | None, *, only_case: int | None = None) -> Iterator[None]:
    """Let queries of a block see what one member sees; None sees nothing of any case.

    With `only_case` they see of the member's cases the one with this key.
    """
    before, case_before = _member_id.get(), _only_case.get()
    try:
        _only_case.set(only_case)
        _name(member_id)
        yield
    finally:
        _member_id.set(before)
        _only_case.set(case_before)
        _forget(before)


def _in_session(request: HttpRequest) -> int | None:
    """Return the key of the member that signed in, or None."""
    try:
        return int(request.session.get(SESSION_KEY, ""))
    except ValueError:
        return None


def _with_member(
    member_id: int | None, case: int | None, pieces: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield what is left of a response, for the member it was begun for."""
    with as_member(member_id, only_case=case):
        yield from pieces


def _name(member_id: int | None) -> None:
    """Tell this connection, and one that may take its place, who asks.

    A new connection knows nobody: for a stranger there is no need to make one.
    """
    _member_id.set(member_id)
    if member_id is not None:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
    if connection.connection is not None:
        _tell(connection, member_id)


def _forget(before: int | None) -> None:
    """Tell the connection who asked before; nobody else may go on with it otherwise."""
    if connection.connection is None:
        return
    try:
        _tell(connection, before)
    except psycopg.Error:
        # In a broken transaction of the caller its end takes back what was told inside it.
        if not connection.in_atomic_block:
            connection.close()


def _tell(to: Any, member_id: int | None) -> None:
    """Set the settings for the rest of the connection's life.

    This is no query of a page: it goes past Django, whose state may be that of an error.
    """
    only_case = _only_case.get()
    to.connection.execute(
        "SELECT set_config(%s, %s, false), set_config(%s, %s, false)",
        [
            *(SETTING, "" if member_id is None else str(member_id)),
            *(ONLY_CASE, "" if only_case is None else str(only_case)),
        ],
    )


def _connected(connection: BaseDatabaseWrapper, **_rest: object) -> None:
    """Tell a new connection in the middle of a request who asks."""
    if (member_id := _member_id.get()) is not None:
        _tell(connection, member_id)


connection_created.connect(_connected, dispatch_uid="haven.walls")
