"""Queueing: a job that waits at most once, asked for within a transaction.

In      the name of a task, its queue, a lock that names what it is about
Out     the job waits, once; whether it did not wait before
Fails   as the queue does; who asks is rolled back with it
Why     asking twice is ordinary, and must cost neither a second job nor the transaction
Not     here: the tasks (each folder's tasks.py), the worker (haven.site.worker)
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def once(task: str, *, queue: str, lock: str, in_s: int = 0, **said: Any) -> bool:
    """Queue a job unless it waits already; tell whether it was queued now.

    Args:
        task: Its name.
        queue: That serves it.
        lock: Names what it is about; of each lock one job waits.
        in_s: Seconds before which it does not begin.
        said: What the job is told.
    """
    job = app.configure_task(
        task, queue=queue, queueing_lock=lock, schedule_in={"seconds": in_s} if in_s else None
    )
    try:
        with transaction.atomic():
            job.defer(**said)
    except AlreadyEnqueued:
        return False
    return True
