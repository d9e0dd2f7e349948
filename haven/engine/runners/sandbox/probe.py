"""Probe: which layers this machine lets a worker have, tried for real.

In      nothing; a process of its own tries each layer, then what it should have closed
Out     a SandboxState, found once per program
Fails   never: what fails is a layer that does not stand, with the reason
Why     a version number of a kernel says nothing about the container around it
Not     here: which tier is asked for (processes.py, the site's checks)
"""

import errno
import functools
import os
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

from haven.engine.runners.sandbox import enter as entering
from haven.engine.runners.sandbox import kernel, places
from haven.engine.runners.sandbox.layers import (
    LANDLOCK,
    LIMITS,
    LIMITS_ONLY,
    NAMESPACES,
    SYSCALLS,
    Layer,
    SandboxState,
)

PATIENCE_S = 60.0  # the first process of a program loads the engine
STANDS = {
    LIMITS: "time, memory and privileges of each worker are limited",
    NAMESPACES: "a file system, network and machine name of its own",
    LANDLOCK: "opens nothing but what a run reads",
    SYSCALLS: "no sockets, no programs, no tracing",
}
ADVICE = {
    NAMESPACES: "allow unprivileged user namespaces to Haven (docs/security/sandbox.md)",
    LANDLOCK: "needs Linux 5.13 or later with landlock among the kernel's security modules",
    SYSCALLS: "install libseccomp (Debian: apt-get install libseccomp2) and pyseccomp",
}


@functools.cache
def state(context: ForkServerContext) -> SandboxState:
    """Return what stands around a worker started from this context."""
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_try_all, args=(writer,), daemon=True)
    process.start()
    writer.close()
    found: dict[str, str] = {}
    try:
        while reader.poll(PATIENCE_S):
            name, why = reader.recv()
            found[name] = why
    except EOFError:
        process.join()
    finally:
        process.kill()
    return _state(found)


def _state(found: dict[str, str]) -> SandboxState:
    """Put into records what the process told: a reason per layer, none where it stands."""
    layers = list(LIMITS_ONLY.layers)
    for name in (NAMESPACES, LANDLOCK, SYSCALLS):
        why = found.get(name, "the process that tried it died")
        if why:
            layers.append(Layer(name, False, why, ADVICE[name]))
        else:
            layers.append(Layer(name, True, STANDS[name]))
    return SandboxState(tuple(layers))


def _try_all(writer: Connection) -> None:
    """Try each layer in this process, say how it went, then try what should be closed."""
    entering.limit()
    for name, step in entering.steps(places.readable(()), own_root=False):
        writer.send((name, _reason(step)))
        if name == SYSCALLS and not _is_closed():
            writer.send((SYSCALLS, "it is in place, but a socket, a file or a signal got out"))


def _reason(step: Callable[[], None]) -> str:
    """Return why a layer cannot be entered; nothing when it was."""
    try:
        step()
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP):
            return "this kernel has none, or it is switched off"
        return f"refused: {os.strerror(error.errno)}" if error.errno else str(error)
    except Exception as error:  # noqa: BLE001  # isolation point: the layer does not stand
        return f"{type(error).__name__}: {error}"
    return ""


def _is_closed() -> bool:
    """Return whether a socket, a foreign file and a foreign process are out of reach."""
    attempts: tuple[Callable[[], object], ...] = (
        lambda: socket.socket().close(),
        lambda: Path("/etc/passwd").read_bytes(),
        lambda: os.kill(os.getppid(), 0),
        lambda: kernel.unshare(kernel.CLONE_NEWUSER),
    )
    return not any(_works(attempt) for attempt in attempts)


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
