"""Ray: the same steps on the machines of a Ray cluster.

In, Out as in base.py; results come in the order in which they are finished
Fails   as in base.py; an actor that dies with its machine is StepCrashed
Why     one machine is not enough for a large seizure; Ray's actors hold the models
Not     here: starting a cluster (`ray start`); moving evidence: each machine must see it

Each actor keeps one worker process of its own (processes.py), so that the limits, and
what a bad file costs, are the same as on one machine.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ray
from ray.exceptions import RayActorError

from haven.engine.errors import EngineError, StepCrashed
from haven.engine.options import Limits
from haven.engine.runners.base import Failed, P, Passed, R, Step, T
from haven.engine.runners.processes import Confined, Processes
from haven.engine.runners.sandbox.layers import SandboxState

AHEAD = 2  # items per actor in flight


class Ray:
    """Runs steps on actors of a Ray cluster, or of this machine when there is none."""

    def __init__(
        self, workers: int, reads: tuple[Path, ...] = (), confined: Confined = Confined.BEST
    ) -> None:
        """Join the cluster that Ray's own settings name, or start one here."""
        self.workers = workers
        if not ray.is_initialized():
            ray.init(log_to_driver=False, include_dashboard=False, configure_logging=False)
        remote: Any = ray.remote(num_cpus=1, max_restarts=-1)(Actor)
        self._actors: list[Any] = [remote.remote(reads, confined) for _ in range(workers)]

    @property
    def sandbox(self) -> SandboxState:
        """What stands around the worker of the first actor; all should be alike."""
        found: SandboxState = ray.get(self._actors[0].sandbox.remote())
        return found

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the actors and their worker processes."""
        ray.get([actor.end.remote() for actor in self._actors])
        for actor in self._actors:
            ray.kill(actor)

    def map(
        self, step: Step[T, R], items: Iterable[T | Passed[P]], *, limits: Limits
    ) -> Iterator[tuple[T, R | Failed] | Passed[P]]:
        """Yield each item with its result, as soon as it is finished."""
        flying: dict[Any, tuple[T, int]] = {}
        free = [number for number in range(self.workers) for _ in range(AHEAD)]
        for item in items:
            if isinstance(item, Passed):
                yield item
                continue
            if not free:
                yield self._next(flying, free)
            number = free.pop()
            sent = self._actors[number].apply.remote(step, item, limits)
            flying[sent] = item, number
        while flying:
            yield self._next(flying, free)

    def _next(self, flying: dict[Any, tuple[T, int]], free: list[int]) -> tuple[T, Any]:
        """Return one finished item with its result, and free its place."""
        (finished,), _ = ray.wait(list(flying), num_returns=1)
        item, number = flying.pop(finished)
        free.append(number)
        try:
            result, unplanned = ray.get(finished)
        except RayActorError as error:
            return item, Failed(StepCrashed(f"an actor of Ray was lost: {type(error).__name__}"))
        if unplanned is not None:
            raise unplanned
        return item, result


class Actor:
    """One worker process, somewhere on the cluster."""

    def __init__(self, reads: tuple[Path, ...], confined: Confined) -> None:
        """Prepare the worker; it starts with the first item."""
        self._worker = Processes(1, reads=reads, confined=confined)

    def sandbox(self) -> SandboxState:
        """Return what stands around the worker."""
        return self._worker.sandbox

    def apply(self, step: Any, item: Any, limits: Limits) -> tuple[Any, Exception | None]:
        """Return the result of a step, or the exception that nobody planned."""
        try:
            one: list[Any] = [item]
            finished: Any
            for finished in self._worker.map(step, one, limits=limits):
                return finished[1], None
        except EngineError as error:
            return Failed(error), None
        except Exception as error:  # noqa: BLE001  # isolation point: raised again by `map`
            return None, error
        return Failed(StepCrashed("the worker gave no answer")), None

    def end(self) -> None:
        """End the worker process."""
        self._worker.__exit__(None, None, None)
