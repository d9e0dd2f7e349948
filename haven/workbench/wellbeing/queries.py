"""How much a member saw, for that member alone; and what the agency sets.

In      the member who asks; an agency
Out     seconds, and seconds times area, for each case, day and step; a policy
Fails   ExposureNotFound: not there, or not the member's
Why     it is private by construction: the rows of others are not there (site/policies.py)
Not     here: writing (actions.py). Figures of a group come from the database alone, never
        from these rows
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum, Value
from django.db.models.functions import Coalesce, Extract, Least, TruncDate

from haven.web.errors import NotFound
from haven.workbench.wellbeing.models import BEAT_S, LIFE_S, AgencyPolicy, Exposure

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

__all__ = ["BEAT_S", "HOW", "LIFE_S", "STEP", "ExposureNotFound", "Seen", "get", "own", "policy"]

STEP = Exposure.Step
HOW = Exposure.How


class ExposureNotFound(NotFound):
    """No such exposure of this member."""

    code = "exposure.not_found"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a member saw of one case on one day at one step."""

    case_pk: int
    day: date
    step: int  # 0 to 4, a value of STEP
    times: int
    seconds: float
    area_s: float  # seconds times the share of the picture that was visible


def get(public_id: UUID, *, member: Member) -> Exposure:
    """Return one exposure of a member.

    Raises:
        ExposureNotFound: Not there, or not the member's.
    """
    found = Exposure.objects.filter(public_id=public_id, member=member).first()
    if found is None:
        raise ExposureNotFound("no such exposure of this member")
    return found


def own(
    member: Member,
    *,
    at: datetime,
    since: date | None = None,
    until: date | None = None,
    zone: tzinfo | None = None,
) -> list[Seen]:
    """Return what a member saw, the latest day first.

    What has not ended counts up to the last moment at which it can have been seen.

    Args:
        member: Who asks, and whose it is.
        at: Now.
        since: The first day.
        until: The last day, included.
        zone: In which a day begins and ends; None: that of the site.
    """
    end = Coalesce(
        F("ended_at"),
        Least(
            F("last_beat_at") + Value(timedelta(seconds=LIFE_S)),
            F("ends_by"),  # PostgreSQL leaves NULL aside
            Value(at),
        ),
    )
    lasted = ExpressionWrapper(end - F("began_at"), output_field=DurationField())
    rows = Exposure.objects.filter(member=member).annotate(
        day=TruncDate("began_at", tzinfo=zone), lasted_s=Extract(lasted, "epoch")
    )
    rows = rows.filter(day__gte=since) if since else rows
    rows = rows.filter(day__lte=until) if until else rows
    sums = rows.values("case_id", "day", "step").annotate(
        times=Count("pk"), lasted=Sum("lasted_s"), area_s=Sum(F("lasted_s") * F("area"))
    )
    return [
        Seen(
            one["case_id"],
            one["day"],
            one["step"],
            one["times"],
            float(one["lasted"]),
            float(one["area_s"]),
        )
        for one in sums.order_by("-day", "case_id", "step")
    ]


def policy(agency_pk: int) -> AgencyPolicy:
    """Return what an agency sets for looking; the defaults where it set nothing."""
    found = AgencyPolicy.objects.filter(agency=agency_pk).first()
    return found or AgencyPolicy(agency_id=agency_pk)
