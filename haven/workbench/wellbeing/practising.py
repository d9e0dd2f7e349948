"""Practising on harmless pictures: who has finished, and what an agency lets wait for it.

In      a member, what the agency set, the moment
Out     Practice; the fact that somebody finished, on the record once
Fails   PracticeNeeded, FirstDays: no more than the place is shown yet
Why     reveals ask here, and need not know the practice itself, which stands above them
Not     here: the stages and the harmless pictures (haven.workbench.onboarding)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import Conflict
from haven.workbench.wellbeing.models import AgencyPolicy, Practised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haven.accounts.models import Member

SET = AgencyPolicy.Practice


class PracticeNeeded(Conflict):
    """The agency asks for the practice first."""

    code = "practice.needed"
    words = _("Your agency asks for the practice first. The way to it stands on this page.")


class FirstDays(Conflict):
    """The agency shows no more than the place in a member's first days."""

    code = "practice.first_days"
    words = _("In your first days your agency shows no more than the place.")


@dataclass(frozen=True, slots=True)
class Practice:
    """How a member stands to the practice."""

    finished_at: datetime | None
    waits: str  # for what a part or the whole waits: "practice", "days"; empty: for nothing
    is_offered: bool  # recommended, and not finished
    free_on: datetime  # when the first days are over


def of_member(policy: AgencyPolicy, member: Member, *, at: datetime) -> Practice:
    """Return how a member stands to the practice at a moment."""
    done = Practised.objects.filter(member=member).first()
    finished_at = done.finished_at if done is not None else None
    free_on = member.date_joined + timedelta(days=policy.first_days)
    waits = "days" if policy.first_days and at < free_on else ""
    if policy.practice == SET.REQUIRED and finished_at is None:
        waits = "practice"
    is_offered = policy.practice == SET.RECOMMENDED and finished_at is None
    return Practice(finished_at, waits, is_offered, free_on)


def require(policy: AgencyPolicy, member: Member, *, at: datetime) -> None:
    """Return if nothing of the kind keeps a member from opening a part or the whole.

    Raises:
        PracticeNeeded, FirstDays: What the agency lets it wait for.
    """
    waits = of_member(policy, member, at=at).waits
    if waits == "practice":
        raise PracticeNeeded(f"member {member.pk} has not finished the practice")
    if waits == "days":
        raise FirstDays(f"member {member.pk} is in the first {policy.first_days} days")


def finished(members: Iterable[Member]) -> dict[int, datetime]:
    """Return when members finished, by their key; who has not is not there."""
    keys = [one.pk for one in members]
    return dict(Practised.objects.filter(member__in=keys).values_list("member", "finished_at"))


@transaction.atomic
def finish(*, by: Member, at: datetime) -> bool:
    """Keep that a member finished, and record it; False where that was known."""
    _kept, is_new = Practised.objects.get_or_create(member=by, defaults={"finished_at": at})
    if is_new:
        record("practice.finish", actor=by, agency_id=by.agency_id, at=at)
    return is_new
