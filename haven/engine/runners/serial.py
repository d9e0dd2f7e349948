"""Serial: one item after the other in this process.

In, Out as in base.py; order of results is the order of items
Fails   as in base.py. Limits are not enforced and nothing stands between a decoder and this
        process: use it on files that you trust
Why     the plain version beside the fast one; the debugger works
"""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from haven.engine.errors import EngineError
from haven.engine.options import Limits
from haven.engine.runners.base import Failed, P, Passed, R, Step, T
from haven.engine.runners.sandbox.layers import NOTHING


class Serial:
    """Runs each step at once, here."""

    workers = 1
    sandbox = NOTHING

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing: there is no worker."""

    def map(
        self,
        step: Step[T, R],
        items: Iterable[T | Passed[P]],
        *,
        limits: Limits,  # part of the promise; not enforced here
    ) -> Iterator[tuple[T, R | Failed] | Passed[P]]:
        """Yield each item with its result, in order."""
        for item in items:
            if isinstance(item, Passed):
                yield item
                continue
            try:
                result: R | Failed = step(item)
            except EngineError as error:
                result = Failed(error)
            yield item, result
