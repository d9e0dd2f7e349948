"""Reading: which content a file or a source holds, and its bytes once they are needed.

In      the path of a file, read by a worker; or a source, read where it can be opened
Out     Content: digests and type; later the bytes, checked against the digest
Fails   SourceError and StepError as the modules below raise them
Why     a worker of a source sees first bytes or all bytes, and nothing of where it came from
Not     here: what is done with the bytes (pipeline.py)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from haven.engine.digests.checksums import checksums, checksums_of, read_verified, verified
from haven.engine.errors import (
    EngineError,
    SourceMissing,
    SourceTooLarge,
    StepCrashed,
    StepOutOfMemory,
)
from haven.engine.media.sniff import sniff
from haven.engine.options import Limits
from haven.engine.records import Digests, FileType, Occurrence
from haven.engine.runners import Passed
from haven.engine.sources import Source


@dataclass(frozen=True, slots=True)
class Content:
    """One distinct content that has to be looked at, and one place where it lies.

    `source` is None where nobody needs the bytes, so that they are not sent in vain.
    """

    source: Path | Source | None
    digests: Digests
    file_type: FileType


@dataclass(frozen=True, slots=True)
class Summed:
    """A source whose digests are known; what goes to a worker of it is its first bytes."""

    source: Source | None
    digests: Digests
    head: bytes

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """Leave the source behind."""
        return Summed, (None, self.digests, self.head)


@contextmanager
def isolated(doing: str) -> Iterator[None]:
    """Turn what nobody planned into StepCrashed: one file must not stop the others."""
    try:
        yield
    except EngineError:
        raise
    except MemoryError as error:
        raise StepOutOfMemory(f"ran out of memory while {doing}") from error
    except Exception as error:  # isolation point: the file is marked failed
        raise StepCrashed(f"{type(error).__name__} while {doing}") from error


def summed(source: Source) -> Summed | Passed[Occurrence]:
    """Return the digests of a source, or that it cannot be opened."""
    try:
        with isolated("reading a file"):
            return Summed(source, *source.through(checksums_of))
    except EngineError as error:
        return Passed(Occurrence(source.name, error_code=error.code))


def name_of(source: Source | None) -> str:
    """Return the name of a source that was summed here."""
    return source.name if source is not None else ""


def with_bytes(content: Content, source: Source | None, limits: Limits) -> Content:
    """Return the content with its source, if a step will ask for the bytes."""
    is_needed = content.file_type.decoder and content.digests.size_bytes <= limits.file_bytes
    return replace(content, source=source if is_needed else None)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """First step: which content lies at a path, and of which type it is."""

    def __call__(self, one: Path | Summed) -> Content:
        """Return the content at a path, from one reading, or of a source that was summed."""
        with isolated("reading a file"):
            if isinstance(one, Summed):
                return Content(None, one.digests, sniff(one.head))
            digests, head = checksums(one)
            return Content(one, digests, sniff(head))


def stored_bytes(content: Content, most_bytes: int) -> bytes:
    """Return the bytes of a content, checked against its digest."""
    if isinstance(content.source, Path):
        return read_verified(content.source, content.digests.sha256, max_bytes=most_bytes)
    if content.digests.size_bytes > most_bytes:
        raise SourceTooLarge(f"file has {content.digests.size_bytes} bytes, limit {most_bytes}")
    if content.source is None:
        raise SourceMissing("the bytes of a content were not sent along")
    return verified(content.source.read(), content.digests.sha256)
