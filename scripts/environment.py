"""Environment: make `.venv` in this checkout from a lock file, and keep it up to date.

In      requirements.lock (to run) or requirements-dev.lock (`--dev`, to test and check);
        PYTHON names an interpreter, otherwise a fitting one is looked for
Out     .venv with exactly what the lock file names, each file checked by its digest, and
        Haven itself as an editable install; nothing is done where nothing changed
Fails   one sentence and exit code 3: no fitting Python, no venv, no index, a wrong digest,
        a full disk
Why     the first command on a fresh machine has nothing but Python
Not     here: running anything of Haven

Written for Python 3.7 and later, so that an old one gets a sentence, not a syntax error.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "haven-environment"
CANDIDATES = ("python3.12", "python3.13", "python3.11", "python3", "python")
OLDEST, NEWEST = (3, 11), (3, 13)
NOT_MADE = 3

PROBE = (
    "import sys, importlib.util as u; "
    "print(sys.version_info[0], sys.version_info[1], "
    "int(bool(u.find_spec('venv') and u.find_spec('ensurepip'))))"
)
# What pip prints when it cannot: a part of it, and our sentence.
CAUSES = (
    (
        ("No space left on device", "Disk quota exceeded"),
        "The disk is full: the environment needs about 1.5 GB. Make room, then try again.",
    ),
    (
        ("DO NOT MATCH THE HASHES", "hashes are required"),
        "A package has another digest than the lock file says, so nothing of it was "
        "installed. The index or something on the way changed it; ask who keeps it.",
    ),
    (
        (
            "Temporary failure in name resolution",
            "Failed to establish a new connection",
            "Connection refused",
            "NewConnectionError",
            "Network is unreachable",
            "Read timed out",
            "ProxyError",
            "SSLError",
            "Connection reset",
            "NameResolutionError",
        ),
        "The package index cannot be reached. Check the network and pip's settings (pip config "
        "list), or give pip a folder of wheels with PIP_FIND_LINKS and PIP_NO_INDEX=1.",
    ),
    (
        ("from versions: none",),
        "The package index gave nothing: it cannot be reached, or it lacks a package of the "
        "lock file for this machine (Haven needs Linux on x86-64). Check the network and "
        "pip's settings: pip config list.",
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        "The package index does not have a package of the lock file for this machine. "
        "Haven needs Linux on x86-64 and Python 3.11 to 3.13, or use another index.",
    ),
)


class Trouble(Exception):
    """The environment cannot be made; the sentence says why and what to do."""


def main() -> int:
    """Make or update the environment; return the exit code."""
    parser = argparse.ArgumentParser(description="Make .venv from the lock file.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    args = parser.parse_args()
    try:
        make(dev=args.dev)
    except Trouble as trouble:
        sys.stderr.write(f"haven: {trouble}\n")
        return NOT_MADE
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The next start goes on from here.\n")
        return 130
    return 0


def make(*, dev: bool) -> None:
    """Bring .venv to what the lock file says, unless it is there already."""
    locks = [ROOT / "requirements-dev.lock"]
    if not dev:
        locks.insert(0, ROOT / "requirements.lock")
    installed = STAMP.read_text().splitlines() if STAMP.is_file() else []
    if python_of(VENV).exists() and any(mark(lock) in installed for lock in locks):
        return  # what develops also runs: either lock will do for running
    began = time.monotonic()
    say("Making the environment in .venv (once, and when the lock file changes)")
    if not runs(python_of(VENV)):
        create(find_python())
    pip(["install", "--require-hashes", "--only-binary", ":all:", "-r", str(locks[0])])
    pip(["install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    STAMP.write_text(mark(locks[0]) + "\n")
    say(f"Environment ready ({time.monotonic() - began:.0f} s)")


def mark(lock: Path) -> str:
    """Return what identifies a finished environment: the lock, the project file, the place."""
    seen = hashlib.sha256()
    for file in (lock, ROOT / "pyproject.toml"):
        seen.update(file.read_bytes())
    return f"{lock.name} {seen.hexdigest()} {ROOT}"


def find_python() -> str:
    """Return an interpreter that fits.

    Raises:
        Trouble: None fits, or the one that does cannot make environments.
    """
    named = os.environ.get("PYTHON", "")
    tried = [named] if named else [sys.executable, *CANDIDATES]
    seen, without_venv = [], ""
    for candidate in tried:
        answer = ask(candidate)
        if answer is None:
            continue
        version, has_venv = answer
        seen.append(f"{version[0]}.{version[1]}")
        if not OLDEST <= version <= NEWEST:
            continue
        if has_venv:
            return candidate
        without_venv = without_venv or f"{version[0]}.{version[1]}"
    if without_venv:
        raise Trouble(
            f"Python {without_venv} is here, but cannot make environments. Install its venv "
            f"module: on Debian and Ubuntu `apt-get install python{without_venv}-venv`."
        )
    raise Trouble(
        f"Haven needs Python 3.11, 3.12 or 3.13; found: {', '.join(sorted(set(seen))) or 'none'}. "
        "Install one of them, or name it: make up PYTHON=/path/to/python3.12"
    )


def ask(python: str) -> tuple[tuple[int, int], bool] | None:
    """Return an interpreter's version and whether it can make environments; None if none."""
    try:
        answer = subprocess.run(  # noqa: S603  # a Python that the caller or PATH names
            [python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return None
    words = answer.stdout.split()
    if answer.returncode != 0 or len(words) != 3:
        return None
    return (int(words[0]), int(words[1])), words[2] == b"1"


def create(python: str) -> None:
    """Make an empty environment, in place of a broken one.

    Raises:
        Trouble: It cannot be made.
    """
    shutil.rmtree(str(VENV), ignore_errors=True)
    done = subprocess.run(  # noqa: S603  # the Python found above
        [python, "-m", "venv", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        said = done.stdout.decode(errors="replace")
        raise Trouble(cause(said) or f"The environment could not be made: {last_line(said)}")


def pip(words: list[str]) -> None:
    """Run pip in the environment; its progress is shown on a terminal.

    Raises:
        Trouble: pip could not; the sentence says why.
    """
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    command = [str(python_of(VENV)), "-m", "pip", *words, *quiet, "--disable-pip-version-check"]
    if sys.stderr.isatty():
        command.append("--no-color")
    process = subprocess.Popen(  # noqa: S603  # pip of our own environment
        command, stdout=None, stderr=subprocess.PIPE, cwd=str(ROOT)
    )
    said = process.communicate()[1].decode(errors="replace")
    if process.returncode == 0:
        return
    reason = cause(said)
    if reason is None:
        sys.stderr.write(said)
        reason = f"pip could not install what the lock file names: {last_line(said)}"
    raise Trouble(reason)


def cause(said: str) -> str | None:
    """Return our sentence for what a program printed, or None for something unknown."""
    for signs, sentence in CAUSES:
        if any(sign in said for sign in signs):
            return sentence
    return None


def python_of(venv: Path) -> Path:
    """Return the interpreter of an environment."""
    return venv / "bin" / "python"


def runs(python: Path) -> bool:
    """Return whether an environment's interpreter is there and still works."""
    answer = ask(str(python)) if python.exists() else None
    return answer is not None and OLDEST <= answer[0] <= NEWEST


def last_line(said: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
