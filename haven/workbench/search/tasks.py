"""Jobs of the worker: the clock of urgent searches, and closing what is spent.

In      the time for which the job was planned
Out     changed rows
Why     each may be started again at any time: what is done is not done twice
Not     here: the work itself (urgent.py, actions.py, ending.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.search import actions, ending, forgetting, urgent


@app.task(name=urgent.ERASE_WORDS, queue="probes")
def erase_words(search_id: int, refusal: int) -> None:
    """Erase what stands beside the record of a refused search."""
    urgent.erase_words(search_id, refusal=refusal, at=timezone.now())


@app.task(name=forgetting.FORGET, queue="probes")
def forget(case_pk: int) -> None:
    """Erase candidates that rest on the face templates of a case, in every case."""
    forgetting.forget(case_pk)


@app.periodic(cron="* * * * *", periodic_id="search-clock")
@app.task(name="search.clock", queue="probes", queueing_lock="search-clock")
def clock(timestamp: int) -> None:  # the time for which it was planned
    """Lock urgent searches whose time is over, go on with what was left, close what is spent."""
    now = timezone.now()
    urgent.lock_overdue(at=now)
    actions.go_on_left(at=now)
    ending.close_spent(at=now)
