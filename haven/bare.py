"""Bare: the first thing that the server of a worker pool imports; it starts itself anew.

In      the process that Python's multiprocessing started to fork workers from
Out     the same process, started again with an environment that holds no secret
Fails   never; in any other process importing it does nothing
Why     a worker is a copy of that server, memory and all. A variable that is deleted stays
        readable in memory; after exec there is nothing left to read
Not     here: what else a worker may not reach (haven/engine/runners/sandbox)

It lies outside `haven.engine` so that nothing heavy is loaded twice. The pipes and the
socket of the server are marked as inheritable by multiprocessing and survive the exec.
"""

import os
import sys

KEPT = frozenset({"LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME"})
KEPT_GROUPS = ("LC_", "OMP_", "OPENBLAS_", "PYTHONWARN", "PYTHONHASHSEED", "PYTHONDONTWRITE")
SERVER = "from multiprocessing.forkserver import main;"  # how such a server is started


def kept(environment: dict[str, str]) -> dict[str, str]:
    """Return the variables that a worker may know."""
    return {
        name: value
        for name, value in environment.items()
        if name in KEPT or name.startswith(KEPT_GROUPS)
    }


def _start_anew() -> None:
    """Start this process again without what it need not know."""
    words = sys.orig_argv
    if not (len(words) > 2 and words[-2] == "-c" and words[-1].startswith(SERVER)):
        return
    environment = kept(dict(os.environ))
    if len(environment) < len(os.environ):
        os.execve(sys.executable, words, environment)  # noqa: S606  # no shell is meant


_start_anew()
