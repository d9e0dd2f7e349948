"""Jobs of the worker.

In      keys of rows
Out     erased cases; reminders on the record
Fails   a job that fails is logged by the worker; the order stays confirmed and is taken up again
Why     each job may be started again at any time: what is done is not done twice
Not     here: the work itself
"""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from haven.workbench.analysis.locks import CaseBusy
from haven.workbench.cases import clocks
from haven.workbench.retention import actions, erasing

_WAIT_FOR_CASE_S = 3


@app.task(
    name=actions.ERASE,
    queue="probes",
    retry=RetryStrategy(wait=_WAIT_FOR_CASE_S, retry_exceptions={CaseBusy}),
)
def erase(erasure_id: int) -> None:
    """Erase a case, or go on with it."""
    erasing.erase(erasure_id)


@app.task(name=actions.REWRITE, queue="probes", queueing_lock="rewrite")
def rewrite() -> None:
    """Write the tables anew after templates were erased."""
    erasing.rewrite_tables()


@app.periodic(cron="7 * * * *", periodic_id="retention")
@app.task(name="retention.watch", queue="probes", queueing_lock="retention")
def watch(timestamp: int) -> None:  # the time for which it was planned
    """Remind of dates, and take up what was confirmed or erased and cut off."""
    clocks.remind()
    actions.take_up()
    erasing.rewrite_tables()
