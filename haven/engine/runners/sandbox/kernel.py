"""Kernel: the system calls that Python has no name for.

In      plain numbers, paths, flags
Out     nothing, or a file descriptor
Fails   OSError with the kernel's reason
Why     Landlock, mounts and namespaces by ctypes: no compiler, no further package
Not     here: what they are called for (namespaces.py, landlock.py)

Numbers are those of the kernel's headers: linux/prctl.h, linux/sched.h, linux/mount.h,
linux/landlock.h, linux/capability.h and asm-generic/unistd.h.
"""

import ctypes
import os
import platform
from pathlib import Path

# Since Linux 5.10 new calls have one number everywhere; older ones differ.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446

PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MNT_DETACH = 2
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN = 1, 2, 21

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    """Return the result of a call, or raise what the kernel said."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _call(number: int, *arguments: object) -> int:
    """Make a system call by number; whole numbers are passed as the kernel's long."""
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *passed))


def prctl(option: int, *arguments: int) -> None:
    """Set a property of this process."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    _checked(_libc.prctl(option, *(ctypes.c_ulong(one) for one in padded)))


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _checked(_libc.unshare(flags))


def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system, or bind a place to another."""
    _checked(
        _libc.mount(
            source.encode(),
            os.fsencode(target),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        )
    )


def unmount(target: Path) -> None:
    """Take a file system away with all that is mounted in it."""
    _checked(_libc.umount2(os.fsencode(target), MNT_DETACH))


def mount_attributes(target: Path, attributes: int, *, recursive: bool) -> None:
    """Set attributes of a mount, and of those in it; none is taken away."""
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    flags = AT_RECURSIVE if recursive else 0
    _call(_MOUNT_SETATTR, AT_FDCWD, os.fsencode(target), flags, wanted, ctypes.sizeof(wanted))


def pivot_root(new: Path, old: Path) -> None:
    """Make `new` the root of this process; the former root appears at `old`."""
    _call(_PIVOT_ROOT[platform.machine()], os.fsencode(new), os.fsencode(old))


def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers."""
    return _call(_LANDLOCK_CREATE, None, 0, 1)


def landlock_ruleset(files: int, network: int, scopes: int, size_bytes: int) -> int:
    """Return a descriptor of a new set of rules that handles these rights."""
    handled = (ctypes.c_uint64 * 3)(files, network, scopes)
    return _call(_LANDLOCK_CREATE, handled, size_bytes, 0)


def landlock_allow_below(ruleset: int, place: int, rights: int) -> None:
    """Allow rights on the file or folder that the descriptor `place` stands for."""
    rule = rights.to_bytes(8, "little") + place.to_bytes(4, "little", signed=True)
    _call(_LANDLOCK_ADD, ruleset, 1, rule, 0)


def landlock_restrict(ruleset: int) -> None:
    """Bind this thread, and all that it starts, to a set of rules."""
    _call(_LANDLOCK_RESTRICT, ruleset, 0)


_CAP_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3: two words for each set


def capabilities() -> int:
    """Return the capabilities in effect, one bit each."""
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION, 0)  # 0: this thread
    sets = (ctypes.c_uint32 * 6)()
    _checked(_libc.capget(header, sets))
    return sets[0] | sets[3] << 32


def keep_capabilities(kept: int) -> None:
    """Give up all capabilities but those in `kept`."""
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION, 0)
    low, high = kept & 0xFFFFFFFF, kept >> 32
    sets = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    _checked(_libc.capset(header, sets))
