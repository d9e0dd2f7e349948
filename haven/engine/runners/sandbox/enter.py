"""Enter: a worker shuts itself in, once and for good, before it sees a file.

In      the places to read, and the layers that the probe found
Out     this process behind them
Fails   OSError or another exception: the worker dies, and no file is read outside
Why     the order matters: mounts before Landlock (which forbids them), the filter last
Not     here: the limits of each file (processes.py)
"""

import contextlib
import os
import resource
import sys
from collections.abc import Callable, Collection, Iterable
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

from haven.engine.runners.sandbox import kernel, landlock, namespaces, places, syscalls
from haven.engine.runners.sandbox.layers import LANDLOCK, LIMITS, NAMESPACES, SYSCALLS


def enter(reads: Iterable[Path], layers: Collection[str]) -> None:
    """Shut this process in behind the layers named. It must have one thread."""
    limit()
    shed_descriptors()
    for name, step in steps(places.readable(reads), own_root=NAMESPACES in layers):
        if name in layers:
            step()


def steps(
    readable: tuple[Path, ...], *, own_root: bool
) -> tuple[tuple[str, Callable[[], None]], ...]:
    """Return the layers in the order in which they have to be entered."""
    return (
        (NAMESPACES, lambda: namespaces.enter(readable)),
        (LIMITS, give_up_privileges),
        (LANDLOCK, lambda: landlock.enter(readable, own_root=own_root)),
        (SYSCALLS, syscalls.enter),
    )


def limit() -> None:
    """Set what no file may ever need: no core files with pixels, no files written."""
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def give_up_privileges() -> None:
    """Give up every privilege, for good; only what root needs to read evidence stays."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    had = kernel.capabilities()
    kept = 0
    if os.geteuid() == 0:
        for one in (kernel.CAP_DAC_READ_SEARCH, kernel.CAP_DAC_OVERRIDE):
            if had >> one & 1:
                kept = 1 << one
                break
    kernel.keep_capabilities(kept)


def shed_descriptors() -> None:
    """Close what multiprocessing hands to each worker and a worker has no use for.

    The pipe of the resource tracker would let a worker remove shared memory by name.
    """
    tracker = resource_tracker._resource_tracker
    server = forkserver._forkserver
    for holder, name in ((tracker, "_fd"), (server, "_forkserver_alive_fd")):
        descriptor = getattr(holder, name, None)
        if isinstance(descriptor, int):
            setattr(holder, name, None)
            with contextlib.suppress(OSError):
                os.close(descriptor)
