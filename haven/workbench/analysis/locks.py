"""One run at a time in a case, whoever dies.

In      a case
Out     a lock that PostgreSQL itself gives back when its holder is gone
Fails   CaseBusy: somebody else holds it
Why     a killed worker cannot tidy up; the end of its connection does, at once
Not     here: groups while people change them (grouping.py)
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_NAMESPACE = 0x48415645  # "HAVE": our advisory locks among those of other programs


class CaseBusy(Exception):
    """Another run of the same case is going; try again later."""


@contextmanager
def only_one(case_pk: int) -> Iterator[None]:
    """Hold the lock of a case for a block.

    Raises:
        CaseBusy: Somebody else holds it.
    """
    if not _take(case_pk):
        raise CaseBusy(f"another run holds case {case_pk}")
    try:
        yield
    finally:
        _give_back(case_pk)


def is_free(case_pk: int) -> bool:
    """Tell whether no run of a case is going, in this process or any other."""
    if not _take(case_pk):
        return False
    _give_back(case_pk)
    return True


def _take(case_pk: int) -> bool:
    """Take the lock if it is free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NAMESPACE, case_pk])
        return bool(cursor.fetchone()[0])


def _give_back(case_pk: int) -> None:
    """Give the lock back; a connection that is gone has done so already."""
    if connection.connection is None or connection.connection.closed:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_NAMESPACE, case_pk])
