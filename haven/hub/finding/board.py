"""The needs board: what members may read of it.

In      a member; a state, a step, words of the catalogue's lists
Out     needs with how many members lack the same
Fails   NeedNotFound
Why     a need may tell an offender where police see little: a restricted one is for those who
        investigate, and for curators
Not     here: saying, seconding and answering needs (asking.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q

from haven.accounts import access
from haven.hub.catalogue import queries as catalogue
from haven.hub.finding.models import LONGEST_NEED, LONGEST_TITLE, Need, Seconding
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member

__all__ = ["LONGEST_NEED", "LONGEST_TITLE"]  # for forms
STATE = Need.State
ORDER = ("-n_seconded", "-said_at", "-pk")
WAITING = (STATE.OPEN, STATE.BEING_ANSWERED)


class NeedNotFound(NotFound):
    """No such need that the member may see."""

    code = "need.not_found"


def visible_to(member: Member) -> QuerySet[Need]:
    """Return the needs that a member may read; one's own always.

    What was taken back is read by who said it, and by curators, alone.
    """
    found = Need.objects.select_related("said_by__agency")
    if not access.allows(member, "catalogue.curate"):
        found = found.filter(~Q(state=STATE.WITHDRAWN) | Q(said_by=member))
    if not catalogue.sees_restricted(member):
        found = found.filter(Q(is_restricted=False) | Q(said_by=member))
    mine = Seconding.objects.filter(need=OuterRef("pk"), member=member)
    return found.annotate(n_seconded=Count("secondings"), is_seconded=Exists(mine))


def listed(member: Member, *, states: tuple[str, ...], step: str = "") -> QuerySet[Need]:
    """Return the needs on the board in some states, of one step of the work or of all."""
    found = visible_to(member).filter(state__in=states)
    return found.filter(steps__contains=[step]) if step else found


def need(public_id: UUID, *, member: Member) -> Need:
    """Return one need that a member may read.

    Raises:
        NeedNotFound: Not there, or not for this member.
    """
    found = visible_to(member).prefetch_related("met_by").filter(public_id=public_id).first()
    if found is None:
        raise NeedNotFound("no such need that the member may see")
    return found


def counted(member: Member) -> dict[tuple[str, str], int]:
    """Return how many needs wait for each technique and step, of those a member may read."""
    found: dict[tuple[str, str], int] = {}
    waiting = visible_to(member).filter(state__in=WAITING)
    for steps, techniques in waiting.values_list("steps", "techniques"):
        for key in ((t, s) for t in techniques for s in steps):
            found[key] = found.get(key, 0) + 1
    return found


def may_say(member: Member) -> bool:
    """Tell whether a member may say what they lack: not who makes tools."""
    return access.allows(member, "needs.say")
