"""The promise that every runner keeps."""

import math
import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from haven.engine.errors import UnreadableSource, WrongOption
from haven.engine.options import Limits
from haven.engine.runners import Failed, Passed, Processes, Serial, named, processes

LIMITS = Limits(wall_s=20)
TESTS = Path(__file__).parents[1]  # workers load the steps of this file from there


def halve(number: int) -> int:
    if number % 2:
        raise UnreadableSource(f"{number} is odd")
    return number // 2


def worker_of(number: int) -> int:
    return os.getpid()


def explode(number: int) -> float:
    return 1 / number


def misbehave(how: str) -> str:
    """Do what a hostile file may make a decoder do."""
    if how == "hang":
        time.sleep(60)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "vanish":
        os._exit(7)
    if how == "eat":
        return str(len(bytearray(1 << 40)))
    if how == "burn":
        while True:
            math.sqrt(2)
    return how


class RunnerPromise:
    def runner(self):
        raise NotImplementedError

    def test_gives_every_item_its_own_result_once(self):
        with self.runner() as runner:
            found = list(runner.map(halve, range(0, 100, 2), limits=LIMITS))

        assert sorted(found) == [(n, n // 2) for n in range(0, 100, 2)]

    def test_turns_an_engine_error_into_failed_and_goes_on(self):
        with self.runner() as runner:
            found = dict(runner.map(halve, [2, 3, 4], limits=LIMITS))

        assert (found[2], found[4]) == (1, 2)
        assert isinstance(found[3], Failed)
        assert (found[3].error.code, str(found[3].error)) == ("source.unreadable", "3 is odd")

    def test_stops_on_an_error_nobody_planned(self):
        with self.runner() as runner, pytest.raises(ZeroDivisionError):
            list(runner.map(explode, [1, 0, 2], limits=LIMITS))

    def test_hands_on_what_needs_no_step(self):
        with self.runner() as runner:
            found = list(runner.map(halve, [Passed("a"), 2, Passed("b")], limits=LIMITS))

        assert {item.value for item in found if isinstance(item, Passed)} == {"a", "b"}
        assert (2, 1) in found

    def test_takes_items_from_its_own_results(self):
        with self.runner() as runner:
            first = (half for _, half in runner.map(halve, range(0, 80, 4), limits=LIMITS))
            found = list(runner.map(halve, first, limits=LIMITS))

        assert sorted(half for _, half in found) == list(range(20))

    def test_takes_only_as_many_items_as_it_needs(self):
        taken = []

        def endless():
            while True:
                taken.append(len(taken))
                yield 2

        with self.runner() as runner:
            found = runner.map(halve, endless(), limits=LIMITS)
            for _ in range(5):
                next(found)

        assert len(taken) < 100


class TestSerial(RunnerPromise):
    def runner(self):
        return Serial()


class TestProcesses(RunnerPromise):
    def runner(self):
        return Processes(2, reads=[TESTS])

    @pytest.mark.parametrize(
        ("how", "code"),
        [
            ("hang", "step.timeout"),
            ("burn", "step.timeout"),
            ("crash", "step.crashed"),
            ("vanish", "step.crashed"),
            ("eat", "step.out_of_memory"),
        ],
    )
    def test_loses_only_the_item_that_misbehaves(self, how, code):
        limits = Limits(wall_s=4, cpu_s=1, memory_bytes=1 << 30)
        items = ["fine", how, "well", "good"]

        with Processes(2, reads=[TESTS]) as runner:
            found = dict(runner.map(misbehave, items, limits=limits))

        assert {item: found[item] for item in items if item != how} == {
            item: item for item in items if item != how
        }
        assert found[how].error.code == code

    def test_goes_on_when_a_worker_dies_that_had_nothing_to_do(self):
        with Processes(1, reads=[TESTS]) as runner:
            ((_, worker),) = runner.map(worker_of, [1], limits=LIMITS)
            os.kill(worker, signal.SIGKILL)
            time.sleep(1)
            found = dict(runner.map(halve, [2, 4], limits=LIMITS))

        assert found == {2: 1, 4: 2}

    def test_sends_again_what_was_lost_with_a_worker_that_held_the_pipe(self):
        with Processes(2, reads=[TESTS]) as runner:
            found = runner.map(halve, range(0, 40, 2), limits=LIMITS)
            halves = [next(found)]
            # The instant cannot be hit from outside: the pipe is held for microseconds.
            runner._pool._pool_manager.handle_broken_pool(BrokenProcessPool("as Pebble does"))
            halves += found

        assert sorted(halves) == [(n, n // 2) for n in range(0, 40, 2)]

    def test_waits_for_no_worker_that_took_the_lock_of_the_pipe_along(self, monkeypatch):
        monkeypatch.setattr(processes, "STALLED", 2)
        with Processes(2, reads=[TESTS]) as runner:
            found = runner.map(halve, range(0, 80, 2), limits=LIMITS)
            halves = [next(found)]
            channel = runner._pool._pool_manager.worker_manager.workers_channel
            # As one that is killed in the instant it holds it: nobody lets go any more.
            channel.mutex.reader_mutex.acquire()
            halves += found

        assert sorted(halves) == [(n, n // 2) for n in range(0, 80, 2)]


@pytest.mark.ray
class TestRay(RunnerPromise):
    def runner(self):
        ray = pytest.importorskip("ray", reason="the extra haven[ray] is not installed")
        if not ray.is_initialized():  # its workers must find the steps of this file
            here = {"PYTHONPATH": str(Path(__file__).parents[2])}
            ray.init(runtime_env={"env_vars": here}, include_dashboard=False, log_to_driver=False)
        return named("ray", 2)


@pytest.mark.parametrize(("name", "workers"), [("cluster", 2), ("processes", 0)])
def test_a_wrong_name_or_number_is_told(name, workers):
    with pytest.raises(WrongOption):
        named(name, workers)
