"""Jobs of the worker.

In      keys of rows
Out     changed rows and files
Fails   a job that fails is logged by the worker; what was not done is taken up again
Why     each job may be started again at any time: what is done is not done twice
Not     here: the work itself
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.packages import actions, making, receiving, unpacking


@app.task(name=actions.MAKE, queue="packages")
def make(hand_over_pk: int) -> None:
    """Make the file of a hand-over."""
    making.make(hand_over_pk)


@app.task(name=receiving.UNPACK, queue="packages")
def unpack(receipt_pk: int) -> None:
    """Unpack a package that was received."""
    unpacking.unpack(receipt_pk)


@app.periodic(cron="11 * * * *", periodic_id="packages")
@app.task(name="packages.tidy", queue="packages", queueing_lock="packages")
def tidy(timestamp: int) -> None:  # the time for which it was planned
    """Erase files whose time is over, and take up what was cut off."""
    actions.erase_old(at=timezone.now())
    actions.take_up()
    receiving.take_up()
    receiving.clear_abandoned()
