"""Sources: which files lie below the folders named, and content that lies in no plain file.

In      folders and files; or whatever opens a content, as a Source
Out     paths of everything that is not a folder, in a fixed order
Fails   SourceMissing: a root is not there. A folder below that cannot be listed is given
        as if it were a file, so that it comes out as failed and not as empty
Why     links are not followed: a link in evidence may lead anywhere
Not     here: opening files; a link or a device is told as such when it is opened
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, TypeVar

from haven.engine.errors import EngineError, SourceMissing, StepCrashed, StepOutOfMemory

T = TypeVar("T")


class Source(ABC):
    """A content that lies in no plain file, such as one that is kept encrypted.

    It is opened where the pipeline runs, and there alone. On its way to a worker it becomes
    its bytes, read at the moment at which they are sent: a worker that decodes what strangers
    made learns nothing of where they came from or what opened them, and only one content at
    a time waits in memory.
    """

    name: str  # told as the path of its Occurrence

    @abstractmethod
    def open(self) -> AbstractContextManager[BinaryIO]:
        """Return the content, open for reading from its start.

        Raises:
            EngineError: It cannot be had; OSError is taken for a broken medium.
        """

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            EngineError: It cannot be had.
        """
        return self.through(lambda file: file.read())

    def through(self, reading: Callable[[BinaryIO], T]) -> T:
        """Return what a reading of the open content gives.

        Raises:
            EngineError: The content cannot be had, or the reading failed.
        """
        try:
            with self.open() as file:
                return reading(file)
        except OSError as error:
            raise SourceMissing(f"the content cannot be read: {type(error).__name__}") from None

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """Become bytes, or the error that kept them; never raise, the sender could not tell."""
        try:
            return Brought, (self.name, self.read(), None)
        except EngineError as error:
            return Brought, (self.name, b"", error)
        except MemoryError:
            return Brought, (self.name, b"", StepOutOfMemory("ran out of memory reading a file"))
        except Exception as error:  # noqa: BLE001  # isolation point: the file is marked failed
            failed = StepCrashed(f"{type(error).__name__} while reading a file")
            return Brought, (self.name, b"", failed)


class Brought(Source):
    """The bytes of a source, as a worker gets them."""

    def __init__(self, name: str, content: bytes, error: EngineError | None) -> None:
        """Keep the bytes, or why there are none."""
        self.name, self._content, self._error = name, content, error

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Never: it is read as a whole."""
        raise SourceMissing("the bytes of a source are read as a whole")

    def read(self) -> bytes:
        """Return the bytes."""
        if self._error is not None:
            raise self._error
        return self._content


def find_sources(roots: Iterable[Path]) -> Iterator[Path]:
    """Yield each file below the roots, folder by folder, names in code point order.

    Raises:
        SourceMissing: A root is not there, or is a link.
    """
    for number, root in enumerate(roots, start=1):
        if root.is_symlink() or not root.exists():
            raise SourceMissing(f"source {number} is not there, or is a link")
        yield from _below(root)


def _below(root: Path) -> Iterator[Path]:
    """Yield the files of one root."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield folder  # a plain file given as root, or a folder that cannot be listed
            continue
        deeper = []
        for entry in found:
            if _is_folder(entry):
                deeper.append(Path(entry.path))
            else:
                yield Path(entry.path)
        folders.extend(reversed(deeper))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder; what a broken medium cannot tell is none."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
