"""Jobs of the worker.

In      keys of rows
Out     changed rows and files
Fails   a job that fails is logged by the worker; what was not done is taken up again
Why     each job may be started again at any time: what is done is not done twice
Not     here: the work itself
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.cases import queueing
from haven.workbench.known import actions, importing, looking, storing
from haven.workbench.known.models import KnownList

_STATE = KnownList.State


@app.task(name=actions.LOOK_OVER, queue="known")
def look_over(list_pk: int) -> None:
    """Read the first rows of a list."""
    importing.look_over(list_pk)


@app.task(name=actions.TAKE_IN, queue="known")
def take_in(list_pk: int) -> None:
    """Take a list in."""
    importing.take_in(list_pk)


@app.task(name=actions.TIDY, queue="known")
def remove_files(list_pk: int) -> None:
    """Remove what is left of a list that was taken out."""
    one = KnownList.objects.filter(pk=list_pk, state=_STATE.REMOVED).first()
    if one is not None:
        actions.forget(one)


@app.task(name=actions.LOOK_UP, queue="known")
def look_up(case_pk: int) -> None:
    """Look the items of a case up."""
    looking.look_up(case_pk, at=timezone.now())


@app.periodic(cron="23 * * * *", periodic_id="known")
@app.task(name="known.tidy", queue="known", queueing_lock="known")
def tidy(timestamp: int) -> None:  # the time for which it was planned
    """Take up lists whose worker died, and remove what a crash left."""
    storing.clear_abandoned()
    for one in KnownList.objects.filter(state__in=[_STATE.ARRIVED, _STATE.READING]):
        task = actions.LOOK_OVER if one.state == _STATE.ARRIVED else actions.TAKE_IN
        queueing.once(task, queue="known", lock=f"list-{one.pk}", list_pk=one.pk)
