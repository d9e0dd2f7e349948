"""Jobs of the worker: messages that are too old are erased.

In      the time for which a job was planned
Out     rows erased
Fails   as the database does; the next day's job does it then
Not     here: the work itself (erasing.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.hub.community import erasing


@app.periodic(cron="35 3 * * *", periodic_id="messages")
@app.task(name="community.erase_messages", queue="hub", queueing_lock="messages")
def erase_messages(timestamp: int) -> None:  # the time for which it was planned
    """Erase messages to which nobody added for too long."""
    erasing.erase_old(at=timezone.now())
