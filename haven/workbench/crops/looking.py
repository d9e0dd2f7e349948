"""Looking at a crop: counted and recorded before its picture is sent.

In      what a member asks for, in one session
Out     an exposure, which is the grant; pictures of what was cut out, marked
Fails   CaseNotFound, NotAllowed, CaseLocked, CropNotFound, LookNotFound, NoPicture, PassedOn;
        FactorNeeded, DayOver; ExposureOver, FileGone
Why     pixels of an original reach no browser without an exposure and an entry (ADR-0024)
Not     here: what ends a look (wellbeing, and reveals.js on the page)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haven.audit.actions import record
from haven.workbench.analysis import objects
from haven.workbench.crops import queries, storing
from haven.workbench.crops.actions import Who, area_of, check_factor, counted, crop_of
from haven.workbench.crops.models import Look
from haven.workbench.reveals import actions as reveals
from haven.workbench.wellbeing import actions as ledger
from haven.workbench.wellbeing import pauses
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from uuid import UUID

    from haven.workbench.cases.models import Case
    from haven.workbench.wellbeing.models import Exposure


@transaction.atomic
def look(case_id: UUID, crop_id: UUID, *, who: Who) -> Exposure:
    """Begin to look at a crop: from here on it is counted, and its picture may be asked for.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
        FactorNeeded, DayOver: As for a part of a picture.
        FileGone: There is no file.
    """
    case, crop = crop_of(case_id, crop_id, who)
    _check_day(case, who)
    if crop.state not in queries.THERE:
        raise storing.FileGone(f"crop {crop.pk} has no file")
    exposure = counted(crop, who)
    Look.objects.create(
        crop=crop, exposure=exposure, member=who.member, session=who.session, began_at=who.at
    )
    record(
        "crop.look",
        actor=who.member,
        target=crop,
        case_id=case.pk,
        at=who.at,
        reason=crop.what,
        item=crop.item_id,
        hold=exposure.pk,
    )
    return exposure


def picture(case_id: UUID, crop_id: UUID, look_id: UUID, *, who: Who) -> bytes:
    """Count one picture of a crop and return it, with who looks drawn over it.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn,
            LookNotFound: Not theirs.
        ExposureOver: The look has ended. FileGone: There is no file any more.
    """
    _case, crop = crop_of(case_id, crop_id, who)
    queries.look(crop, look_id, member=who.member, session=who.session)
    ledger.sent(look_id, area=area_of(crop), by=who.member, at=who.at)
    mark = (f"{who.member.username} {who.member.pk}", f"{who.at:%Y-%m-%d %H:%M:%S} UTC")
    return objects.shown(storing.get(crop), mark)


def _check_day(case: Case, who: Who) -> None:
    """Return if the agency lets a part of a picture be seen now.

    Raises:
        DayOver, FactorNeeded: It does not.
    """
    policy = wellbeing.policy(case.agency_id)
    if policy.late_stops and pauses.is_late(policy, who.at):
        raise reveals.DayOver(f"agency {policy.agency_id} opens nothing after the end of the day")
    if policy.part_needs_factor:
        check_factor(who)
