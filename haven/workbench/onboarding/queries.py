"""How far a member is, and who of a case has finished.

In      a member; a case that was looked up with who leads it
Out     the numbers of stages done; colleagues with the day on which they finished
Fails   never
Not     here: what an agency lets wait for it (wellbeing/practising.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from haven.workbench.cases import queries as cases
from haven.workbench.onboarding.models import LAST, StageDone
from haven.workbench.wellbeing import practising

if TYPE_CHECKING:
    from datetime import datetime

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

__all__ = ["LAST"]


def done(member: Member) -> set[int]:
    """Return the stages that a member has been through."""
    return set(StageDone.objects.filter(member=member).values_list("stage", flat=True))


def next_stage(member: Member) -> int:
    """Return the first stage that a member has not been through; the first after all."""
    gone = done(member)
    return next((one for one in range(1, LAST + 1) if one not in gone), 1)


def of_case(case: Case) -> list[tuple[Member, datetime | None]]:
    """Return who works on a case, each with when the practice was finished, if it was."""
    able = cases.MAY["work"]
    members = [one.member for one in cases.members(case) if one.role in able]
    finished = practising.finished(members)
    return [(one, finished.get(one.pk)) for one in members]
