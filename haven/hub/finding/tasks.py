"""Jobs of the worker: the weekly letter.

In      the time for which a job was planned
Out     letters in the queue of mail
Fails   as the mail and the database do; the job may be started again, and tells nothing twice
Not     here: the work itself (telling.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.accounts.mail import actions as mail
from haven.hub.finding import telling


@app.periodic(cron="15 6 * * 1", periodic_id="catalogue-week")
@app.task(name="finding.tell_weekly", queue=mail.QUEUE, queueing_lock="catalogue-week")
def tell_weekly(timestamp: int) -> None:  # the time for which it was planned
    """Write the weekly letter to those who asked for it."""
    telling.tell_all(at=timezone.now())
