"""What a hostile file may make a decoder try; each attempt works where nothing is closed."""

import ctypes
import fcntl
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from haven.engine.errors import SourceDamaged

HERE = Path("/tmp/haven-was-here")
ROOT = Path(__file__).parents[2]
LIBC = ctypes.CDLL(None, use_errno=True)


def _call(number, *arguments):
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    if LIBC.syscall(ctypes.c_long(number), *passed) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _libc(name, *arguments):
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _socket(family, kind, protocol=0):
    socket.socket(family, kind, protocol).close()


def _write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _open_for_reading(path):
    os.close(os.open(path, os.O_RDONLY))


def _list(folder, *, besides):
    """List a folder; one that shows only what a run may read is as good as closed."""
    if set(os.listdir(folder)) <= besides:
        raise OSError("there is nothing else to be seen")


def _threads_without_end():
    held = threading.Event()
    try:
        for _ in range(100_000):
            threading.Thread(target=held.wait, daemon=True).start()
    except RuntimeError as error:  # "can't start new thread"
        raise OSError("no more threads") from error
    finally:
        held.set()


ON_THE_WAY = {part for path in sys.path for part in Path(path).parts}
ATTEMPTS = {
    "tcp": lambda place: _socket(socket.AF_INET, socket.SOCK_STREAM),
    "tcp over version 6": lambda place: _socket(socket.AF_INET6, socket.SOCK_STREAM),
    "udp": lambda place: _socket(socket.AF_INET, socket.SOCK_DGRAM),
    "raw packets": lambda place: _socket(socket.AF_PACKET, socket.SOCK_RAW),
    "a unix socket, by path or abstract": lambda place: _socket(
        socket.AF_UNIX, socket.SOCK_STREAM
    ),
    "a pair of sockets": lambda place: socket.socketpair(),
    "netlink": lambda place: _socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "a virtual socket": lambda place: _socket(socket.AF_VSOCK, socket.SOCK_STREAM),
    "io_uring": lambda place: _call(425, 8, ctypes.create_string_buffer(256)),
    "the password file": lambda place: _open_for_reading("/etc/passwd"),
    "the list of settings": lambda place: _list("/etc", besides={"ld.so.cache"}),
    "a file of the data folder": lambda place: _open_for_reading(place / "data" / "secret-key"),
    "the data folder": lambda place: os.listdir(place / "data"),
    "a link in the evidence to the data folder": lambda place: _open_for_reading(
        place / "evidence" / "link"
    ),
    "the way out of the evidence": lambda place: os.listdir(place / "evidence" / ".." / "data"),
    "the list of home": lambda place: _list(Path.home(), besides=ON_THE_WAY),
    "a neighbour of the evidence": lambda place: _open_for_reading(place / "neighbour.bin"),
    "whether a neighbour is there": lambda place: os.stat(place / "neighbour.bin"),
    "the parent's environment": lambda place: _open_for_reading(f"/proc/{parent_pid()}/environ"),
    "the parent's memory": lambda place: _open_for_reading(f"/proc/{parent_pid()}/mem"),
    "the list of processes": lambda place: _open_for_reading(f"/proc/{parent_pid()}/status"),
    "writing to the evidence": lambda place: _write(place / "evidence" / "new"),
    "writing to a picture": lambda place: _write(place / "evidence" / "one.bin"),
    "writing to tmp": lambda place: _write(HERE),
    "writing to shared memory": lambda place: _write("/dev/shm/haven-was-here"),
    "writing to the program": lambda place: _write(ROOT / "haven" / "new.py"),
    "a folder": lambda place: os.mkdir(place / "evidence" / "folder"),
    "a new name": lambda place: os.rename(
        place / "evidence" / "one.bin", place / "evidence" / "two.bin"
    ),
    "a hard link": lambda place: os.link(
        place / "evidence" / "one.bin", place / "evidence" / "two.bin"
    ),
    "a soft link": lambda place: os.symlink("/etc/passwd", place / "evidence" / "two.bin"),
    "deleting": lambda place: os.unlink(place / "evidence" / "one.bin"),
    "other rights": lambda place: os.chmod(place / "evidence" / "one.bin", 0o777),
    "another owner": lambda place: os.chown(place / "evidence" / "one.bin", 1, 1),
    "another time": lambda place: os.utime(place / "evidence" / "one.bin", (1, 1)),
    "an attribute": lambda place: os.setxattr(place / "evidence" / "one.bin", "user.x", b"x"),
    "cutting": lambda place: os.truncate(place / "evidence" / "one.bin", 0),
    "a device": lambda place: os.mknod("/dev/haven-was-here"),
    "a file in memory": lambda place: os.memfd_create("haven"),
    "a program": lambda place: os.execv("/bin/true", ["true"]),
    "a program by descriptor": lambda place: _call(322, -100, b"/bin/true", None, None, 0),
    "a shell": lambda place: subprocess.run(["/bin/true"], check=True),
    "a process": lambda place: os.fork(),
    "a process in its place": lambda place: _call(58),
    "threads without end": lambda place: _threads_without_end(),
    "tracing the parent": lambda place: _call(101, 16, parent_pid(), 0, 0),
    "reading the parent's memory": lambda place: _call(310, parent_pid(), None, 0, None, 0, 0),
    "a handle on the parent": lambda place: os.pidfd_open(parent_pid()),
    "a signal to the parent": lambda place: os.kill(parent_pid(), 0),
    "a signal to everybody": lambda place: os.kill(-1, 0),
    "a signal to the group": lambda place: os.killpg(0, 0),
    "a signal to a sibling by thread": lambda place: _call(200, parent_pid(), 0),
    "the parent's limits": lambda place: _call(302, parent_pid(), 7, None, None),
    "a mount": lambda place: _libc("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "a new root": lambda place: os.chroot("/"),
    "new namespaces": lambda place: _libc("unshare", 0x10000000),
    "another's namespaces": lambda place: _libc("setns", 0, 0),
    "keys of the kernel": lambda place: _call(250, 0, -3),
    "bpf": lambda place: _call(321, 0, None, 0),
    "performance counters": lambda place: _call(298, None, 0, -1, -1, 0),
    "modules of the kernel": lambda place: _call(313, 0, b"", 0),
    "page faults by hand": lambda place: _call(323, 0),
    "another user": lambda place: os.setuid(12345),
    "the clock": lambda place: _call(227, 0, ctypes.create_string_buffer(16)),
    "the name of the machine": lambda place: _libc("sethostname", b"x", 1),
    "typing into the terminal": lambda place: _libc("ioctl", 0, 0x5412, b"x"),
    "a restart": lambda place: _call(169, 1, 2, 3, None),
}


def parent_pid():
    return _parent[0]


_parent = [0]


def attempt(place, parent, what):
    """Return how the machine answered: the name of the error, or that it worked."""
    _parent[0] = parent  # known only now
    try:
        ATTEMPTS[what](place)
    except (OSError, ImportError) as error:
        return f"refused: {type(error).__name__}"
    return "worked"


def environment(_):
    return dict(os.environ)


def descriptors(_):
    found = {}
    for number in range(256):
        try:
            seen = os.fstat(number)
        except OSError:
            continue
        kinds = {1: "pipe", 2: "device", 4: "folder", 8: "file", 12: "socket"}
        nothing = seen.st_rdev == os.makedev(1, 3)
        found[number] = "nothing" if nothing else kinds[seen.st_mode >> 12]
    return found


def secret_in_memory(needle):
    """Return whether the environment block of a worker's memory holds it."""
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(LIBC, "environ")
    seen, position = [], 0
    while environ[position]:
        seen.append(environ[position])
        position += 1
    return any(needle in one for one in seen)


def size_of(path):
    return len(path.read_bytes())


def die(how):
    if how == "abort":
        os.abort()
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return how


class Bomb:
    """Something that runs code wherever it is read."""

    def __reduce__(self):
        return os.mkdir, (str(HERE),)


def answer(what):
    """Answer as a worker may that was taken over."""
    if what == "bomb":
        return Bomb()
    if what == "a flood":
        return bytes(300 << 20)
    return what


def forge(what):
    """Write into the pipe of the pool what no worker says, past all of Pebble."""
    from pebble.pool.process import Acknowledgement

    words = {"a lie": pickle.dumps(Acknowledgement(1, 424242)), "noise": b"\x80noise"}[what]
    for number in range(3, 64):
        try:
            is_pipe = os.fstat(number).st_mode >> 12 == 1
            writable = is_pipe and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE
        except OSError:
            continue
        if writable:
            os.write(number, len(words).to_bytes(4, "big") + words)
    return what


def complain(_):
    """Fail with an error of ours that says more than ours do."""
    error = SourceDamaged("x" * 5_000)
    error.code = "<b>" + "y" * 5_000
    error.more = "z"
    raise error
