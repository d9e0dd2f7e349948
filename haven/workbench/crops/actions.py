"""Drawing a box around an object, and proposing its picture to a second person.

In      what a member of a case asks for, in one session
Out     changed rows; the record
Fails   CaseNotFound, ItemNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn;
        WrongBox, OnPerson, SaysTooLittle, NotNow, NotLooked, ToBeLookedAtAgain
Why     what may be published is asked for in words, by who has looked at it. One transaction
        each: check, change, record (ADR-0029)
Not     here: cutting out (cutting.py), looking (looking.py), the second person and what
        leaves (releasing.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import objects
from haven.workbench.cases import queries as cases
from haven.workbench.crops import queries
from haven.workbench.crops.models import Crop
from haven.workbench.reveals import actions as reveals
from haven.workbench.wellbeing import actions as ledger
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from haven.workbench.cases.models import Case
    from haven.workbench.wellbeing.models import Exposure

CUT = "crops.cut"
MOST_BLACK = 3  # areas to black out
STATE = queries.STATE
Who = reveals.Who
Box = objects.Box


class WrongBox(BadInput):
    """The box is no box in the picture, or of a wrong size."""

    code = "crop.wrong_box"
    words = queries.WHY_NOT["object.size"]


class OnPerson(Conflict):
    """The box touches a face that is known."""

    code = "crop.on_person"
    words = queries.WHY_NOT["object.person"]


class SaysTooLittle(BadInput):
    """What it is, why, for whom, or a tick is missing."""

    code = "crop.says_too_little"
    words = _("Say what it is, why it is to be published and to whom; a release takes every tick.")


class NotNow(Conflict):
    """The picture does not stand so that this can be done, or not by this member."""

    code = "crop.not_now"
    words = _(
        "This cannot be done with the picture as it stands now, or not by you: who made it "
        "does not release it."
    )


class NotLooked(Conflict):
    """The member did not look at the picture before."""

    code = "crop.not_looked"
    words = _("Look at the picture itself first.")


class ToBeLookedAtAgain(Conflict):
    """A face was found on the item since."""

    code = "crop.look_again"
    words = _(
        "A face was found on this item since the picture was cut out. Withdraw it, and draw the "
        "object again if it is still right."
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a member drew."""

    box: Sequence[float]  # left, top, right, bottom, in shares of the picture, 0 to 1
    what: str  # the object, in words: why it is looked at
    black: Sequence[Sequence[float]] = ()  # up to MOST_BLACK boxes, to black out


@dataclass(frozen=True, slots=True)
class Said:
    """What the maker says of an object."""

    what: str
    why: str
    audience: str


@transaction.atomic
def draw(case_id: UUID, item_pk: int, drawn: Drawn, *, who: Who) -> Crop:
    """Have what is in a box cut out by the worker, if nobody is in it or near it.

    Raises:
        CaseNotFound, ItemNotFound, NotAllowed, CaseLocked, NoPicture, PassedOn: Not theirs.
        SaysTooLittle: It is not said what the object is.
        WrongBox: Not a box in the picture, too small or too large.
        OnPerson: It touches a face that is known; the rest is looked for by the worker.
    """
    case, item = reveals.item_of(case_id, item_pk, who)
    if not drawn.what.strip():
        raise SaysTooLittle("an object is drawn for what it is")
    outlined = _box(drawn.box)
    areas = [_box(one) for one in drawn.black]
    if not objects.is_right_size(item, outlined) or len(areas) > MOST_BLACK:
        raise WrongBox(f"a box on item {item.pk} is of a wrong size")
    if objects.touches_known_face(item, outlined):
        raise OnPerson(f"a box on item {item.pk} touches a face")
    crop = Crop.objects.create(
        item=item,
        box=list(outlined),
        black=areas,
        what=drawn.what.strip(),
        made_by=who.member,
        made_at=who.at,
    )
    put_on_record(
        "crop.draw",
        crop,
        case,
        who,
        crop.what,
        box_permille=[round(1000 * one) for one in outlined],
        black=len(areas),
    )
    jobs.configure_task(CUT, queue="reveals").defer(crop_id=crop.pk)
    return crop


@transaction.atomic
def view(case_id: UUID, crop_id: UUID, *, who: Who) -> tuple[Case, queries.Standing]:
    """Open the page of a crop, on which no picture is yet; that is recorded.

    Raises:
        CaseNotFound, CropNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=who.member)
    crop = queries.get(case, crop_id)
    record("crop.view", actor=who.member, target=crop, case_id=case.pk, at=who.at)
    return case, queries.standing(case, crop, member=who.member)


@transaction.atomic
def propose(case_id: UUID, crop_id: UUID, said: Said, *, who: Who) -> Crop:
    """Propose a crop for release, by who drew it and has looked at it.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
        NotNow, NotLooked, SaysTooLittle, ToBeLookedAtAgain: What is missing.
    """
    case, crop = crop_of(case_id, crop_id, who, held=True)
    if crop.state != STATE.READY or crop.made_by_id != who.member.pk:
        raise NotNow(f"crop {crop.pk} is {crop.state}")
    check_fresh(crop)
    if not queries.has_looked(crop, who.member, since=crop.made_at):
        raise NotLooked(f"member {who.member.pk} did not look at crop {crop.pk}")
    crop.what, crop.why, crop.audience = (
        one.strip() for one in (said.what, said.why, said.audience)
    )
    if not (crop.what and crop.why and crop.audience):
        raise SaysTooLittle("a proposal says what, why and to whom")
    crop.state, crop.proposed_at = STATE.PROPOSED, who.at
    crop.save(update_fields=["what", "why", "audience", "state", "proposed_at"])
    put_on_record(
        "crop.propose", crop, case, who, crop.why, what=crop.what, audience=crop.audience
    )
    return crop


def crop_of(case_id: UUID, crop_id: UUID, who: Who, *, held: bool = False) -> tuple[Case, Crop]:
    """Return a crop whose picture a member may see.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked, CropNotFound, NoPicture, PassedOn: Not theirs.
    """
    case = cases.get(case_id, member=who.member, to="work")
    crop = queries.get(case, crop_id, held=held)
    reveals.item_of(case_id, crop.item_id, who)
    return case, crop


def _box(numbers: Sequence[float]) -> Box:
    """Return four numbers as a box.

    Raises:
        WrongBox: They are none.
    """
    if not objects.is_box(numbers):
        raise WrongBox("four numbers are no box in a picture")
    left, top, right, bottom = (float(one) for one in numbers)
    return left, top, right, bottom


def counted(crop: Crop, who: Who) -> Exposure:
    """Begin to count a look at a part of the item."""
    return ledger.begin(
        crop.item, step=wellbeing.STEP.PART, area=area_of(crop), by=who.member, at=who.at
    )


def area_of(crop: Crop) -> float:
    """Return the share of its item that a crop shows."""
    left, top, right, bottom = crop.box
    return min(1.0, float((right - left) * (bottom - top)))


def check_factor(who: Who) -> None:
    """Return if a second factor was given lately.

    Raises:
        FactorNeeded: It was not.
    """
    if not who.has_fresh_factor:
        raise reveals.FactorNeeded(f"member {who.member.pk} gave no factor lately")


def check_fresh(crop: Crop) -> None:
    """Return if no face was found on the item since.

    Raises:
        ToBeLookedAtAgain: There was.
    """
    if queries.is_to_be_looked_at_again(crop):
        raise ToBeLookedAtAgain(f"item {crop.item_id} has a face that crop {crop.pk} knows not")


def put_on_record(verb: str, crop: Crop, case: Case, who: Who, reason: str, **facts: Any) -> None:
    """Put an act on the record; words of a member stand beside it."""
    words = [name for name in ("what", "audience") if name in facts]
    said: dict[str, object] = {name: facts.pop(name) for name in words}
    record(
        verb,
        actor=who.member,
        target=crop,
        case_id=case.pk,
        at=who.at,
        reason=reason,
        personal=said or None,
        item=crop.item_id,
        **facts,
    )
