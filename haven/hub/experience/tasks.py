"""Jobs of the worker: letters to authors and makers.

In      whom, which letter, and the moment of the act
Out     letters in the queue of mail
Fails   as the database does; the job may be started again, and tells nothing twice
Not     here: the work itself (telling.py)
"""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.accounts.mail import actions as mail
from haven.hub.experience import telling


@app.task(name=telling.TELL_MEMBER, queue=mail.QUEUE)
def tell_member(member_id: int, kind: str, page: str, since: str) -> None:
    """Write to who wrote something."""
    begun = datetime.fromisoformat(since)
    telling.tell_member(member_id, kind, page, since=begun, at=timezone.now())


@app.task(name=telling.TELL_MAKER, queue=mail.QUEUE)
def tell_maker(maker_id: int, since: str) -> None:
    """Write to those who speak for a maker."""
    telling.tell_maker(maker_id, since=datetime.fromisoformat(since), at=timezone.now())
