"""Up: start a trial step by step, serve it, and stop everything again.

In      the arguments of `haven up`
Out     one line per step, then the address and how to sign in; exit code 0 after Ctrl-C
Fails   one sentence and exit code 3; whatever was started is stopped
Why     one command; each step says what it does and how long it took
Not     here: what the demonstration holds (demo.py), the database (postgres.py)

Order of stopping: the site takes no more requests, the worker gives its job back, then
the database stops.
"""

import argparse
import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from haven.cli import up as command
from haven.cli.assets import default_root
from haven.site import databases, trial
from haven.site.postgres import DatabaseTrouble, Embedded
from haven.site.trial import UpTrouble

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer

THREADS = 8  # requests at once; a progress page keeps none of them
WORKER_STOP_S = 15.0  # after that the worker is ended; its job is taken up at the next start
RESTART_PAUSES_S = (1, 2, 5, 10, 30)
RUNS_WELL_AFTER_S = 60.0
NOT_STARTED = 3
BEYOND_FILES = 16 << 20  # bytes of an upload beside its files: names, boundaries, fields
OWN_WORK = "own-work"  # a file that says: this data folder is no demonstration


def run(args: argparse.Namespace) -> int:
    """Start, serve until stopped, stop; return the exit code."""
    from django.core.exceptions import ImproperlyConfigured

    folder: Path = args.data.expanduser().resolve()
    address = f"http://localhost:{args.port}"
    _end_by_signal()
    try:
        trial.prepare(folder)
        with trial.held(folder, address=address):
            trial.require_free_port(args.port)
            _environment(args, folder)
            _serve(args, folder, address)
    except (UpTrouble, DatabaseTrouble, ImproperlyConfigured) as error:
        _say(f"\nhaven: {error}")
        return NOT_STARTED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _say("\nhaven: The disk is full. Make room, then start again; nothing was lost.")
        return NOT_STARTED
    except KeyboardInterrupt:
        _say("\nStopped before it had started.")
    return 0


def _serve(args: argparse.Namespace, folder: Path, address: str) -> None:
    """Do the steps of the start in order, then serve."""
    _say(f"Haven starts in {folder}")
    with step("Models and pictures") as note:
        fetched = command.get_assets(_asset_progress)
        note(f"{fetched} fetched and checked" if fetched else "here")
    with contextlib.ExitStack() as running:
        if not os.environ.get("DATABASE_URL"):
            with step("Database") as note:
                server = Embedded(folder / "postgres")
                running.callback(server.stop)
                server.start()
                note("PostgreSQL, on this machine alone")
        _prepare_site(note_demo=not args.no_demo)
        with step("Worker and keeper"):
            for companion in (
                Companion("worker", "--alone", "--while-fed"),
                Companion("keeper", "--while-fed"),
            ):
                running.callback(companion.stop)
                companion.start()
        with step("Site"):
            databases.become("web")  # the owner's work is done
            site = _site(args.port)
            running.callback(site.close)
        _welcome(address, folder, demo=not args.no_demo)
        site.run()  # until Ctrl-C or SIGTERM
        _once_is_enough()
        _say("\nStopping: finishing the files in flight …")
    _say("Stopped.")


def _prepare_site(*, note_demo: bool) -> None:
    """Load Django, bring tables and static files up to date, load the demonstration."""
    with step("Program"):
        import django  # the settings read the environment made above

        django.setup()
        from haven.audit import context

        context.enter(context.Source(via="console"))
        _checks()
    with step("Tables") as note:
        note("brought up to date" if _migrate() else "up to date")
    with step("Style and scripts"):
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    with step("Seals") as note:
        note(_seal_up())
    if note_demo:
        with step("Demonstration") as note:
            from haven.site import demo

            note(demo.load())


def _checks() -> None:
    """Run the checks that need no database.

    Raises:
        UpTrouble: One of them is an error.
    """
    from django.core import checks

    errors = [one for one in checks.run_checks() if one.is_serious()]
    if errors:
        raise UpTrouble(" ".join(f"{one.msg} {one.hint or ''}" for one in errors))


def _migrate() -> bool:
    """Bring the tables up to date; return whether there was something to do."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    from haven.site import database_roles

    try:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            database_roles.apply()
            return False
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise UpTrouble(f"The database does not answer: {str(error).splitlines()[0]}") from error
    return True


def _seal_up() -> str:
    """Seal what an earlier version left in the clear; return what was done in a few words.

    Raises:
        UpTrouble: The master key cannot be had.
    """
    from haven.site import sealing_up
    from haven.workbench.cases.wrapping import WrapperTrouble, wrapper

    try:
        wrapper()
        done = sealing_up.seal_up() if sealing_up.is_needed() else 0
    except WrapperTrouble as error:
        raise UpTrouble(f"The key of the cases cannot be had: {error}.") from error
    return f"{done} files of an earlier version sealed" if done else "every case under its own key"


def _site(port: int) -> "BaseWSGIServer":
    """Return the web server, listening.

    Raises:
        UpTrouble: The port was taken in the meantime.
    """
    from django.conf import settings
    from waitress import create_server

    from haven.site.wsgi import application

    try:
        return create_server(
            application,
            host=trial.HOST,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=settings.HAVEN_UPLOAD_BYTES + BEYOND_FILES,
        )
    except OSError as error:
        raise UpTrouble(
            f"Port {port} was taken in the meantime. Choose another one with --port."
        ) from error


class Companion:
    """A process beside the site (worker, keeper), started again when it dies."""

    def __init__(self, name: str, *words: str) -> None:
        """Start nothing yet."""
        self._name, self._words = name, words
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._keep_alive, daemon=True, name=name)

    def start(self) -> None:
        """Start the process and watch over it."""
        self._start_process()
        self._watch.start()

    def stop(self) -> None:
        """Ask the process to stop; end it when it does not."""
        self._stopping.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(WORKER_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start_process(self) -> None:
        """Start the process; it ends by itself when this one is gone."""
        self._process = subprocess.Popen(  # noqa: S603  # our own module, words from this module
            [sys.executable, "-m", "haven.site", self._name, *self._words],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for us; we stop it in order
        )

    def _keep_alive(self) -> None:
        """Start the process again whenever it ends without being asked to."""
        failures = 0
        while self._process is not None:
            began = time.monotonic()
            code = self._process.wait()
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - began > RUNS_WELL_AFTER_S else failures + 1
            pause_s = RESTART_PAUSES_S[min(failures, len(RESTART_PAUSES_S)) - 1]
            _say(f"haven: The {self._name} ended (code {code}); it starts again in {pause_s} s.")
            if self._stopping.wait(pause_s):
                return
            self._start_process()


@contextlib.contextmanager
def step(name: str) -> Iterator["Note"]:
    """Print one line for a step: its name, then what came of it and how long it took."""
    began = time.monotonic()
    sys.stdout.write(f"  {name:<22}")
    sys.stdout.flush()
    note = Note()
    yield note
    took_s = time.monotonic() - began
    _say(f"{note.text} ({took_s:.1f} s)")


class Note:
    """What came of a step, in a few words."""

    text = "ready"

    def __call__(self, text: str) -> None:
        """Keep the words."""
        self.text = text


def _welcome(address: str, folder: Path, *, demo: bool) -> None:
    """Print where to go and how to sign in."""
    from haven.accounts import queries

    _say(f"\nHaven is ready: {address}\n")
    if demo:
        _say("Sign in to the demonstration (these passwords were made on this machine; the page")
        _say("shows the code that comes after them):")
        made = trial.sign_ins(folder)
        width = max(map(len, made.values()), default=0)
        for username, password in made.items():
            member = queries.by_username(username)
            about = f"{member.display_name}, {queries.in_words(member)}" if member else ""
            _say(f"  {username:<8} {password:<{width}}  {about}")
    elif not queries.anyone():
        _say(
            "There is no account yet. Make the first one in another terminal:\n"
            f"  HAVEN_DATA_DIR={folder} {sys.executable} -m haven.site createmember NAME \\\n"
            '      --name "Your name" --agency "Your unit" --country XX'
        )
    _say("\nStop with Ctrl-C.")


def _environment(args: argparse.Namespace, folder: Path) -> None:
    """Put the arguments where the settings, and the worker's settings, find them.

    Raises:
        UpTrouble: A folder of evidence is not there, or the data is of the other kind.
    """
    is_demo_data = (folder / trial.SIGN_INS).exists()
    if args.no_demo and is_demo_data:
        raise UpTrouble("This data folder holds the demonstration. Name another with --data.")
    if not args.no_demo and (folder / OWN_WORK).exists():
        raise UpTrouble("This data folder holds your own work. Start it with --no-demo.")
    roots = [folder / "demo"] if not args.no_demo else []
    for number, given in enumerate(args.evidence, start=1):
        if not given.is_dir():
            raise UpTrouble(f"Folder {number} given with --evidence is not there.")
        roots.append(given.resolve())
    kept = os.environ.get("HAVEN_EVIDENCE_ROOTS", "")
    named = [*map(str, roots), *([kept] if kept else [])]
    os.environ.update(
        DJANGO_SETTINGS_MODULE="haven.site.settings",
        HAVEN_MODE="trial",
        HAVEN_DATABASE_ROLE="owner",  # until the site serves
        HAVEN_DATA_DIR=str(folder),
        HAVEN_ADDRESS=f"http://localhost:{args.port}",
        HAVEN_DEMO="no" if args.no_demo else "yes",
        HAVEN_CACHE=str(default_root()),
        HAVEN_PROFILE=args.profile,
        HAVEN_EVIDENCE_ROOTS=os.pathsep.join(named) or str(folder / "demo"),
    )
    if args.no_demo:
        (folder / OWN_WORK).touch()


def _asset_progress(what: str, done: int, total: int) -> None:
    """Show on a terminal how far a download is; elsewhere the step's line is enough."""
    if sys.stdout.isatty():
        sys.stdout.write(
            f"\r  {'Models and pictures':<22}{what[:34]}: {done >> 20} of {total >> 20} MB\x1b[K"
        )
        if done >= total:
            sys.stdout.write(f"\r  {'Models and pictures':<22}\x1b[K")
        sys.stdout.flush()


def _end_by_signal() -> None:
    """Let SIGTERM stop us as Ctrl-C does."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _once_is_enough() -> None:
    """Let a second Ctrl-C not cut the stopping short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
