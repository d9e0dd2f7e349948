"""Jobs of the worker: what nothing more was heard of has ended; old sittings are erased.

In      the time for which the job was planned
Out     ended rows of the ledger
Why     it may be started again at any time: what has ended is left alone
Not     here: the work itself (actions.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.wellbeing import actions, groups, pauses


@app.periodic(cron="* * * * *", periodic_id="wellbeing-sweep")
@app.task(name="wellbeing.sweep", queue="probes", queueing_lock="wellbeing-sweep")
def sweep(timestamp: int) -> None:  # the time for which it was planned
    """End what nothing more was heard of."""
    actions.sweep_lost(at=timezone.now())


@app.periodic(cron="20 * * * *", periodic_id="wellbeing-weeks")
@app.task(name="wellbeing.weeks", queue="probes", queueing_lock="wellbeing-weeks")
def weeks(timestamp: int) -> None:
    """Add up the weeks that are over, for groups of five or more."""
    groups.close_weeks(at=timezone.now())


@app.periodic(cron="20 3 * * *", periodic_id="wellbeing-forget")
@app.task(name="wellbeing.forget", queue="probes", queueing_lock="wellbeing-forget")
def forget(timestamp: int) -> None:
    """Erase how long members worked, where nobody needs it any more."""
    pauses.forget(at=timezone.now())
