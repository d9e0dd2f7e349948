"""Crops of a case for one member: how they stand, and what may be done with them.

In      a case that was looked up with the member
Out     Standing: a crop, how it stands, what this member may do
Fails   CropNotFound, LookNotFound: not there, or another's
Why     one place says what may be done, for the page and for the act
Not     here: doing it (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from haven.web.errors import NotFound
from haven.workbench.analysis import item_queries as items
from haven.workbench.analysis import objects
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.crops.models import Crop, Look

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case

STATE = Crop.State
THERE = (STATE.READY, STATE.PROPOSED, STATE.RELEASED)  # states in which there is a file
_SHOWN = 200
ENDED = (STATE.FAILED, STATE.REFUSED, STATE.WITHDRAWN)

# What the second person confirms, each by a tick; all of them, or it is not released.
CHECKS = {
    "no_person": _(
        "No person is in it and no part of one: also not in a mirror, a screen or a picture "
        "on a wall."
    ),
    "no_name": _(
        "Nothing in it names a victim or leads to one: no name tag, school badge, address, "
        "letter or number plate."
    ),
    "not_sexual": _("Nothing in it is sexual."),
    "right_object": _("The object is the one that is meant, and the words say what it is."),
}

# Why nothing was cut out, by code; what is not here could not be opened or looked at.
WHY_NOT = {
    "object.person": _(
        "Part of a person may be in the box or too near to it. Draw a smaller box, further away "
        "from people. Haven also takes some round things, animals and statues for people; then "
        "nothing is cut out either."
    ),
    "object.unsure": _(
        "On this picture there is a face where Haven does not see the person it belongs to. So "
        "it is not known well enough where people are, and nothing is cut out of it."
    ),
    "object.size": _(
        "The box is too small to tell anything, or larger than half of the picture. Draw it "
        "closely around one object."
    ),
    "asset.missing": _(
        "The network that sees where people are is not on this machine, so nothing is cut out. "
        "Whoever runs Haven here can add it: haven assets get."
    ),
}


class CropNotFound(NotFound):
    """No such picture of an object in the case."""

    code = "crop.not_found"


class LookNotFound(NotFound):
    """No such look of this member in this session."""

    code = "crop.not_looked_at"


@dataclass(frozen=True, slots=True)
class Standing:
    """A crop, and what a member may do with it."""

    crop: Crop
    is_stale: bool  # a face was found since on its item: it must be looked at again
    may_propose: bool
    may_answer: bool
    may_withdraw: bool
    may_export: bool

    @property
    def is_there(self) -> bool:
        """Tell whether there is a file to look at."""
        return self.crop.state in THERE

    @property
    def why_not(self) -> str:
        """Return why nothing was cut out."""
        other = _("The original could not be opened or looked at, so nothing was cut out.")
        return str(WHY_NOT.get(self.crop.error_code, other))


def of_case(case: Case) -> QuerySet[Crop]:
    """Return the crops of a case, the latest first."""
    return Crop.objects.filter(item__case=case).select_related(
        "item__case", "made_by", "answered_by", "withdrawn_by"
    )


def get(case: Case, crop_id: UUID, *, held: bool = False) -> Crop:
    """Return one crop of a case.

    Args:
        case: Looked up with the member.
        crop_id: Public id.
        held: Hold the row until the transaction ends.

    Raises:
        CropNotFound: Not in this case.
    """
    rows = of_case(case).filter(public_id=crop_id)
    found = (rows.select_for_update(of=("self",)) if held else rows).first()
    if found is None:
        raise CropNotFound(f"no such picture of an object in case {case.pk}")
    return found


def look(crop: Crop, look_id: UUID, *, member: Member, session: str) -> Look:
    """Return a look at a crop by the id of its exposure.

    Raises:
        LookNotFound: Not this member's, crop's and session's.
    """
    found = Look.objects.filter(
        crop=crop, exposure__public_id=look_id, member=member, session=session
    ).first()
    if found is None:
        raise LookNotFound("no such look of this member in this session")
    return found


def has_looked(crop: Crop, member: Member, *, since: datetime) -> bool:
    """Tell whether a member has been sent the picture of a crop since a moment."""
    looks = Look.objects.filter(crop=crop, member=member, began_at__gte=since)
    return looks.filter(exposure__n_sent__gt=0).exists()


def standing(case: Case, crop: Crop, *, member: Member) -> Standing:
    """Return how a crop stands, and what a member may do with it."""
    return _standing(case, crop, member, is_stale=is_to_be_looked_at_again(crop))


def _standing(case: Case, crop: Crop, member: Member, *, is_stale: bool) -> Standing:
    works = cases.allows(case, "work")
    is_maker = crop.made_by_id == member.pk
    return Standing(
        crop=crop,
        is_stale=is_stale,
        may_propose=works and is_maker and crop.state == STATE.READY and not is_stale,
        may_answer=works and not is_maker and crop.state == STATE.PROPOSED,
        may_withdraw=may_withdraw(case, crop, member),
        may_export=works and crop.state == STATE.RELEASED and not is_stale,
    )


def may_withdraw(case: Case, crop: Crop, member: Member) -> bool:
    """Tell whether a member may withdraw a crop: its maker, and who leads the case."""
    is_theirs = crop.made_by_id == member.pk or cases.allows(case, "lead")
    return cases.allows(case, "work") and is_theirs and crop.state not in ENDED


def latest(case: Case, *, member: Member) -> list[Standing]:
    """Return the crops of a case as a member sees them, the latest first, at most _SHOWN."""
    return _standings(case, of_case(case)[:_SHOWN], member)


def about_item(case: Case, item: Item, *, member: Member) -> list[Standing]:
    """Return the crops of one item as a member sees them, the latest first."""
    return _standings(case, of_case(case).filter(item=item)[:_SHOWN], member)


def is_to_be_looked_at_again(crop: Crop) -> bool:
    """Tell whether its item has a face since that the crop was not checked against."""
    boxes = objects.face_boxes([crop.item_id])[crop.item_id]
    return crop.state in THERE and objects.has_new_face(boxes, crop.faces)


def _standings(case: Case, found: Iterable[Crop], member: Member) -> list[Standing]:
    """Return how crops stand, their faces read at once."""
    crops = list(found)
    boxes = objects.face_boxes({one.item_id for one in crops})
    return [
        _standing(
            case,
            one,
            member,
            is_stale=one.state in THERE and objects.has_new_face(boxes[one.item_id], one.faces),
        )
        for one in crops
    ]


def sharing(case: Case, item: Item, *, at: datetime) -> Authority | None:
    """Return an authority that covers sharing what lies in an exhibit of an item."""
    exhibits = {one.exhibit_id for one in items.paths(item)}
    found = (
        authority.covering(case.pk, authority.POWER.SHARE, exhibit_pk=one, at=at)
        for one in sorted(exhibits)
    )
    return next((one for one in found if one is not None), None)
