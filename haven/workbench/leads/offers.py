"""Offers: what the program finds that may be a lead. A member takes one up, or nobody does.

In      a case that was looked up with the member
Out     Offer: what, from which finding, how strong, what would disprove it
Why     the same face, camera or picture on two exhibits ties them together; whether that
        means anything is for a person to say
Not     here: taking one up (actions.py); nothing is stored of an offer

At most `_MOST` of a kind are offered, so that a page of a large case stays a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import haven
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import ties
from haven.workbench.known import queries as known
from haven.workbench.leads.models import Lead

if TYPE_CHECKING:
    from haven.workbench.cases.models import Case

KIND = Lead.Kind
STRENGTH = Lead.Strength
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something the program found that may be a lead."""

    key: str  # the same finding has the same key
    kind: str
    what: str
    item_pk: int | None = None
    group_pk: int | None = None
    group_id: str = ""
    face_pk: int | None = None
    exhibits: tuple[str, ...] = ()  # labels
    analyser: str
    version: str
    strength: str
    disproof: str
    alternatives: str


def of_case(case: Case) -> list[Offer]:
    """Return what the program offers in a case that nobody took up yet."""
    taken = set(
        Lead.objects.filter(case=case).exclude(offer_key="").values_list("offer_key", flat=True)
    )
    found = [*_groups(case), *_cameras(case), *_copies(case), *_known(case), *_clocks(case)]
    return [one for one in found if one.key not in taken]


def get(case: Case, key: str) -> Offer | None:
    """Return one offer that nobody took up yet."""
    return next((one for one in of_case(case) if one.key == key), None)


def _groups(case: Case) -> Iterator[Offer]:
    """Yield groups of faces that lie on several exhibits."""
    made = faces.made_with([case.pk])
    digests = made["model_sha256"]
    version = ", ".join(one[:12] for one in digests) if isinstance(digests, list) else ""
    for tie in ties.groups_across(case, most=_MOST):
        yield Offer(
            key=f"group:{tie.key}",
            kind=KIND.EXHIBITS,
            what=_("Faces that look alike lie on %(exhibits)s.")
            % {"exhibits": _list(tie.exhibits)},
            group_pk=tie.pk,
            group_id=tie.key,
            face_pk=tie.face,
            exhibits=tie.exhibits,
            analyser=str(made["model"]),
            version=version or haven.__version__,
            strength=STRENGTH.UNKNOWN,
            disproof=_("One of the two is seen elsewhere at the same time, or a mark differs."),
            alternatives=_("Relatives or others who look alike; one picture copied to both."),
        )


def _cameras(case: Case) -> Iterator[Offer]:
    """Yield serial numbers of cameras that several exhibits hold pictures of."""
    for tie in ties.cameras_across(case, most=_MOST):
        yield Offer(
            key=f"camera:{tie.pk}",
            kind=KIND.CAMERA,
            what=_("Pictures that name the camera number %(serial)s lie on %(exhibits)s.")
            % {"serial": tie.key, "exhibits": _list(tie.exhibits)},
            item_pk=tie.pk,
            exhibits=tie.exhibits,
            analyser=_("metadata of the files"),
            version=haven.__version__,
            strength=STRENGTH.WEAK,
            disproof=_("The camera of that number never was where the exhibits were."),
            alternatives=_(
                "Anyone can write metadata; makers reuse numbers; pictures are sent on."
            ),
        )


def _copies(case: Case) -> Iterator[Offer]:
    """Yield pictures of which another exhibit holds almost the same."""
    for tie in ties.copies_across(case, most=_MOST):
        yield Offer(
            key=f"copies:{tie.key}",
            kind=KIND.COPIES,
            what=_(
                "Item %(item)s and item %(other)s look almost the same; they lie on %(exhibits)s."
            )
            % {
                "item": tie.pk,
                "other": tie.key.rpartition("-")[2],
                "exhibits": _list(tie.exhibits),
            },
            item_pk=tie.pk,
            exhibits=tie.exhibits,
            analyser="PDQ",
            version=haven.__version__,
            strength=STRENGTH.MODERATE,
            disproof=_("Seen beside each other, the two show different scenes."),
            alternatives=_("Both were taken from a third place, such as a web page."),
        )


def _known(case: Case) -> Iterator[Offer]:
    """Yield items that lists of alerts or of the agency have, or that look like their entries."""
    for hit in known.leads(case, most=_MOST):
        near = hit.bits is not None
        what = _("Item %(item)s is on the list “%(name)s”: %(how)s.")
        if near:
            what = _(
                "Item %(item)s looks like an entry of “%(name)s”: %(bits)s of 256 bits differ."
            )
        one = hit.known_list
        yield Offer(
            key=f"known:{hit.item_id}-{one.public_id}-{hit.entry}",
            kind=KIND.KNOWN,
            what=what
            % {
                "item": hit.item_id,
                "name": one.name,
                "bits": hit.bits,
                "how": hit.get_certainty_display(),
            },
            item_pk=hit.item_id,
            analyser=_("lists of known files"),
            version=one.list_version or one.file_sha256[:12],
            strength=STRENGTH.MODERATE if near else STRENGTH.STRONG,
            disproof=_("Seen beside each other, the two show different scenes.")
            if near
            else _("The maker of the list entered the digest by mistake."),
            alternatives=_("A picture that many devices hold, such as one of a web page."),
        )


def _clocks(case: Case) -> Iterator[Offer]:
    """Yield time zones whose places have pictures with another clock."""
    for tie in ties.clocks_in_doubt(case, most=_MOST):
        yield Offer(
            key=f"clock:{tie.pk}-{tie.key}",
            kind=KIND.CLOCK,
            what=ngettext(
                "%(n)s picture names a place in the time zone %(zone)s, with a clock that is not"
                " kept there.",
                "%(n)s pictures of one camera name places in the time zone %(zone)s, with a clock"
                " that is not kept there.",
                tie.n_items,
            )
            % {"n": tie.n_items, "zone": tie.key},
            item_pk=tie.pk,
            exhibits=tie.exhibits,
            analyser=_("metadata of the files"),
            version=haven.__version__,
            strength=STRENGTH.WEAK,
            disproof=_("The camera was there, and its clock was never set to the zone."),
            alternatives=_(
                "The clock was wrong; place or time were changed by a program or a person."
            ),
        )


def _list(labels: tuple[str, ...]) -> str:
    """Return labels of exhibits as a list to read."""
    return ", ".join(f"“{one}”" for one in labels)
