"""System calls: the few that a worker makes; all others do not exist for it.

In      nothing
Out     this process can read open files, use memory, threads and clocks, and little else
Fails   OSError where the kernel refuses; ModuleNotFoundError or RuntimeError where the
        Python package or the system's library libseccomp.so.2 is missing
Why     sockets, new programs and processes, tracing, mounts, keys, BPF, io_uring, perf and
        new namespaces are where a kernel is attacked, and decoding needs none of them
Not     here: which files may be opened (landlock.py, namespaces.py)

Everything not on the list fails with "not implemented", which libraries expect and work
around; seen with strace on all profiles, then made wider by calls of the same kind.
"""

import errno
import os
from typing import Any

_FILES = (
    *("read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "lseek", "close"),
    *("close_range", "open", "openat", "openat2", "stat", "fstat", "lstat", "newfstatat"),
    *("statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2", "readlink"),
    *("readlinkat", "getdents", "getdents64", "getcwd", "dup", "dup2", "dup3", "fadvise64"),
    *("readahead", "poll", "ppoll", "select", "pselect6", "epoll_create1", "epoll_ctl"),
    *("epoll_wait", "epoll_pwait", "eventfd2", "pipe2"),
)
_MEMORY = (
    *("brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "msync"),
    *("pkey_alloc", "pkey_free", "pkey_mprotect", "membarrier"),
    *("mbind", "get_mempolicy", "set_mempolicy"),
)
_THREADS = (
    *("futex", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address"),
    *("sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam", "getcpu"),
    *("sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min"),
    *("gettid", "getpid", "getppid", "exit", "exit_group", "restart_syscall"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "sigaltstack"),
    *("rt_sigsuspend", "rt_sigtimedwait", "pause", "arch_prctl"),
)
_FACTS = (
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time"),
    *("getrandom", "uname", "sysinfo", "getrusage", "times", "getrlimit", "setrlimit"),
    *("getuid", "geteuid", "getgid", "getegid", "getpgrp", "getsid", "capget"),
)
PLAIN = _FILES + _MEMORY + _THREADS + _FACTS

_CLONE_THREAD, _CLONE_NEW = 0x00010000, 0x7E020000  # a thread, and no new namespace
_TCGETS, _FIOCLEX, _FIONBIO, _FIONREAD = 0x5401, 0x5451, 0x5421, 0x541B
_IOCTLS = (_TCGETS, _FIOCLEX, _FIONBIO, _FIONREAD)
_FCNTLS = (0, 1, 2, 3, 5, 6, 7, 1030)  # duplicate, flags without changing them, locks
_PRCTLS = (15, 16, 3, 0x53564D41)  # name of a thread set and got, dumpable got, memory named


def _library() -> Any:
    """Return the binding to libseccomp; imported late, as it looks for the library."""
    import pyseccomp

    return pyseccomp


def preload() -> None:
    """Find the library once, in the server that workers are copies of."""
    try:
        _library()
    except (ImportError, RuntimeError, OSError):  # the probe says so in its own words
        return


def enter() -> None:
    """Bind this process, and all threads that it starts, to the list."""
    seccomp = _library()
    allowed = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    allowed.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    native = seccomp.Arch.NATIVE
    for name in PLAIN:
        number = seccomp.resolve_syscall(native, name)
        if number >= 0:  # negative where this processor or library has no such call
            allowed.add_rule(seccomp.ALLOW, number)

    def only(name: str, position: int, values: tuple[int, ...]) -> None:
        for value in values:
            allowed.add_rule(seccomp.ALLOW, name, seccomp.Arg(position, seccomp.EQ, value))

    only("ioctl", 1, _IOCTLS)
    only("fcntl", 1, _FCNTLS)
    only("prctl", 0, _PRCTLS)
    only("prlimit64", 0, (0,))  # of this process alone
    mask = _CLONE_THREAD | _CLONE_NEW
    allowed.add_rule(
        seccomp.ALLOW, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, mask, _CLONE_THREAD)
    )
    me = os.getpid()  # abort() and raise() signal the process itself
    only("kill", 0, (me,))
    only("tgkill", 0, (me,))
    allowed.load()
