"""Keeper process: orders the record and signs it, with a key that no other process has.

In      entries that wait in the database; the key of the record
Out     places, nodes, checkpoints; one line when something is wrong with the record
Fails   exit code 3 when the key cannot be used. A database that is away is waited for.
        A record that was tampered with is not signed any more, and this says so every minute
Why     whoever has the site's or the worker's password cannot sign a history of his own
Not     here: what a place or a checkpoint is (audit/keeper.py)

Acts never wait for this process: they are recorded without it, and ordered when it is back.
"""

import argparse
import contextlib
import datetime as dt
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haven.audit.signing import Signer

PAUSE_S = 1.0  # between two looks; the time in which an entry has no place yet
SAY_AGAIN_S = 60.0
LOOK_INTO_AGE_S = 600.0  # how often to ask whether the daily verification is due
VERIFY_AFTER_H = 24


def main(words: Sequence[str]) -> int:
    """Keep the record until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m haven.site keeper", description=__doc__)
    parser.add_argument("--once", action="store_true", help="order and sign once, then end")
    parser.add_argument(
        "--while-fed", action="store_true", help="stop when standard input ends (for haven up)"
    )
    args = parser.parse_args(words)

    import django  # after the arguments, so that --help is quick

    os.environ["HAVEN_DATABASE_ROLE"] = "keeper"
    django.setup()
    from haven.audit import context, keeper, keyfiles
    from haven.site import database_roles

    database_roles.require_safe_role()

    context.enter(context.Source(via="keeper"))
    try:
        signer = keeper.signer()
    except keyfiles.KeyTrouble as error:
        _say(str(error))
        return 3
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if args.while_fed:
        threading.Thread(target=_wait_for_the_end, args=[stop], daemon=True).start()
    if not args.once:
        _keep(signer, stop)
    return 0 if _look(signer, at_once=True) else 3


def _keep(signer: "Signer", stop: threading.Event) -> None:
    """Look again and again until told to stop."""
    said_at = asked_at = -SAY_AGAIN_S
    while not stop.wait(PAUSE_S):
        quiet = time.monotonic() - said_at < SAY_AGAIN_S
        if not _look(signer, quiet=quiet) and not quiet:
            said_at = time.monotonic()
        if time.monotonic() - asked_at >= LOOK_INTO_AGE_S:
            asked_at = time.monotonic()
            _verify_daily(signer)


def _verify_daily(signer: "Signer") -> None:
    """Verify the whole record when that was not done for a day, and say what was found.

    The key is our own, not the one that the database names: whoever wrote the tree anew may
    have signed it anew too.
    """
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from haven.audit import actions, keeper, queries
    from haven.cli.verify_record import Broken

    try:
        last, now = queries.last_verification(), timezone.now()
        if last is not None and now - last.at < dt.timedelta(hours=VERIFY_AFTER_H):
            return
        kept = keeper.kept(settings.HAVEN_RECORD_CHECKPOINTS)
        checker = actions.verify(kept, at=now, key=str(signer.key))
    except Broken:
        return  # nothing was signed yet
    except DatabaseError as error:
        connection.close()
        _say(f"The record could not be verified: {str(error).splitlines()[0]}")
        return
    for sentence in checker.findings:
        _say(f"WRONG: {sentence}")


def _look(signer: "Signer", *, at_once: bool = False, quiet: bool = False) -> bool:
    """Order what waits and sign when it is time; tell whether all is well."""
    from django.conf import settings
    from django.db import OperationalError, connection
    from django.utils import timezone

    from haven.audit import keeper

    try:
        keeper.sequence()
        now = timezone.now()
        if at_once or keeper.is_due(keeper.rhythm(), at=now):
            keeper.sign(signer, at=now, copy=settings.HAVEN_RECORD_CHECKPOINTS)
        if keeper.is_held_up(at=now):
            if not quiet:
                _say("Entries wait: another session of the database holds the keeper's lock.")
            return False
    except keeper.Tampered as error:
        if not quiet:
            _say(f"The record is NOT signed any more: {error}. See docs/operations.md.")
        return False
    except OperationalError as error:
        connection.close()
        if not quiet:
            _say(f"The database does not answer: {str(error).splitlines()[0]}")
        return False
    except OSError as error:
        if not quiet:
            _say(f"The checkpoint cannot be kept outside the database: {error.strerror}.")
        return False
    return True


def _wait_for_the_end(stop: threading.Event) -> None:
    """Stop when whoever started this process is gone, even by kill -9.

    It reads past sys.stdin, whose lock would be held while the interpreter shuts down.
    """
    with contextlib.suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 1):
            pass
    stop.set()


def _say(sentence: str) -> None:
    """Say something to the log of the service."""
    sys.stderr.write(f"haven keeper: {sentence}\n")
    sys.stderr.flush()
