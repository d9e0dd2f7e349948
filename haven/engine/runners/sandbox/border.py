"""Border: what a worker sends back is data from a stranger, and is read as such.

In      bytes that a worker wrote, which a hostile file may have taken over
Out     records, numbers, arrays and errors: what steps return
Fails   BrokenProcessPool for anything else: the pool is given up, nothing of it is used
Why     results are pickled, and unpickling can call any function by name. Without this, who
        takes over a decoder is out of the sandbox with his first answer
Not     here: whether a result is true; a worker can lie about the files it was given
"""

import builtins
import functools
import io
import pickle
import sys
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import Any

from pebble import ProcessPool

MAX_ANSWER_BYTES = 256 << 20  # a picture with 1,000 faces and their crops takes a tenth
OWN = frozenset({"haven.engine.records", "haven.engine.errors", "haven.engine.reading"})
EXACT = frozenset(
    {
        ("pebble.pool.process", "Acknowledgement"),
        ("pebble.pool.process", "TaskResult"),
        ("pebble.pool.process", "TaskProblem"),
        ("pebble.common.types", "Result"),
        ("pebble.common.types", "ResultStatus"),
        ("pebble.common.types", "RemoteException.rebuild_exception"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("pathlib", "PosixPath"),
        ("pathlib._local", "PosixPath"),  # its home in Python 3.13
        ("builtins", "set"),
        ("builtins", "frozenset"),
    }
)


class _Reader(pickle.Unpickler):
    """An unpickler that knows a few names and no others."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name stands for, if a step may return it."""
        if (module, name) == ("builtins", "bytearray"):
            return _bytes_again
        if (module, name) in EXACT:
            return super().find_class(module, name)
        found = None
        if module in OWN and module in sys.modules:
            found = vars(sys.modules[module]).get(name)
        elif module == "builtins":
            found = vars(builtins).get(name)
            # No SystemExit or KeyboardInterrupt: a file must not end the program.
            if not (isinstance(found, type) and issubclass(found, Exception)):
                found = None
        if isinstance(found, type) and found.__module__ == module:
            return found
        raise pickle.UnpicklingError("an answer names what no step returns")


def _bytes_again(sent: bytes = b"") -> bytearray:
    """Return a bytearray of what was sent; a mere number would be memory for the asking."""
    if not isinstance(sent, bytes):
        raise pickle.UnpicklingError("a bytearray is sent as its bytes")
    return bytearray(sent)


def read(answer: bytes) -> Any:
    """Return what a worker sent.

    Raises:
        BrokenProcessPool: It is not what steps return.
    """
    try:
        return _Reader(io.BytesIO(answer)).load()
    except Exception as error:  # isolation point: whatever it does, the answer is refused
        raise BrokenProcessPool("a worker sent what no step returns") from error


def guard(pool: ProcessPool) -> ProcessPool:
    """Let a pool read its workers' answers in no other way. Call it before the first task.

    Pebble has no place for this; what is replaced are two methods of its parts.
    """
    manager: Any = pool._pool_manager
    workers: Any = manager.worker_manager
    make, take = workers.create_channels, manager.process_next_message

    def create_channels() -> None:
        make()
        channel = workers.pool_channel
        channel.recv = functools.partial(receive, channel.reader)

    def process_next_message(timeout: float) -> None:
        try:
            take(timeout)
        except BrokenProcessPool:
            raise
        except Exception as error:  # isolation point: a lie about tasks must not stop the reader
            raise BrokenProcessPool("a worker told of what it was not given") from error

    workers.create_channels = create_channels
    manager.process_next_message = process_next_message
    return pool


def receive(pipe: Connection) -> Any:
    """Return the next answer from a pool's pipe."""
    try:
        answer = pipe.recv_bytes(MAX_ANSWER_BYTES)
    except EOFError:
        raise
    except OSError as error:
        raise BrokenProcessPool("a worker sent more than any step returns") from error
    return read(answer)
