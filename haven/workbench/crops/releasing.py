"""The second person, and what leaves: releasing a crop, refusing it, withdrawing it, its file.

In      what a member asks for, in one session
Out     changed rows, the record; the file, counted before it is sent
Fails   CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn; NotNow,
        NotLooked, SaysTooLittle, NotShared, ToBeLookedAtAgain, FactorNeeded, FileGone
Why     what has left cannot be called back: another person looks first, an authority covers
        it, and each file is on the record with its digest (ADR-0029)
Not     here: how a crop stands (queries.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.crops import queries, storing
from haven.workbench.crops.actions import (
    STATE,
    NotLooked,
    NotNow,
    SaysTooLittle,
    Who,
    area_of,
    check_factor,
    check_fresh,
    counted,
    crop_of,
    put_on_record,
)
from haven.workbench.wellbeing import actions as ledger

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from haven.workbench.cases.models import Case
    from haven.workbench.crops.models import Crop


class NotShared(authority.NoAuthority):
    """No valid authority covers giving anything of the exhibit to others."""

    code = "crop.not_shared"
    words = _(
        "No valid authority of this case covers sharing with others for this exhibit. Enter the "
        "legal basis under “Authority” first."
    )


@transaction.atomic
def release(
    case_id: UUID, crop_id: UUID, *, reason: str, ticked: Collection[str], who: Who
) -> Crop:
    """Release a crop as the second person; from then on its file may be given out.

    Args:
        case_id: Public id.
        crop_id: Public id.
        reason: Why.
        ticked: Keys of queries.CHECKS; all of them.
        who: Another member than who made it, with a factor given lately.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
        NotNow, NotLooked, SaysTooLittle, NotShared, ToBeLookedAtAgain, FactorNeeded: What is
            missing.
    """
    case, crop = _to_answer(case_id, crop_id, reason, who)
    check_factor(who)
    check_fresh(crop)
    if not set(queries.CHECKS) <= set(ticked):
        raise SaysTooLittle("a release takes every tick")
    basis = _basis(case, crop, who)
    _answered(crop, STATE.RELEASED, reason, who)
    facts = {"sha256": crop.sha256, "authority": basis}
    put_on_record("crop.release", crop, case, who, crop.answer, **facts)
    return crop


@transaction.atomic
def refuse(case_id: UUID, crop_id: UUID, *, reason: str, who: Who) -> Crop:
    """Do not release a crop, as the second person; its file is erased.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
        NotNow, NotLooked, SaysTooLittle: What is missing.
    """
    case, crop = _to_answer(case_id, crop_id, reason, who)
    _answered(crop, STATE.REFUSED, reason, who)
    put_on_record("crop.refuse", crop, case, who, crop.answer, sha256=crop.sha256)
    transaction.on_commit(lambda: storing.erase(crop))
    return crop


@transaction.atomic
def withdraw(case_id: UUID, crop_id: UUID, *, reason: str, who: Who) -> Crop:
    """Withdraw a crop; its file is erased. What was given out before stays out.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound: Not theirs.
        NotNow: It has ended, or the member neither made it nor leads the case.
        SaysTooLittle: No reason.
    """
    case = cases.get(case_id, member=who.member, to="work")
    crop = queries.get(case, crop_id, held=True)
    if not queries.may_withdraw(case, crop, who.member):
        raise NotNow(f"crop {crop.pk} cannot be withdrawn by member {who.member.pk}")
    if not reason.strip():
        raise SaysTooLittle("a withdrawal has a reason")
    crop.state, crop.withdrawn_why = STATE.WITHDRAWN, reason.strip()
    crop.withdrawn_by, crop.withdrawn_at = who.member, who.at
    crop.save(update_fields=["state", "withdrawn_why", "withdrawn_by", "withdrawn_at"])
    put_on_record("crop.withdraw", crop, case, who, crop.withdrawn_why, exports=crop.n_exports)
    transaction.on_commit(lambda: storing.erase(crop))
    return crop


@transaction.atomic
def export(case_id: UUID, crop_id: UUID, *, who: Who) -> bytes:
    """Return the released file, to be published; counted, and recorded each time.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
        NotNow, NotShared, ToBeLookedAtAgain, FactorNeeded, FileGone: It does not leave.
    """
    case, crop = crop_of(case_id, crop_id, who, held=True)
    if crop.state != STATE.RELEASED:
        raise NotNow(f"crop {crop.pk} is {crop.state}")
    check_factor(who)
    check_fresh(crop)
    basis = _basis(case, crop, who)
    jpeg = storing.get(crop)
    crop.n_exports += 1
    crop.save(update_fields=["n_exports"])
    exposure = counted(crop, who)
    ledger.sent(exposure.public_id, area=area_of(crop), by=who.member, at=who.at)
    put_on_record("crop.export", crop, case, who, crop.why, sha256=crop.sha256, authority=basis)
    ledger.end(exposure.public_id, how=ledger.HOW.RELEASED, by=who.member, at=who.at)
    return jpeg


def _to_answer(case_id: UUID, crop_id: UUID, reason: str, who: Who) -> tuple[Case, Crop]:
    """Return a crop that waits for this member, held.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
        NotNow: It does not wait, or they made it. NotLooked: They did not look at it.
        SaysTooLittle: No reason.
    """
    case, crop = crop_of(case_id, crop_id, who, held=True)
    since = crop.proposed_at
    if crop.state != STATE.PROPOSED or since is None or crop.made_by_id == who.member.pk:
        raise NotNow(f"crop {crop.pk} does not wait for member {who.member.pk}")
    if not queries.has_looked(crop, who.member, since=since):
        raise NotLooked(f"member {who.member.pk} did not look at crop {crop.pk}")
    if not reason.strip():
        raise SaysTooLittle("the second person says why")
    return case, crop


def _answered(crop: Crop, state: str, reason: str, who: Who) -> None:
    """Write what the second person said."""
    crop.state, crop.answer = state, reason.strip()
    crop.answered_by, crop.answered_at = who.member, who.at
    crop.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _basis(case: Case, crop: Crop, who: Who) -> int:
    """Return the key of the authority on which a crop is given to others.

    Raises:
        NotShared: There is none.
    """
    found = queries.sharing(case, crop.item, at=who.at)
    if found is None:
        raise NotShared(f"no authority covers sharing of item {crop.item_id}")
    return found.pk
