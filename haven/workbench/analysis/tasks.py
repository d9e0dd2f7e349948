"""Jobs of the worker.

In      keys of rows
Out     changed rows
Fails   a job that fails is logged by the worker; the row says it too
Why     each job may be started again at any time: what is done is not done twice
Not     here: the work itself
"""

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from haven.workbench.analysis import actions, grouping, locks, originals, probing, running
from haven.workbench.evidence import actions as evidence

_WAIT_FOR_CASE_S = 3


@app.task(
    name=actions.EXAMINE,
    queue="analysis",
    pass_context=True,
    retry=RetryStrategy(wait=_WAIT_FOR_CASE_S, retry_exceptions={locks.CaseBusy}),
)
def examine(context: JobContext, run_id: int) -> None:
    """Do a run, or go on with one."""
    running.run_now(run_id, should_stop=context.should_abort)


@app.task(name=actions.REGROUP, queue="analysis")
def regroup(case_pk: int) -> None:
    """Group the faces of a case again; there is nothing to do for one that was erased."""
    grouping.regroup_later(case_pk)


@app.task(name=actions.LOOK_AT_PROBE, queue="probes")
def look_at_probe(probe_id: int) -> None:
    """Look at a picture somebody brought."""
    probing.look(probe_id)


@app.task(name=originals.OPEN, queue="reveals")
def open_original(opened_id: int) -> None:
    """Open an original for a reveal."""
    originals.open_now(opened_id, at=timezone.now())


@app.periodic(cron="* * * * *", periodic_id="resume")
@app.task(name="analysis.resume", queue="probes", queueing_lock="resume")
def resume(timestamp: int) -> None:  # the time for which it was planned
    """Take up runs whose worker died, and erase what is no longer needed."""
    originals.erase_old(at=timezone.now())
    actions.resume_interrupted()
    actions.erase_old_probes(at=timezone.now())


@app.periodic(cron="17 * * * *", periodic_id="tidy")
@app.task(name="analysis.tidy", queue="probes", queueing_lock="tidy")
def tidy(timestamp: int) -> None:
    """Remove files of uploads that a crash cut off."""
    evidence.clear_abandoned()
