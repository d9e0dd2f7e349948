"""Stopping to look through a case or one of its exhibits: a decision on the record.

In      a case, perhaps an exhibit, a reason, who leads, when
Out     a final row with the figures of that moment; a later one supersedes it
Fails   CaseNotFound, NotAllowed, CaseLocked, ExhibitNotFound; StopReasonMissing, AlreadySo
Why     not all of a seizure can be looked at; what may be left unseen is then known and said
Not     here: the figures (queries.left)
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import queries as evidence
from haven.workbench.queue import order, queries
from haven.workbench.queue.models import State, Stop

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member


class StopReasonMissing(BadInput):
    """Why it stops was not said."""

    code = "stop.reason_missing"
    words = _("Say why. The reason is kept with the figures of this moment.")


class AlreadySo(Conflict):
    """It was stopped already, or goes on already."""

    code = "stop.already_so"
    words = _("Somebody decided that in the meantime.")


@transaction.atomic
def decide(
    case_id: UUID,
    *,
    stops: bool,
    reason: str,
    exhibit_id: UUID | None = None,
    by: Member,
    at: datetime,
) -> Stop:
    """Stop looking through a case or an exhibit, or go on after all.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, ExhibitNotFound: `by` does not lead an open case.
        StopReasonMissing, AlreadySo: As they say.
    """
    case = cases.get(case_id, member=by, to="work")
    cases.get(case_id, member=by, to="lead")
    exhibit = evidence.get(exhibit_id, member=by, case_id=case_id) if exhibit_id else None
    if not reason.strip():
        raise StopReasonMissing("a stop without a reason")
    order.bring_up(case, at=at, whole=True)  # figures of all of it
    State.objects.select_for_update().get(case=case)  # one decision after the other
    last = queries.stopped(case, exhibit)
    if (last is not None and last.stops) == stops:
        raise AlreadySo(f"case {case.pk} is so already")
    figures = queries.left(case, exhibit)
    made = Stop.objects.create(
        case=case,
        exhibit=exhibit,
        stops=stops,
        reason=reason.strip(),
        decided_by=by,
        decided_at=at,
        supersedes=last,
        **asdict(figures),
    )
    order.mark(case)
    record(
        "queue.stop" if stops else "queue.go_on",
        actor=by,
        target=made,
        case_id=case.pk,
        at=at,
        reason=reason.strip(),
        exhibit=exhibit.pk if exhibit else None,
        left=figures.n_left,
        control=figures.n_control,
        expected_tenths=round(figures.expected * 10),
        low_tenths=round(figures.low * 10),
        high_tenths=round(figures.high * 10),
    )
    return made
