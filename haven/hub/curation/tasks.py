"""Jobs of the worker: once a week, ask the addresses of sources, where that is switched on.

In      the time for which the job was planned
Out     rows (checking.py); nothing where nobody switched it on
Fails   never for an address; what the database refuses ends the job, and the next week tries
"""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from haven.hub.curation import checking

QUEUE = "hub"


@app.periodic(cron="40 3 * * 0", periodic_id="sources")
@app.task(name="curation.check_sources", queue=QUEUE, queueing_lock="sources")
def check_sources(timestamp: int) -> None:  # the time for which it was planned
    """Ask every address once."""
    if settings.HAVEN_SOURCE_CHECKS:
        checking.check_all(at=timezone.now())
