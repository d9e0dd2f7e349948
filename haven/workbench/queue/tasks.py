"""Jobs of the worker.

In      keys of cases
Out     changed entries
Fails   a job that fails is logged by the worker; the order is then less good, never wrong
Not     here: the work itself (order.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.queue import order


@app.task(name=order.TAKE_IN, queue="queue")
def take_in(case_pk: int) -> None:
    """Take new items of a large case into its order."""
    order.take_in(case_pk, at=timezone.now())


@app.task(name=order.COMPARE, queue="queue")
def compare(case_pk: int) -> None:
    """Put what is nearly the same as something judged at the end."""
    order.compare(case_pk)
