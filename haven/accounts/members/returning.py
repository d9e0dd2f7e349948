"""Coming back: the access of a member is opened again.

In      the member, the reason, who acts, the moment
Out     the member, active; or paused still, for the yearly confirmation alone
Fails   MemberNotFound, ReasonMissing; WrongState
Why     who was away over the day of the yearly confirmation gives it first: a word of a
        colleague opens no account whose address nobody may read any more
Not     here: pausing and leaving (actions.py)
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from haven.accounts.mail import actions as mail
from haven.accounts.members import actions, yearly
from haven.accounts.models import Member
from haven.audit.actions import record


@transaction.atomic
def reactivate(member_id: int, *, reason: str, by: Member, at: dt.datetime) -> Member:
    """Open a member's access again, also for one who came back.

    Over the day of the yearly confirmation, `by` gives the word for the duty with it, and
    the access opens by itself once the member confirms the address.

    Raises:
        MemberNotFound: Not for `by`.
        ReasonMissing: No reason was given.
        WrongState: Neither suspended nor left, or the yearly confirmation is missing.
    """
    member = actions.locked(member_id, by=by)
    if member.status not in (Member.Status.SUSPENDED, Member.Status.LEFT):
        raise actions.WrongState(f"member {member.pk} is {member.status}")
    if member.suspended_because == Member.Because.UNVERIFIED:
        raise actions.WrongState(f"member {member.pk} waits for the yearly confirmation")
    record(
        "member.reactivate",
        actor=by,
        target=member,
        agency_id=member.agency_id,
        at=at,
        reason=reason,
        was=member.status,
    )
    if yearly.is_over(member, on=at.date()):
        yearly.pause_on_return(member, by=by, at=at)
        return member
    actions.let_in(member, at=at)
    mail.write_to(member, "reactivated", at=at, name=member.display_name)
    return member
