"""Jobs of the worker: the clock of urgent searches, and closing what is spent.

In      the time for which the job was planned
Out     changed rows
Why     each may be started again at any time: what is done is not done twice
Not     here: the work itself (urgent.py, ending.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.search import ending, urgent


@app.task(name=urgent.ERASE_WORDS, queue="probes")
def erase_words(search_id: int, refusal: int, why: str) -> None:
    """Erase what stands beside the record of a refused search."""
    urgent.erase_words(search_id, refusal=refusal, why=why, at=timezone.now())


@app.periodic(cron="* * * * *", periodic_id="search-clock")
@app.task(name="search.clock", queue="probes", queueing_lock="search-clock")
def clock(timestamp: int) -> None:  # the time for which it was planned
    """Lock urgent searches whose time is over, and close those whose picture is gone."""
    now = timezone.now()
    urgent.lock_overdue(at=now)
    ending.close_spent(at=now)
