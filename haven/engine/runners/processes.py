"""Processes: one worker process per core, each with limits, a dead one costs one file.

In, Out as in base.py; results come in the order in which they are finished
Fails   as in base.py; over time StepTimeout, over memory StepOutOfMemory, death StepCrashed;
        StepCrashed stops the run when workers die again and again without an item
Why     decoders are fed by strangers; and OpenCV and OpenVINO then use all cores
Not     here: which step; namespaces and system-call filters (planned, docs/architecture)
"""

import multiprocessing
import os
import resource
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from haven.engine.errors import EngineError, StepCrashed, StepOutOfMemory, StepTimeout
from haven.engine.options import Limits
from haven.engine.runners.base import Failed, P, Passed, R, Step, T

AHEAD = 8  # items per worker in flight: enough that no core waits, few enough to be cheap
POOLS = 5  # in a row that may break before an item is finished
WATCH_S = 1.0  # how often to see whether the pool still lives, where nothing is finished
PRELOADED = ["haven.engine.pipeline"]  # imported once, so that a new worker starts at once


class Processes:
    """Runs steps in worker processes."""

    def __init__(self, workers: int) -> None:
        """Prepare `workers` processes, started when first needed."""
        self.workers = workers
        self._broken = 0
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(max_workers=self.workers, initializer=_begin, context=context)

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

    def _is_lost(self, future: Future[R], pool: ProcessPool) -> bool:
        """Return whether an item was given up with its pool and has to be sent again."""
        if future.done():
            return isinstance(future.exception(), BrokenProcessPool)
        return pool is not self._pool or not pool.active

    def _send(self, step: Step[T, R], item: T, limits: Limits) -> Future[R]:
        """Hand one item to the pool; its clock starts when a worker takes it.

        Pebble gives up a whole pool when a worker dies that had no item, or that held the
        lock of their common pipe. Nobody is to blame for that but the killer: the next
        pool goes on.
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
        return Failed(error)
    except TimeoutError:
        return Failed(StepTimeout(f"took over {limits.wall_s:g} s and was ended"))
    except ProcessExpired as death:
        if death.exitcode == -signal.SIGXCPU:
            return Failed(StepTimeout(f"used over {limits.cpu_s:g} s of processor time"))
        return Failed(StepCrashed(f"the worker process died with exit code {death.exitcode}"))


def _begin() -> None:
    """Set up a worker: no Ctrl-C (the parent decides), no core files with pixels in them.

    What decoders print is about evidence and does not belong in a log.
    """
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # a device, not a path of ours
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


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


def _address_space() -> int:
    """Return the bytes of address space that this process has mapped."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(statm.split()[0]) * resource.getpagesize()
