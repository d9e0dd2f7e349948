"""haven process: a folder of pictures becomes masked views, faces and groups.

In      sources, a results folder, how to look
Out     the results folder (docs/results.md); exit code 0 when every file has a row
Fails   exit code 2 for wrong use, 3 when the run could not finish; run again to go on
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from haven import engine
from haven.cli import assets

SAY_EVERY_S = 5.0  # without a terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `haven process` takes."""
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--profile", default="balanced", choices=sorted(engine.PROFILES))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--runner", default="processes", choices=engine.RUNNERS)
    parser.add_argument("--fresh", action="store_true", help="forget earlier results in DIR")


def run(args: argparse.Namespace) -> int:
    """Look at every file that has no result yet, then write the tables and the page."""
    if problem := _wrong_use(args):
        print(f"haven: {problem}", file=sys.stderr)
        return 2
    options = engine.for_profile(args.profile)
    models = engine.models_in(assets.default_root())
    made_with = engine.versions(models)
    began = time.monotonic()
    with (
        engine.open_folder(
            args.out, fingerprint=engine.fingerprint(options, made_with), fresh=args.fresh
        ) as results,
        engine.runner(args.runner, args.workers) as runner,
    ):
        total = sum(1 for _ in engine.find_sources(args.sources))
        remaining = results.remaining(engine.find_sources(args.sources))
        with _progress(total, sys.stderr) as report:
            for found in engine.analyse(
                remaining,
                options=options,
                models=models,
                runner=runner,
                is_done=results.is_done,
            ):
                results.keep(found)
                report(results.counts)
        spent = time.monotonic() - began
        results.finish(
            {
                "versions": made_with,
                "options": options.as_dict(),
                "runner": args.runner,
                "workers": runner.workers,
                "wall_s": round(spent, 2),
            }
        )
        print(_summary(results.counts, spent))
    return 0


def _wrong_use(args: argparse.Namespace) -> str | None:
    """Return what is wrong with the folders, or None."""
    out = args.out.resolve()
    for number, source in enumerate(args.sources, start=1):
        if not source.exists():
            return f"source {number} is not there"
        if out == source.resolve() or source.resolve() in out.parents:
            return f"the results folder lies inside source {number}, which is never written to"
    if args.workers < 1:
        return f"--workers is {args.workers}, at least 1 is needed"
    return None


def _summary(counts: engine.Counts, spent_s: float) -> str:
    """Return what came out, in one line."""
    unread = counts.failed + counts.unread
    return (
        f"{counts.paths} files: {counts.done} done, {counts.unsupported} unsupported,"
        f" {unread} failed; {counts.faces} faces; {spent_s:.1f} s"
    )


@contextmanager
def _progress(total: int, to: TextIO) -> "Iterator[Report]":
    """Give a function that shows counts: a bar on a terminal, a line every 5 s otherwise."""
    if not to.isatty():
        yield Lines(total, to)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} files/s"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=Console(file=to)) as bar:
        yield Bar(bar, total)


class Bar:
    """A progress bar with rate, time left and counts by status."""

    def __init__(self, bar: Progress, total: int) -> None:
        """Begin at nothing."""
        self._bar = bar
        self._began, self._before = time.monotonic(), -1
        self._task = bar.add_task("Looking", total=total, rate=0.0, said="")

    def __call__(self, counts: engine.Counts) -> None:
        """Show the counts."""
        if self._before < 0:
            self._before = counts.paths - 1
        rate = (counts.paths - self._before) / max(time.monotonic() - self._began, 1e-3)
        said = (
            f"{counts.done} done, {counts.unsupported} unsupported,"
            f" {counts.failed + counts.unread} failed"
        )
        self._bar.update(self._task, completed=counts.paths, rate=rate, said=said)


class Lines:
    """One line every few seconds, for logs."""

    def __init__(self, total: int, to: TextIO) -> None:
        """Begin at nothing."""
        self._total, self._to = total, to
        self._began = self._said = time.monotonic()
        self._before = -1

    def __call__(self, counts: engine.Counts) -> None:
        """Say the counts, if it is time."""
        now = time.monotonic()
        if self._before < 0:
            self._before = counts.paths - 1
        if now - self._said < SAY_EVERY_S:
            return
        self._said = now
        rate = (counts.paths - self._before) / (now - self._began)
        left = max(0, self._total - counts.paths) / max(rate, 1e-6)
        print(
            f"{counts.paths}/{self._total} files, {rate:.1f} files/s, {left:.0f} s left:"
            f" {counts.done} done, {counts.unsupported} unsupported,"
            f" {counts.failed + counts.unread} failed",
            file=self._to,
            flush=True,
        )


Report = Bar | Lines
