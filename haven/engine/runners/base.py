"""What every runner promises: apply a step to items, here, in processes, or on a cluster.

In      a step (a picklable callable) and items
Out     pairs (item, result), in the order in which they are finished; Passed as it came
Fails   an EngineError of one item becomes Failed; any other exception stops the run
Why     the pipeline must not know where it runs
Not     here: what a step does; what to do with Failed
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from haven.engine.errors import EngineError
from haven.engine.options import Limits
from haven.engine.runners.sandbox.layers import SandboxState

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")
Step = Callable[[T], R]


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that its step could not finish."""

    error: EngineError


@dataclass(frozen=True, slots=True)
class Passed(Generic[P]):
    """An item that needs no step: it is handed on as it is.

    It lets a source of items report something in between without holding up the flow.
    """

    value: P


class Runner(Protocol):
    """Applies steps to items. Used as a context manager; workers end with it."""

    workers: int

    @property
    def sandbox(self) -> SandboxState:
        """What stands between the steps and the machine."""
        ...

    def __enter__(self) -> Self:
        """Return self, ready."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all workers; what is in flight is given up."""
        ...

    def map(
        self, step: Step[T, R], items: Iterable[T | Passed[P]], *, limits: Limits
    ) -> Iterator[tuple[T, R | Failed] | Passed[P]]:
        """Yield each item with its result, once, as soon as it is finished.

        Items are taken from the iterable only as they are needed, so it may be endless,
        and may itself be a `map` of the same runner.
        """
        ...
