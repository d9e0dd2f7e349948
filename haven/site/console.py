"""Console: what `haven hub` and `haven lists` have in common, with this installation's database.

In      the arguments of a verb, and what yields its lines
Out     lines for a person; an exit code
Fails   one sentence: no database, no tables, no right, no such file. What a part refuses is told
        by the part, in `refused`
Why     a verb is tried and told of in one way, whoever's it is
Not     here: the verbs (hub_verbs.py, list_verbs.py)
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import django
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

DONE, REFUSED, WRONG_USE, NOT_FINISHED = 0, 1, 2, 3


def run(
    args: argparse.Namespace,
    what: str,
    lines: Callable[[], Iterable[str]],
    *,
    refused: Callable[[Exception], int | None],
) -> int:
    """Do one verb while the database runs, and return its exit code.

    Args:
        args: `data` is the data folder, or None for that of the settings.
        what: The word after `haven`.
        lines: Does the verb; called when Django is ready.
        refused: Tells of an error of the part and returns its exit code; None: not the part's.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haven.site.settings")
    os.environ.setdefault("HAVEN_DATABASE_ROLE", "owner")
    if args.data is not None:
        os.environ["HAVEN_DATA_DIR"] = str(args.data)
    try:
        django.setup()
        return _in_database(what, lines, refused)
    except ImproperlyConfigured as error:
        return say(str(error), NOT_FINISHED)


def say(sentence: str, code: int) -> int:
    """Say a sentence where errors are said; return the exit code."""
    sys.stderr.write(f"haven: {sentence}\n")
    return code


def _in_database(
    what: str, lines: Callable[[], Iterable[str]], refused: Callable[[Exception], int | None]
) -> int:
    """Do a verb, and tell what went wrong."""
    from haven.audit import context
    from haven.site.__main__ import database

    try:
        with database([what]), context.coming_from(context.Source(via="console")):
            for line in lines():
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
    except Exception as error:
        code = refused(error)
        if code is None:
            code = _trouble(error)
        if code is None:
            raise
        return code
    return DONE


def _trouble(error: Exception) -> int | None:
    """Say what kept a verb from being done; None where nobody planned for it."""
    from django.db import OperationalError, ProgrammingError

    from haven.site.postgres import DatabaseTrouble

    if isinstance(error, DatabaseTrouble):
        return say(str(error), NOT_FINISHED)
    if isinstance(error, ProgrammingError):
        return say(_why_not(error), NOT_FINISHED)
    if isinstance(error, OperationalError):
        return say("The database does not answer.", NOT_FINISHED)
    if isinstance(error, OSError):
        why = error.strerror or "it is no file that can be read or written"
        return say(f"The file cannot be used: {why}.", NOT_FINISHED)
    return None


def _why_not(error: Exception) -> str:
    """Return why the database does not do what it is asked for."""
    from psycopg import errors as database

    if isinstance(error.__cause__, database.InsufficientPrivilege):
        return "Only the owner of the database may do this: set HAVEN_OWNER_DATABASE_URL."
    return "The database has no tables yet. Start Haven once, or migrate."
