"""List verbs: what `haven lists` does, with the database of this installation.

In      the arguments of cli/lists.py
Out     lines for a person; an exit code
Fails   one sentence with its code: 1 where a list was refused or nothing was found, 2 for wrong
        use, 3 where it could not be done
Why     the same acts as the pages, on the record as done at the console
Not     here: what is done (workbench/known)
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from haven.site import console
from haven.site.console import REFUSED, WRONG_USE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from haven.accounts.models import Agency
    from haven.workbench.known.models import KnownList

_ROWS_SHOWN = 5


class _Stop(Exception):
    """A verb ends with a sentence and an exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


def run(args: argparse.Namespace) -> int:
    """Do one verb and return its exit code."""
    return console.run(args, "lists", lambda: VERBS[args.list_verb](args), refused=_refused)


def _refused(error: Exception) -> int | None:
    """Tell why a verb ended or was refused; None for other errors."""
    from haven.web.errors import WebError

    if isinstance(error, _Stop):
        return console.say(str(error), error.code)
    if isinstance(error, WebError):
        return console.say(f"{error.words} [{error.code}]", REFUSED)
    return None


def _import(args: argparse.Namespace) -> Iterator[str]:
    """Look a list over, ask, take it in; what is refused leaves nothing."""
    from django.utils import timezone

    from haven.workbench.known import actions, importing, queries

    agency = _agency(args)
    about = actions.About(
        name=args.name or f"{args.kind}, {timezone.localdate()}",
        kind=args.kind,
        source=args.source,
        licence=args.licence,
        legal_basis=args.basis,
        list_version=args.list_version,
        made_on=args.date,
        expires_on=args.until,
        scheme=_scheme(agency, args.scheme),
    )
    with Path(args.file).open("rb") as file:
        one = actions.bring(file, about, agency_pk=agency.pk, by=None, at=timezone.now())
    importing.look_over(one.pk)
    one.refresh_from_db()
    _require_read(one)
    yield from _previewed(one.preview)
    has_terminal = sys.stdin.isatty()
    if not args.yes and not (has_terminal and _agreed()):
        actions.take_out(one, reason="not confirmed at the console", by=None, at=timezone.now())
        actions.forget(one)
        if not has_terminal:
            raise _Stop("Nothing of it was kept: nobody can agree here. Add --yes.", WRONG_USE)
        raise _Stop("Nothing of it was kept.", REFUSED)
    actions.confirm(one, by=None, at=timezone.now())
    with _progress() as tell:
        importing.take_in(one.pk, tell=tell)
    one.refresh_from_db()
    _require_read(one)
    yield _described(one)
    refused = one.manifest["n_refused"]
    if refused:
        told = ", ".join(f"{count} {code}" for code, count in sorted(refused.items()))
        yield f"Rows that were not taken: {told}."
    if one.manifest["categories"]:
        yield "Its categories mean nothing yet: an administrator says on its page what they mean."
    if one.state != queries.STATE.READY:
        raise _Stop("It was taken out meanwhile.", REFUSED)
    yield "The cases of the agency are looked up by the worker."


def _show(args: argparse.Namespace) -> Iterator[str]:
    from haven.workbench.known import queries

    found = list(queries.of_agency(_agency(args).pk))
    for one in found:
        yield _described(one)
    if not found:
        yield "No list."


def _look_up(args: argparse.Namespace) -> Iterator[str]:
    """Look a digest or a picture up; what is found is said with what it is worth."""
    from django.utils import timezone

    from haven.workbench.known import asking

    agency, at = _agency(args), timezone.now()
    path = Path(args.what)
    answers = (
        asking.of_picture(path, agency_pk=agency.pk, at=at)
        if path.is_file()
        else asking.of_digest(args.what, agency_pk=agency.pk, by=None, at=at)
    )
    for answer in answers:
        near = f", {answer.hit.bits} of 256 bits differ" if answer.hit.bits is not None else ""
        yield (
            f"{answer.known_list.name} ({answer.known_list.kind}), entry {answer.hit.entry}: "
            f"{answer.certainty}{near}"
        )
        if answer.told.category:
            yield f"    category {answer.told.category!r} of the list"
        for name, text in answer.told.said.items():
            yield f"    {name}: {text}"
    if not answers:
        raise _Stop("No list in use knows it.", REFUSED)


def _remove(args: argparse.Namespace) -> Iterator[str]:
    from django.utils import timezone

    from haven.workbench.known import actions, queries

    rows = queries.of_agency(_agency(args).pk).exclude(state=queries.STATE.REMOVED)
    found = [one for one in rows if str(one.public_id).startswith(args.list)]
    if len(found) != 1:
        raise _Stop(f"{len(found)} lists have an id that begins so.", WRONG_USE)
    actions.take_out(found[0], reason=args.reason, by=None, at=timezone.now())
    actions.forget(found[0])
    yield "It was taken out; its key is destroyed."


def _agency(args: argparse.Namespace) -> Agency:
    """Return the agency that is meant."""
    from haven.accounts import queries as accounts

    if args.agency:
        found = accounts.agency(args.agency)
        if found is None:
            raise _Stop("No agency has this name.", WRONG_USE)
        return found
    every = [one for one in accounts.agencies() if one.kind not in ("provider", "international")]
    if len(every) != 1:
        names = ", ".join(sorted(one.name for one in every)) or "none"
        raise _Stop(f"Say whose lists with --agency: {names}.", WRONG_USE)
    return every[0]


def _scheme(agency: Agency, name: str) -> str:
    """Return key and version of a scheme that was named with or without its version."""
    from haven.workbench.categories import queries as categories

    if not name:
        return ""
    offered = categories.offered(agency.pk)
    found = next((one.ref for one in offered if name in (one.ref, one.key)), None)
    if found is None:
        names = ", ".join(one.key for one in offered)
        raise _Stop(f"No such scheme. There are: {names}.", WRONG_USE)
    return found


def _require_read(one: KnownList) -> None:
    """Stop where a list was refused."""
    if one.state == "failed":
        words = one.error_words or "It could not be read"
        raise _Stop(f"{words}. Nothing of it was kept. [{one.error_code}]", REFUSED)


def _previewed(preview: dict[str, object]) -> Iterator[str]:
    """Yield the first rows of a list for a person."""
    yield f"It reads as {preview['format']} {preview['version']}".rstrip() + ". Its first rows:"
    rows = preview["rows"]
    for row in (rows if isinstance(rows, list) else [])[:_ROWS_SHOWN]:
        digests = "  ".join(f"{kind} {text}" for kind, text in row["digests"])
        category = f"  category {row['category']!r}" if row["category"] else ""
        yield f"    {digests}{category}"


def _agreed() -> bool:
    """Ask on the terminal whether to go on."""
    sys.stdout.write("Take it in? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Give a function that shows how much of a file is read: a bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Taking it in", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _described(one: KnownList) -> str:
    """Return a list in one line."""
    n = one.manifest.get("n_entries", 0)
    return (
        f"{str(one.public_id)[:8]}  {one.get_kind_display()}  {one.name}  "
        f"{one.get_state_display()}  {n} entries"
    )


VERBS = {"import": _import, "show": _show, "look-up": _look_up, "remove": _remove}
