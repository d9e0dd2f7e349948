"""The weekly letter: what changed for those who asked to be told.

In      the moment
Out     letters, each with a note of how far its member was told
Fails   as the mail does, after the others are told; a member whose letter fails is told next
        time
Why     who follows a tool need not come by to see that its entry changed; nobody is written to
        who did not ask
Not     here: sending (accounts/mail), the feed (feeding.py)

A letter travels outside: it names tools that changed and nothing else, not what they say, not
what a member looks for.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from haven.accounts.agencies.queries import STATUSES
from haven.accounts.mail import actions as mail
from haven.hub.catalogue import describing
from haven.hub.finding import queries
from haven.hub.finding.models import Weekly

if TYPE_CHECKING:
    from haven.accounts.models import Member

KIND = "catalogue_week"
AT_LEAST = dt.timedelta(days=6)  # since the last one, so that a second start tells nothing
MOST_NAMED = 10  # tools; a letter has room for few words


def tell_all(*, at: dt.datetime) -> int:
    """Write to everyone who asked and for whom something changed; return to how many."""
    due = Weekly.objects.filter(
        told_until__lte=at - AT_LEAST,
        member__is_active=True,
        member__agency__status=STATUSES.ACTIVE,
    )
    n_told, failed = 0, None
    for key in list(due.values_list("pk", flat=True)):
        try:
            n_told += _tell(key, at)
        except Exception as error:  # noqa: BLE001  # isolation point: the others are told first
            failed = error
    if failed is not None:
        raise failed
    return n_told


@transaction.atomic
def _tell(key: int, at: dt.datetime) -> bool:
    """Write one letter, if there is something to tell; tell whether it was written."""
    held = Weekly.objects.select_for_update(of=("self",)).select_related("member__agency")
    one = held.filter(pk=key, told_until__lte=at - AT_LEAST).first()
    if one is None:
        return False
    since, member = one.told_until, one.member
    one.told_until = at
    one.save(update_fields=["told_until"])
    names = _names(member, since)
    if not names:
        return False
    tools = ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    return mail.write_to(member, KIND, at=at, name=member.display_name, tools=tools) is not None


def _names(member: Member, since: dt.datetime) -> list[str]:
    """Return the names of the tools that changed for a member, in their order."""
    changed = queries.concerning(member, since=since)
    seen = [one.tool.name for one in changed if not one.fields or describing.changed(one, member)]
    return sorted(set(seen))
