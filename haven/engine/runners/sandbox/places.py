"""Places: which files of the machine a worker needs beside the evidence.

In      this Python
Out     folders and files to read: Python, libraries, what OpenVINO asks about processors
Fails   never; a place that is not there is left out
Why     everything that is not named here or by the run is closed to a worker
Not     here: closing it (namespaces.py, landlock.py)
"""

import functools
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import haven

MANY = 64  # more roots than this are given as the folders that hold them: a mount costs 20 µs
PACKAGES = frozenset({"site-packages", "dist-packages"})  # of a user or of a parent environment
SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"),
    *("/sys/devices/system/cpu", "/sys/devices/system/node"),
    *("/proc/cpuinfo", "/proc/meminfo"),
    *("/dev/null", "/dev/urandom"),
)


@functools.cache
def program() -> tuple[Path, ...]:
    """Return the places of Python and its libraries, and of this package."""
    paths = sysconfig.get_paths()
    libraries = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    libraries += [entry for entry in sys.path if Path(entry).name in PACKAGES]
    shared = sysconfig.get_config_var("LIBDIR")
    named = [*libraries, *([shared] if shared else []), *SYSTEM]
    return (*(Path(name) for name in named), Path(haven.__file__).parent)


def readable(given: Iterable[Path]) -> tuple[Path, ...]:
    """Return all places that a worker may read, as named and as they really are.

    A place is there under both names: a path that leads through a link is asked for by
    its name, while the kernel's rules are about where it ends.
    """
    roots = list(dict.fromkeys(path.absolute() for path in given))
    if len(roots) > MANY:
        roots = list(dict.fromkeys(root.parent if root.is_file() else root for root in roots))
    named = [*program(), *roots]
    both = [*named, *(path.resolve() for path in named)]
    there = dict.fromkeys(path for path in both if _is_there(path))
    return tuple(path for path in there if not any(above in there for above in path.parents))


def _is_there(path: Path) -> bool:
    """Return whether a place can be reached; what may not be asked for is not there."""
    try:
        return path.exists()
    except OSError:
        return False
