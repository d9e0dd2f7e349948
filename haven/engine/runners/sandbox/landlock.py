"""Landlock: a process tells the kernel what it will never do again.

In      the places to read
Out     this process can open them for reading and nothing else; it can start no program,
        open no TCP connection, reach no process outside by signal or abstract socket
Fails   OSError where the kernel has no Landlock
Why     it needs no privilege and holds inside containers, where namespaces may be refused
Not     here: other system calls (syscalls.py)

Source: the kernel's Documentation/userspace-api/landlock.rst and linux/landlock.h.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from haven.engine.runners.sandbox import kernel

READ_FILE, READ_DIR = 1 << 2, 1 << 3
TO_14 = (1 << 13) - 1  # all rights on files of version 1
ADDED = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # link elsewhere, truncate, ioctl of devices
TCP = 0b11  # bind and connect, from version 4
SCOPES = 0b11  # abstract sockets and signals, from version 6


def enter(places: Iterable[Path], *, own_root: bool = False) -> None:
    """Bind this process, which has one thread, to reading the places alone.

    In a root of its own, which holds nothing but the places, it may list every folder:
    Python looks for modules that way.
    """
    version = kernel.landlock_version()
    files = TO_14
    for since, right in ADDED.items():
        if version >= since:
            files |= right
    network = TCP if version >= 4 else 0
    scopes = SCOPES if version >= 6 else 0
    size_bytes = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = kernel.landlock_ruleset(files, network, scopes, size_bytes)
    try:
        for place in places:
            _allow(ruleset, place, READ_FILE | READ_DIR if place.is_dir() else READ_FILE)
        if own_root:
            _allow(ruleset, Path("/"), READ_DIR)
        kernel.landlock_restrict(ruleset)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, place: Path, rights: int) -> None:
    """Allow rights on one place and below it."""
    descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        kernel.landlock_allow_below(ruleset, descriptor, rights)
    finally:
        os.close(descriptor)
