"""Processes: one worker process per core, each with limits, a dead one costs one file.

In, Out as in base.py; results come in the order in which they are finished
Fails   as in base.py; over time StepTimeout, over memory StepOutOfMemory, death StepCrashed;
        StepCrashed stops the run when workers die again and again without an item
Why     decoders are fed by strangers; and OpenCV and OpenVINO then use all cores
Not     here: which step; what else a worker cannot reach (sandbox/)
"""

import functools
import multiprocessing
import os
import resource
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from haven.engine.errors import (
    EngineError,
    SandboxMissing,
    StepCrashed,
    StepOutOfMemory,
    StepTimeout,
)
from haven.engine.options import Limits
from haven.engine.runners.base import Failed, P, Passed, R, Step, T
from haven.engine.runners.sandbox import border, probe
from haven.engine.runners.sandbox.enter import enter
from haven.engine.runners.sandbox.layers import LIMITS_ONLY, SandboxState

AHEAD = 8  # items per worker in flight: enough that no core waits, few enough to be cheap
POOLS = 5  # in a row that may break before an item is finished
MOST_WORDS = 500  # characters of an error's sentence; ours have a tenth
WATCH_S = 1.0  # how often to see whether the pool still lives, where nothing is finished
STALLED = 20  # times in a row that no worker is at work: one takes an item in milliseconds
# Imported once, in this order, so that a new worker knows no secret and starts at once.
PRELOADED = ["haven.bare", "haven.engine.pipeline", "haven.engine.runners.sandbox.preloaded"]
SECOND_TIER = 2


class Confined(StrEnum):
    """How much must stand between a worker and this machine."""

    BEST = "best"  # all that this machine offers
    REQUIRED = "required"  # the same, and nothing is read if that is not the second tier
    LIMITS = "limits"  # limits alone, for measuring and for finding faults


class Processes:
    """Runs steps in worker processes, each behind what this machine offers."""

    def __init__(
        self, workers: int, *, reads: Iterable[Path] = (), confined: Confined = Confined.BEST
    ) -> None:
        """Prepare `workers` processes, started when first needed.

        Args:
            workers: How many.
            reads: Folders and files that the steps open: evidence and models.
            confined: What must stand around a worker.

        Raises:
            SandboxMissing: The second tier is required and this machine has none.
        """
        self.workers = workers
        self.sandbox = LIMITS_ONLY if confined is Confined.LIMITS else sandbox_state()
        if confined is Confined.REQUIRED and self.sandbox.tier < SECOND_TIER:
            raise SandboxMissing("this machine offers no sandbox; haven doctor says why")
        self._begin = functools.partial(_begin, tuple(reads), self.sandbox.standing)
        self._broken = self._idle = 0
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return border.guard(
            ProcessPool(max_workers=self.workers, initializer=self._begin, context=_context())
        )

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the workers; what is in flight is given up."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # Pebble types only some methods
        self._pool.join()

    def map(
        self, step: Step[T, R], items: Iterable[T | Passed[P]], *, limits: Limits
    ) -> Iterator[tuple[T, R | Failed] | Passed[P]]:
        """Yield each item with its result, as soon as it is finished."""
        waiting = iter(items)
        flying: dict[Future[R], tuple[T, ProcessPool]] = {}
        more = True
        while more or flying:
            while more and len(flying) < AHEAD * self.workers:
                item = next(waiting, _END)
                if item is _END:
                    more = False
                elif isinstance(item, Passed):
                    yield item
                else:
                    flying[self._send(step, item, limits)] = item, self._pool
                if any(future.done() for future in flying):
                    break
            if not flying:
                continue
            landed = wait(flying, timeout=WATCH_S, return_when=FIRST_COMPLETED).done
            self._watch(flying, has_landed=bool(landed))
            for future in landed or set(flying):
                item, pool = flying[future]
                if self._is_lost(future, pool):
                    del flying[future]
                    flying[self._send(step, item, limits)] = item, self._pool
                elif future.done():
                    del flying[future]
                    self._broken = 0
                    result: R | Failed = _result(future, limits)
                    yield item, result

    def _watch(self, flying: Iterable[Future[R]], *, has_landed: bool) -> None:
        """Give the pool up where nothing was finished, and nobody was at work, for long."""
        is_busy = has_landed or any(future.running() for future in flying)
        self._idle = 0 if is_busy else self._idle + 1
        if self._idle > STALLED:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._idle = 0

    def _is_lost(self, future: Future[R], pool: ProcessPool) -> bool:
        """Return whether an item was given up with its pool and has to be sent again."""
        if future.done():
            return isinstance(future.exception(), BrokenProcessPool)
        return pool is not self._pool or not pool.active

    def _send(self, step: Step[T, R], item: T, limits: Limits) -> Future[R]:
        """Hand one item to the pool; its clock starts when a worker takes it.

        Pebble gives up a whole pool when a worker dies that had no item. One that held the
        lock of their common pipe takes it along, and the others wait for it; Pebble would
        see that after two minutes, we give the pool up before. Nobody is to blame for either
        but the killer: the next pool goes on.
        """
        while True:
            try:
                sent: Future[R] = self._pool.schedule(
                    _limited, args=[step, item, limits], timeout=limits.wall_s
                )
            except RuntimeError as error:
                self._broken += 1
                if self._broken > POOLS:
                    raise StepCrashed("worker processes die as soon as they start") from error
                self.__exit__(None, None, None)
                self._pool = self._new_pool()
            else:
                return sent


_END: Any = object()


def _result(future: Future[R], limits: Limits) -> R | Failed:
    """Return what became of one item, with the deaths of workers put into words."""
    try:
        return future.result()
    except EngineError as error:
        # Anew from its sentence: what else a worker hung on it stays behind.
        return Failed(type(error)(str(error)[:MOST_WORDS]))
    except TimeoutError:
        return Failed(StepTimeout(f"took over {limits.wall_s:g} s and was ended"))
    except ProcessExpired as death:
        if death.exitcode == -signal.SIGXCPU:
            return Failed(StepTimeout(f"used over {limits.cpu_s:g} s of processor time"))
        return Failed(StepCrashed(f"the worker process died with exit code {death.exitcode}"))


@functools.cache
def _context() -> ForkServerContext:
    """Return how workers are started: as copies of one server that knows no secret."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def sandbox_state() -> SandboxState:
    """Return what stands around a worker process of this machine, tried once per program."""
    return probe.state(_context())


def _begin(reads: tuple[Path, ...], layers: frozenset[str]) -> None:
    """Set up a worker: no Ctrl-C (the parent decides), no input and no output, shut in.

    What decoders print is about evidence and does not belong in a log.
    """
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123  # a device, not a path of ours
        for standard in (0, 1, 2):
            os.dup2(nowhere.fileno(), standard)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _own_size()
    enter(reads, layers)


def _limited(step: Step[T, R], item: T, limits: Limits) -> R:
    """Run a step on one item under this item's limits."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft_limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + limits.cpu_s) + 1)
    try:
        _soft_limit(resource.RLIMIT_AS, _address_space() + limits.memory_bytes)
        return step(item)
    except MemoryError as error:
        raise StepOutOfMemory(f"asked for over {limits.memory_bytes >> 20} MiB") from error
    finally:
        _soft_limit(resource.RLIMIT_AS, resource.RLIM_INFINITY)


def _soft_limit(which: int, value: int) -> None:
    """Set a soft limit, never over the hard one."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = hard if value == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, hard))


@functools.cache
def _own_size() -> int:
    """Return a descriptor of this process's sizes, opened before /proc is out of sight."""
    return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)


def _address_space() -> int:
    """Return the bytes of address space that this process has mapped."""
    statm = os.pread(_own_size(), 64, 0)
    return int(statm.split()[0]) * resource.getpagesize()
