"""What became of a case: written by its lead, told to everyone who ever worked on it.

In      a kind and words of the lead
Out     an outcome; for each member the notices not put away yet
Fails   CaseNotFound, NotAllowed; OutcomeNotFound: not for this member
Why     learning the outcome is one of the few things that went with better health
        (evidence.py), and mostly nobody tells those who looked
Not     here: closing a case (haven.workbench.cases)

Who is told is decided where the rows are (site/policies.py): members of the case, and whoever
has a row in the ledger for it. The lead learns nothing about who that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from haven.audit.actions import record
from haven.web.errors import NotFound
from haven.workbench.cases import queries as cases
from haven.workbench.wellbeing.models import Exposure, Outcome, OutcomeRead

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

KIND = Outcome.Kind


class OutcomeNotFound(NotFound):
    """No such outcome for this member."""

    code = "outcome.not_found"


@transaction.atomic
def write(case_id: UUID, *, kind: str, words: str, by: Member, at: datetime) -> Outcome:
    """Write what became of a case; an earlier outcome stays.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
    """
    case = cases.get(case_id, member=by, to="lead")
    outcome = Outcome.objects.create(
        case=case,
        agency_id=case.agency_id,
        number=case.number,
        kind=KIND(kind),
        words=words.strip(),
        written_by=by,
        written_at=at,
    )
    OutcomeRead.objects.create(outcome=outcome, member=by)
    record(
        "outcome.write",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        personal={"words": outcome.words} if outcome.words else None,
        kind=outcome.kind,
    )
    return outcome


def of_case(case: Case) -> QuerySet[Outcome]:
    """Return the outcomes of a case, the latest first."""
    return Outcome.objects.filter(case=case).select_related("written_by")


def notices(member: Member) -> QuerySet[Outcome]:
    """Return what a member has not put away, of cases the member worked on at any time."""
    return _told(member).exclude(read_by__member=member)


@transaction.atomic
def put_away(outcome_id: UUID, *, by: Member) -> None:
    """Put a notice away; doing it twice changes nothing.

    Raises:
        OutcomeNotFound: Not for this member.
    """
    found = _told(by).filter(public_id=outcome_id).first()
    if found is None:
        raise OutcomeNotFound("no such outcome for this member")
    OutcomeRead.objects.get_or_create(outcome=found, member=by)


def _told(member: Member) -> QuerySet[Outcome]:
    """Return the outcomes of cases that a member is on or saw something of."""
    seen = Exposure.objects.filter(member=member).values("case")
    mine = cases.visible_to(member).values("pk")
    return Outcome.objects.filter(Q(case__in=mine) | Q(case__in=seen), agency=member.agency_id)
