"""Namespaces: a machine of its own, empty but for the places a worker reads.

In      the places to read
Out     this process sees them read-only and nothing else: no other files, no network
        devices, no process list; the original root is gone from its sight
Fails   OSError where the kernel or the container around us does not allow it
Why     what has no name cannot be opened, changed or even asked for
Not     here: system calls (syscalls.py); process numbers: Pebble tells its workers apart by
        theirs, and without /proc nothing is to be seen of the others

A root that may administer does it without a user namespace: in one it could no longer read
evidence that belongs to somebody else.
"""

import os
import resource
from collections.abc import Iterable
from pathlib import Path

from haven.engine.runners.sandbox import kernel

BASE = Path("/tmp")  # noqa: S108  # only as a place to mount on; nothing is written there
NEW, OLD = "new", "old"
MAX_THREADS = 512  # counted in this user namespace alone; OpenVINO starts a few per model
APART = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS


def enter(places: Iterable[Path]) -> None:
    """Move this process, which has one thread, into namespaces of its own."""
    places = tuple(places)
    if kernel.capabilities() >> kernel.CAP_SYS_ADMIN & 1:
        kernel.unshare(APART)
    else:
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(APART | kernel.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
        resource.setrlimit(resource.RLIMIT_NPROC, (MAX_THREADS, MAX_THREADS))
    _move_root(places)


def _move_root(places: tuple[Path, ...]) -> None:
    """Build a root that holds the places alone, and move into it.

    Twice, as bubblewrap does it: first to where both the old root and the new one can be
    named, then into the new one, so that what is mounted over does not matter.
    """
    kernel.mount("none", Path("/"), "", kernel.MS_REC | kernel.MS_PRIVATE)
    quiet = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("haven", BASE, "tmpfs", quiet, "mode=0755,size=1m")
    (BASE / NEW).mkdir()
    (BASE / OLD).mkdir()
    kernel.pivot_root(BASE, BASE / OLD)
    os.chdir("/")
    new, old = Path("/") / NEW, Path("/") / OLD
    kernel.mount("haven", new, "tmpfs", quiet, "mode=0755,size=4m")
    for place in places:
        _bind(old, new, place)
    kernel.unmount(old)
    os.chdir(new)
    kernel.pivot_root(Path(), Path())
    kernel.unmount(Path())
    os.chdir("/")
    kernel.mount_attributes(Path("/"), kernel.ATTR_RDONLY, recursive=True)


def _bind(old: Path, new: Path, place: Path) -> None:
    """Show one place of the old root in the new one."""
    below = place.relative_to("/")
    source, target = old / _really(old, place), new / below
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    kernel.mount(str(source), target, "", kernel.MS_BIND | kernel.MS_REC)
    attributes = kernel.ATTR_RDONLY | kernel.ATTR_NOSUID
    if not below.is_relative_to("dev"):
        attributes |= kernel.ATTR_NODEV
    kernel.mount_attributes(target, attributes, recursive=True)


def _really(old: Path, place: Path) -> Path:
    """Return where a place lies below the old root, its links followed inside that root.

    An absolute link would lead out of the old root into the new one, which is empty.
    """
    found, waiting, hops = Path(), list(reversed(place.parts[1:])), 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            found = found.parent
            continue
        step = old / found / part
        if step.is_symlink() and hops < 40:  # as many as the kernel follows
            hops += 1
            link = step.readlink()
            if link.is_absolute():
                found = Path()
            waiting += [one for one in reversed(link.parts) if one != "/"]
        else:
            found = found / part
    return found
