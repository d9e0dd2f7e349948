"""Hub verbs: what `haven hub` does, with the database of this installation.

In      the arguments of cli/hub.py
Out     lines for a person, a bundle in a file; an exit code
Fails   one sentence with its code: 1 where a bundle was refused, 2 for wrong use, 3 where it
        could not be done (no database, no key, no such file, no answer). Of several hubs that
        are asked each is asked, and has its own sentence
Why     the owner of the database alone writes what hubs believe of each other
Not     here: what is done (hub/exchange/actions.py)
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from haven.site import console
from haven.site.console import NOT_FINISHED, REFUSED, WRONG_USE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from haven.hub.exchange.actions import Taken
    from haven.hub.exchange.errors import ExchangeError


def run(args: argparse.Namespace) -> int:
    """Do one verb and return its exit code."""
    return console.run(
        args,
        "hub",
        lambda: VERBS[args.hub_verb](args),
        refused=lambda error: _told_of(error, args.hub_verb),
    )


def _told_of(error: Exception, verb: str) -> int | None:
    """Tell of an error of the exchange or its key; None for others."""
    from haven.audit.keyfiles import KeyTrouble
    from haven.hub.exchange.errors import ExchangeError

    if isinstance(error, ExchangeError):
        return _refused(error, verb)
    if isinstance(error, ExceptionGroup):
        each = [one for one in error.exceptions if isinstance(one, ExchangeError)]
        return max(_refused(one, verb) for one in each) if each else None
    if isinstance(error, KeyTrouble):
        return console.say(str(error), NOT_FINISHED)
    return None


def _refused(error: ExchangeError, verb: str) -> int:
    """Say why the exchange refused, and return the exit code."""
    from haven.hub.exchange import errors

    where = "".join(f"{host}: " for host in getattr(error, "__notes__", ()))
    sentence, code = f"{where}{error}", f"[{error.code}]"
    if isinstance(error, errors.NoFingerprint | errors.NotConfigured | errors.NotFollowed):
        return console.say(f"{sentence} {code}", WRONG_USE)
    if isinstance(error, errors.NotFetched):
        return console.say(f"{sentence} {code}", NOT_FINISHED)
    came = "No bundle was made." if verb == "export" else "Nothing of it was kept."
    return console.say(f"{sentence} {came} {code}", REFUSED)


def _export(args: argparse.Namespace) -> Iterator[str]:
    """Write a bundle beside its place, then put it there: a file is whole or not there."""
    from django.conf import settings
    from django.utils import timezone

    from haven.hub.exchange import actions

    target: Path = args.file
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".haven-", delete=False) as file:
        try:
            manifest = actions.make(file, at=timezone.now())
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    counts = ", ".join(f"{n} {name}" for name, n in manifest.counts.items())
    yield f"Bundle {manifest.serial} of {settings.HAVEN_HUB_NAME}: {counts}."
    yield f"Fingerprint of its key: {actions.fingerprint()}"


def _import(args: argparse.Namespace) -> Iterator[str]:
    from haven.hub.exchange.models import Arrival

    if args.trust:
        yield from _confirmed(args.trust)
    with Path(args.file).open("rb") as file:
        yield _told(_taken(file, Arrival.How.FILE))


def _trust(args: argparse.Namespace) -> Iterator[str]:
    yield from _confirmed(" ".join(args.fingerprint))


def _fetch(args: argparse.Namespace) -> Iterator[str]:
    """Fetch from one address that was set, or from all of them, also where one gives nothing."""
    from django.conf import settings

    from haven.hub.exchange import errors, fetching
    from haven.hub.exchange.models import Arrival

    known: list[str] = settings.HAVEN_HUB_SOURCES
    if not known or (args.address and args.address not in known):
        raise errors.NotConfigured(
            "No such address is set. Haven asks only those in HAVEN_HUB_SOURCES."
        )
    refused: list[errors.ExchangeError] = []
    for address in [args.address] if args.address else known:
        try:
            with tempfile.TemporaryFile() as file:
                fetching.fetch(address, file)
                file.seek(0)
                yield _told(_taken(file, Arrival.How.ADDRESS))
        except errors.ExchangeError as error:
            if not isinstance(error, errors.NotFetched):  # which names the host
                error.add_note(str(urlsplit(address).hostname))
            refused.append(error)
    if refused:
        raise ExceptionGroup("not every hub gave a bundle that is believed", refused)


def _list(args: argparse.Namespace) -> Iterator[str]:
    del args
    from haven.hub.exchange import queries

    found = list(queries.others())
    for one in found:
        yield f"{one.name or '(no bundle came yet)'}   {one.fingerprint}"
        for arrival in queries.arrivals(one):
            yield (
                f"    bundle {arrival.serial}, made {arrival.made_at:%Y-%m-%d}, "
                f"taken in {arrival.came_at:%Y-%m-%d}, {sum(arrival.counts.values())} records"
            )
    if not found:
        yield "No other hub is followed."


def _unfollow(args: argparse.Namespace) -> Iterator[str]:
    from django.utils import timezone

    from haven.hub.exchange import actions

    removed = actions.unfollow(" ".join(args.hub), at=timezone.now())
    yield f"{removed} records were removed. Its key is no longer trusted."


def _key(args: argparse.Namespace) -> Iterator[str]:
    del args
    from django.conf import settings

    from haven.hub.exchange import actions

    yield settings.HAVEN_HUB_NAME
    yield actions.fingerprint()


def _confirmed(typed: str) -> Iterator[str]:
    from django.utils import timezone

    from haven.hub.exchange import actions

    other = actions.trust(typed, at=timezone.now())
    yield f"Trusted: {other.fingerprint}"


def _taken(file: IO[bytes], how: str) -> Taken:
    from django.utils import timezone

    from haven.hub.exchange import actions

    return actions.take_in(file, how=how, at=timezone.now())


def _told(taken: Taken) -> str:
    arrival = taken.arrival
    if not taken.is_new:
        return f"Bundle {arrival.serial} of {arrival.other} was here already."
    counts = ", ".join(f"{n} {name}" for name, n in arrival.counts.items())
    return f"Bundle {arrival.serial} of {arrival.other} was taken in: {counts}."


VERBS = {
    "export": _export,
    "import": _import,
    "trust": _trust,
    "list": _list,
    "fetch": _fetch,
    "unfollow": _unfollow,
    "key": _key,
}
