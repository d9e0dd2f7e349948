"""Trial: the folder that a trial lives in, and the lock that keeps a second start out.

In      the data folder
Out     folders made, a lock held, demonstration sign-ins kept for the next start
Fails   UpTrouble: one sentence and what to do
Not     here: the steps of the start (up.py)
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("incoming", "demo")
LEAST_FREE_BYTES = 500 << 20  # database 100 MB, its log 64 MB, demonstration, room to work
SIGN_INS = "demo-sign-ins.json"
HOST = "127.0.0.1"


class UpTrouble(RuntimeError):
    """The trial cannot start; the sentence says why and what to do."""


def prepare(folder: Path) -> None:
    """Make the data folder and those in it.

    Raises:
        UpTrouble: It cannot be made, or the disk has no room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise UpTrouble(
            f"The data folder cannot be made: {error.strerror}. Name another one with --data."
        ) from error
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise UpTrouble(
            f"The disk of the data folder is nearly full: {free >> 20} MB are free and "
            f"{LEAST_FREE_BYTES >> 20} MB are needed. Make room, or name another folder "
            "with --data."
        )


@contextlib.contextmanager
def held(folder: Path, *, address: str) -> Iterator[None]:
    """Hold the data folder for this start.

    Raises:
        UpTrouble: Another start holds it; the sentence says where that one is.
    """
    with (folder / "running.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            lock.seek(0)
            where = lock.read().strip() or "another address"
            raise UpTrouble(
                f"Haven is running on this data already: {where}. Open that address, "
                "or stop it with Ctrl-C where it was started."
            ) from error
        lock.truncate(0)
        lock.write(f"{address} (process {os.getpid()})\n")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def require_free_port(port: int) -> None:
    """Say early when nobody could listen on the port.

    Raises:
        UpTrouble: Taken, or not allowed.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = "is taken by another program"
            if error.errno == errno.EACCES:
                reason = "is for the system's own services"
            raise UpTrouble(
                f"Port {port} {reason}. Choose another one: haven up --port {port + 1}"
            ) from error


def sign_ins(folder: Path) -> dict[str, str]:
    """Return the demonstration's sign-in names with their passwords; empty if none."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        kept = json.loads((folder / SIGN_INS).read_text(encoding="utf-8"))
        return {str(name): str(password) for name, password in kept.items()}
    return {}


def keep_sign_ins(folder: Path, made: dict[str, str]) -> None:
    """Keep the demonstration's sign-ins for the next start; readable by us alone."""
    target = folder / SIGN_INS
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)
