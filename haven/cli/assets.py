"""Assets: `haven assets list | get | import | verify`.

In      the verb's arguments; the environment, for where the assets lie
Out     lines for a person, a progress bar on a terminal
Fails   AssetError and its kin go up to main
Not     here: fetching and checking (engine/assets)

Assets lie in HAVEN_CACHE where that is set, otherwise in `haven/assets` of the user's
cache folder.
"""

import argparse
import math
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from haven.engine import Asset, AssetKind, AssetState, AssetStore

MEGABYTE = 1_000_000
LINE_EVERY_S = 5.0  # of progress, where nobody watches a bar

Progress = Callable[[str, int, int], None]


def default_root() -> Path:
    """Return the folder with the assets of this user or, where set, of HAVEN_CACHE.

    Source: XDG Base Directory Specification 0.8 for the user's cache folder; it says that
    a relative XDG_CACHE_HOME is to be ignored.
    """
    if own := os.environ.get("HAVEN_CACHE"):
        return Path(own).expanduser().resolve()
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "haven" / "assets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what may follow `haven assets`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show every asset and whether it is here")
    listing.add_argument("--card", metavar="NAME", help="show all that is known of one asset")
    getting = actions.add_parser("get", help="bring assets here and check them")
    getting.add_argument("names", nargs="*", metavar="NAME", help="default: all that are needed")
    importing = actions.add_parser("import", help="take in a file that was carried here")
    importing.add_argument("file", type=Path, metavar="FILE", help="an asset, a wheel, an archive")
    actions.add_parser("verify", help="read every asset and compare its digest")


def run(args: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    store = AssetStore(default_root())
    if args.action == "list":
        return _show_card(store, args.card) if args.card else _show_all(store)
    if args.action == "get":
        return _get(store, args.names)
    if args.action == "import":
        for name in store.import_file(args.file):
            print(f"{name}: taken in and checked")
        return 0
    return _verify(store)


def _show_all(store: AssetStore) -> int:
    """Print one line per asset."""
    rows = [("NAME", "FOR", "HERE", "MB", "LICENCE")]
    for name, asset in store.catalogue.assets.items():
        state = store.state(name)
        here = state if asset.needed or state is not AssetState.MISSING else "on request"
        size = f"{asset.ready_bytes / MEGABYTE:.1f}"
        rows.append((name, asset.kind, here, size, asset.licence))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if number == 3 else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print(f"\nAssets lie in {store.root}. More on one: haven assets list --card NAME")
    return 0


def _show_card(store: AssetStore, name: str) -> int:
    """Print all that is known of one asset."""
    asset = store.catalogue[name]
    card = asset.card
    print(f"{asset.name} ({asset.kind}), {store.state(name)}\n")
    for title, text in (
        ("Task", card.task),
        *(
            []
            if asset.kind in (AssetKind.PICTURE, AssetKind.DATA)
            else [("Training", card.training)]
        ),
        ("Licence", f"{asset.licence}. {asset.licence_note}"),
        *(("Known limit", limit) for limit in card.limits),
        *(("Measured", figure) for figure in card.measured),
        ("Comes from", _origin(asset)),
        ("Home", card.home),
        ("Size", f"{asset.ready_bytes:,} bytes"),
        ("SHA-256", asset.ready_sha256),
    ):
        print(textwrap.fill(text, 88, initial_indent=f"{title:<13}", subsequent_indent=" " * 13))
    return 0


def _origin(asset: Asset) -> str:
    """Return in words where an asset comes from."""
    if asset.archive is None:
        return f"{asset.url}"
    origin = f"{asset.archive.file_name}, member {asset.member}"
    return f"{origin}; rewritten as ONNX here" if asset.conversion else origin


def _get(store: AssetStore, names: list[str]) -> int:
    """Bring assets here, showing progress."""
    with _bar() if sys.stderr.isatty() else _lines() as progress:
        got = store.get(*names, progress=progress)
    asked = len(names) if names else len(store.needed())
    print(f"{len(got)} fetched and checked, {asked - len(got)} were here already: {store.root}")
    return 0


def _verify(store: AssetStore) -> int:
    """Print the state of every asset; 3 unless all that is needed is right."""
    states = store.verify()
    bad = 0
    for name, state in states.items():
        needed = store.catalogue[name].needed
        bad += state is AssetState.DAMAGED or (needed and state is AssetState.MISSING)
        word = "not here, on request" if state is AssetState.MISSING and not needed else state
        print(f"{name}: {word}")
    if bad:
        print(
            f"haven: {bad} of {len(states)} to be got again; run: haven assets get",
            file=sys.stderr,
        )
    return 3 if bad else 0


@contextmanager
def _bar() -> Iterator[Progress]:
    """Give a progress function that draws a bar per thing fetched."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield progress


@contextmanager
def _lines() -> Iterator[Progress]:
    """Give a progress function that prints a line at the start, the end, and now and then."""
    due: dict[str, float] = {}  # when to tell again; never, after the end

    def progress(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        due_at = due.get(what, now)
        if due_at == math.inf or (now < due_at and done < total):
            return
        due[what] = math.inf if done >= total else now + LINE_EVERY_S
        print(f"{what}: {done / MEGABYTE:.1f} of {total / MEGABYTE:.1f} MB", file=sys.stderr)

    yield progress
