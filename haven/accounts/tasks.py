"""Jobs of the worker: letters, and what time brings about.

In      keys of rows; the time for which a job was planned
Out     letters sent; reminders, ends, erasures
Fails   a letter that does not go is tried again, each time later
Why     each job may be started again at any time: what is done is not done twice
Not     here: the work itself
"""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from haven.accounts.invitations import actions as invitations
from haven.accounts.joining import deciding, limits
from haven.accounts.mail import actions as mail
from haven.accounts.mail import sending
from haven.accounts.members import yearly

# Waits of 1, 1, 1, 2, 5, 13, 37 minutes and so on: the last try is a day after the first.
_AGAIN = RetryStrategy(exponential_wait=3, wait=60, retry_exceptions={sending.NotSent})


@app.task(name=mail.SEND, queue=mail.QUEUE, retry=_AGAIN)
def send_letter(letter_id: int) -> None:
    """Send a letter; after the last try it no longer waits, and the job ends."""
    sending.send(letter_id, at=timezone.now())


@app.periodic(cron="*/10 * * * *", periodic_id="joining")
@app.task(name="accounts.end_applications", queue=mail.QUEUE, queueing_lock="joining")
def end_applications(timestamp: int) -> None:  # the time for which it was planned
    """End applications that nobody answered in time; ask anew where an agreement fell."""
    now = timezone.now()
    deciding.expire(at=now)
    deciding.look_again(at=now)
    limits.forget_old()


@app.periodic(cron="20 5 * * *", periodic_id="yearly")
@app.task(name="accounts.look_after_members", queue=mail.QUEUE, queueing_lock="yearly")
def look_after_members(timestamp: int) -> None:
    """Remind and suspend, and erase what is no longer needed."""
    now = timezone.now()
    yearly.sweep(at=now)
    deciding.erase_old(at=now)
    invitations.erase_old(at=now)
    mail.erase_old(at=now)
