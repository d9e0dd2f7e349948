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
from contextlib import contextmanager, suppress
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
    parser.add_argument(
        "--sandbox",
        default=engine.Confined.BEST,
        choices=[str(one) for one in engine.Confined],
        help="what must stand around a worker: the best of this machine, at least the second"
        " tier, or limits alone",
    )
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
    sources = _distinct(args.sources)
    reads = (*sources, *models.files)
    with (
        engine.open_folder(
            args.out, fingerprint=engine.fingerprint(options, made_with), fresh=args.fresh
        ) as results,
        engine.runner(args.runner, args.workers, reads=reads, confined=args.sandbox) as runner,
    ):
        total = sum(1 for _ in engine.find_sources(sources))
        remaining = results.remaining(engine.find_sources(sources))
        with _progress(total, sys.stderr) as report:
            for found in engine.analyse(
                remaining,
                options=options,
                models=models,
                runner=runner,
                is_done=results.is_done,
            ):
                results.keep(found)
                report(results)
        spent = time.monotonic() - began
        results.finish(
            {
                "versions": made_with,
                "options": options.as_dict(),
                "precision": engine.available(options.precision),
                "runner": args.runner,
                "sandbox": runner.sandbox.as_dict(),
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
        if source.is_symlink() or not source.exists():
            return f"source {number} is not there, or is a link"
        root = source.resolve()
        if root == out or root in out.parents:
            return f"the results folder lies inside source {number}, which is never written to"
        if out in root.parents:
            return f"source {number} lies inside the results folder"
    if args.workers < 1:
        return f"--workers is {args.workers}, at least 1 is needed"
    return None


def _distinct(sources: list[Path]) -> list[Path]:
    """Return the sources with their full paths, without any that lies inside another.

    A file has one path in the results then, however and from wherever it is named.
    """
    roots = dict.fromkeys(source.resolve() for source in sources)
    return [root for root in roots if not any(other in root.parents for other in roots)]


def _summary(counts: engine.Counts, spent_s: float) -> str:
    """Return what came out, in one line."""
    return f"{counts.paths} files: {_said(counts)}; {counts.faces} faces; {spent_s:.1f} s"


def _said(counts: engine.Counts) -> str:
    """Return the counts by status in words."""
    unread = counts.failed + counts.unread
    return f"{counts.done} done, {counts.unsupported} unsupported, {unread} failed"


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
        self._began = time.monotonic()
        self._task = bar.add_task("Looking", total=total, rate=0.0, said="")

    def __call__(self, results: engine.ResultsFolder) -> None:
        """Show the counts."""
        rate = results.looked_at / max(time.monotonic() - self._began, 1e-3)
        told = results.skipped + results.looked_at
        self._bar.update(self._task, completed=told, rate=rate, said=_said(results.counts))


class Lines:
    """One line every few seconds, for logs."""

    def __init__(self, total: int, to: TextIO) -> None:
        """Begin at nothing."""
        self._total, self._to = total, to
        self._began = self._said_at = time.monotonic()

    def __call__(self, results: engine.ResultsFolder) -> None:
        """Say the counts, if it is time; whether anyone still reads them does not matter."""
        now = time.monotonic()
        if now - self._said_at < SAY_EVERY_S:
            return
        self._said_at = now
        told = results.skipped + results.looked_at
        rate = results.looked_at / (now - self._began)
        left = max(0, self._total - told) / max(rate, 1e-6)
        line = (
            f"{told}/{self._total} files, {rate:.1f} files/s, {left:.0f} s left:"
            f" {_said(results.counts)}"
        )
        with suppress(BrokenPipeError):
            print(line, file=self._to, flush=True)


Report = Bar | Lines
