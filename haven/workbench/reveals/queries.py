"""The ladder of an item for one member: which step is open, and what the next one takes.

In      a case and an item that were looked up with the member; the session
Out     a Ladder; reveals, holds, requests for a second person
Fails   RevealNotFound, HoldNotFound, RequestNotFound: not there, or another's
Why     one place says what a reveal takes, for the page and for the act
Not     here: opening and holding (actions.py)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from haven.web.errors import NotFound
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.reveals.models import PART, WHOLE, Choice, Hold, Reveal, SecondPerson
from haven.workbench.wellbeing import handing, pauses, practising
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.wellbeing.models import AgencyPolicy

__all__ = ["DRAWING", "PART", "STEP", "WHOLE"]

STEP = Reveal.Step
DRAWING = Choice.Drawing
STATE = SecondPerson.State

# Others may know an item too: each returns words that say from where, or nothing. A part of
# the workbench that stands above this one adds its own in its AppConfig.ready.
known_by: list[Callable[[Item], str]] = []


class RevealNotFound(NotFound):
    """No such reveal of this member in this session."""

    code = "reveal.not_found"


class HoldNotFound(NotFound):
    """Nothing of this kind is held by this member in this session."""

    code = "reveal.not_held"


class RequestNotFound(NotFound):
    """No such request in the case."""

    code = "reveal.request_not_found"


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a page says of the steps of an item."""

    policy: AgencyPolicy
    is_possible: bool  # there is a picture to open, and the member may work on the case
    known: list[str]  # from where it is known; empty: it is not
    reveal: Reveal | None  # open now, in this session
    request: SecondPerson | None  # the member's last, for this item
    choice: Choice
    is_late: bool  # it is after the end of the day for looking
    practice: practising.Practice  # whether it is finished, and what waits for it

    @property
    def step(self) -> int:
        """Return the highest step that can be held now; 1 where none is open."""
        return self.reveal.step if self.reveal is not None else 1

    @property
    def is_ready(self) -> bool:
        """Tell whether the pixels are there."""
        return self.reveal is not None and self.reveal.opened.state == "ready"


def session_of(key: str | None) -> str:
    """Return how a session is told in a row: never by its key."""
    return hashlib.sha256((key or "").encode()).hexdigest()


def ladder(case: Case, item: Item, *, member: Member, session: str, at: datetime) -> Ladder:
    """Return the ladder of an item for one member in one session."""
    reveal = live(item, member=member, session=session, at=at)
    policy = wellbeing.policy(case.agency_id)
    return Ladder(
        policy=policy,
        is_possible=item.status == items.STATUS.DONE
        and cases.allows(case, "work")
        and not handing.is_kept(member, item.pk),
        known=known(item),
        reveal=reveal,
        request=last_request(item, member=member, at=at),
        choice=choice(member),
        is_late=pauses.is_late(policy, at),
        practice=practising.of_member(policy, member, at=at),
    )


def live(item: Item, *, member: Member, session: str, at: datetime) -> Reveal | None:
    """Return the reveal of an item that is open in a session."""
    return _live(member, session, at).filter(item=item).first()


def get(reveal_id: UUID, item: Item, *, member: Member, session: str, at: datetime) -> Reveal:
    """Return one open reveal, held until the transaction ends.

    Raises:
        RevealNotFound: Not open, or another member's, item's or session's.
    """
    rows = _live(member, session, at).select_for_update(of=("self",))
    found = rows.filter(item=item, public_id=reveal_id).first()
    if found is None:
        raise RevealNotFound("no such reveal of this member in this session")
    return found


def hold(hold_id: UUID, item: Item, *, member: Member, session: str) -> Hold:
    """Return what a member holds, by the id of its exposure.

    Raises:
        HoldNotFound: Not this member's, item's and session's.
    """
    found = (
        Hold.objects.filter(
            exposure__public_id=hold_id,
            exposure__member=member,
            reveal__item=item,
            reveal__session=session,
        )
        .select_related("exposure", "reveal__opened__item__case")
        .first()
    )
    if found is None:
        raise HoldNotFound("nothing of this kind is held by this member in this session")
    return found


def known(item: Item) -> list[str]:
    """Return from where an item is known, so that it is not shown again unless asked."""
    shown = Hold.objects.filter(reveal__item=item, step=WHOLE).exists()
    told = [words for words in (ask(item) for ask in known_by) if words]
    return ["shown", *told] if shown else told


def last_request(item: Item, *, member: Member, at: datetime) -> SecondPerson | None:
    """Return a member's last request for a second person, unless a yes has run out."""
    found = SecondPerson.objects.filter(item=item, asked_by=member).first()
    is_over = found is not None and found.until is not None and found.until <= at
    return None if is_over else found


def agreed(item: Item, *, member: Member, at: datetime) -> SecondPerson | None:
    """Return a colleague's yes that counts now."""
    return SecondPerson.objects.filter(
        item=item, asked_by=member, state=STATE.AGREED, until__gt=at
    ).first()


def waiting(case: Case, *, member: Member) -> QuerySet[SecondPerson]:
    """Return what colleagues of a case ask for, and this member may decide."""
    asked = SecondPerson.objects.filter(item__case=case, state=STATE.ASKED)
    return asked.exclude(asked_by=member).select_related("asked_by", "item")


def request(case: Case, request_id: UUID) -> SecondPerson:
    """Return one request of a case.

    Raises:
        RequestNotFound: Not in this case.
    """
    rows = SecondPerson.objects.select_related("item")
    found = rows.filter(item__case=case, public_id=request_id).first()
    if found is None:
        raise RequestNotFound(f"no such request in case {case.pk}")
    return found


def choice(member: Member) -> Choice:
    """Return how a member likes originals drawn."""
    return Choice.objects.filter(member=member).first() or Choice(member=member)


def _live(member: Member, session: str, at: datetime) -> QuerySet[Reveal]:
    """Return the reveals of a member that are open in a session."""
    rows = Reveal.objects.filter(
        member=member, session=session, closed_at__isnull=True, until__gt=at
    )
    return rows.select_related("opened__item__case", "item")
