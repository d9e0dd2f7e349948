"""Worker: the process that does the jobs of the queue.

In      the queue in the database; `--alone` says that no other worker serves it
Out     jobs done; jobs that a killed worker left are taken up again
Fails   a job's error is stored with the job; the worker goes on
        UnsafeRole: in service, the worker's role of the database could do too much
Why     analysis must not slow the pages, and a crash must not end them
Not     here: what a job does (the tasks of each part)

Analyses and questions (a face to look for) have workers of their own in this process, so
that an analysis of hours does not keep a question waiting.
"""

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procrastinate import App

# Jobs at once; one analysis already uses every core.
QUEUES = {  # who holds a key waits
    "analysis": 1,
    "probes": 2,
    "reveals": 1,
    "queue": 1,
    "known": 1,
    "packages": 1,
    "mail": 1,
    "hub": 1,
}
CANNOT_START = 3
GRACE_S = 8.0  # to finish the files in flight; then the job is given back to the queue
STALLED_AFTER_S = 30.0  # without a sign of life, where other workers may serve the queue


def main(words: Sequence[str]) -> int:
    """Work until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m haven.site worker", description=__doc__)
    parser.add_argument("--alone", action="store_true", help="no other worker serves the queue")
    parser.add_argument(
        "--while-fed", action="store_true", help="stop when standard input ends (for haven up)"
    )
    args = parser.parse_args(words)
    if args.while_fed:
        threading.Thread(target=_stop_when_alone, daemon=True, name="parent").start()

    import django  # after the arguments, so that --help is quick

    os.environ["HAVEN_DATABASE_ROLE"] = "worker"
    django.setup()
    from haven.audit import context  # after the set-up
    from haven.site import database_roles

    context.enter(context.Source(via="worker"))
    from haven.workbench.analysis import sandbox  # after the set-up

    database_roles.require_safe_role()
    with _one_at_a_time() if args.alone else contextlib.nullcontext():
        try:
            sandbox.begin()
        except sandbox.NoSandbox as problem:
            print(f"haven: {problem}", file=sys.stderr)  # noqa: T201  # for whoever starts it
            return CANNOT_START
        asyncio.run(_work(alone=args.alone))
    return 0


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait for a worker of an earlier start that still finishes its files.

    The lock is one of this process alone (POSIX, not flock): the processes of an analysis
    that outlive a killed worker do not keep it.
    """
    from django.conf import settings  # after the set-up

    with (settings.HAVEN_DATA_DIR / "worker.lock").open("w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        yield


async def _work(*, alone: bool) -> None:
    """Serve the queues until a signal comes."""
    from procrastinate.contrib.django import app  # after the set-up

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's
    with app.replace_connector(connector) as serving:
        async with serving.open_async():
            await _take_up_what_was_left(serving, alone=alone)
            workers = [
                asyncio.create_task(_serve(serving, queue, at_once))
                for queue, at_once in QUEUES.items()
            ]
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([*workers, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in (*workers, stopped):
                task.cancel()
            ends = await asyncio.gather(*workers, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _take_up_what_was_left(serving: "App", *, alone: bool) -> None:
    """Queue again the jobs and analyses of workers that are gone.

    A job that was cut off may wait already: whoever did it had queued it anew for what was
    left, and the database went before the job could be ended. It is ended here.
    """
    from asgiref.sync import sync_to_async
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    from haven.workbench.analysis import actions as analysis  # after the set-up

    silence_s = 0.0 if alone else STALLED_AFTER_S
    jobs = await serving.job_manager.get_stalled_jobs(seconds_since_heartbeat=silence_s)
    for job in jobs:
        try:
            await serving.job_manager.retry_job(job)
        except UniqueViolation:
            await serving.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    await sync_to_async(analysis.resume_interrupted)()


async def _serve(serving: "App", queue: str, at_once: int) -> None:
    """Do the jobs of one queue until cancelled; then the job in hand gets a little time."""
    await serving.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=at_once,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE_S,
        fetch_job_polling_interval=2.0,
        delete_jobs="successful",
    )


def _stop_when_alone() -> None:
    """Stop this process when whoever started it is gone, even by kill -9."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
