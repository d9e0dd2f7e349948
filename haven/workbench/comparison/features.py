"""The checklist of a comparison: what to look at on two faces, from top to bottom.

In      nothing
Out     FEATURES and ANSWERS, as data; VERSION is kept with every comparison
Why     two people who look at the same features in the same order can be compared with each
        other; "not visible" is an answer (R-FACE-1)
Not     here: distances and ratios measured on a picture; published practice does not accept
        them, and Haven does not make them

The order and the kinds of features follow published practice of morphological comparison
(FISWG, Facial Image Comparison Feature List, version 2.0, 2018); the words are our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

VERSION = "1"  # raise when a feature or an answer changes its meaning


class Feature(NamedTuple):
    """One thing to look at."""

    name: Text
    look_at: Text


FEATURES: dict[str, Feature] = {
    "hairline": Feature(_("Hairline"), _("course, height, peak, recession")),
    "forehead": Feature(_("Forehead"), _("height, width, slope, lines")),
    "brows": Feature(_("Brows"), _("shape, thickness, distance from the eyes")),
    "eyes": Feature(_("Eyes"), _("opening, folds of the lids, inner and outer corners")),
    "ears": Feature(_("Ears"), _("size, lobe, outer rim, how far they stand out")),
    "cheeks": Feature(_("Cheeks"), _("cheekbones, fullness, folds")),
    "nose": Feature(_("Nose"), _("root, bridge, tip, wings, nostrils")),
    "lip_groove": Feature(_("Between nose and mouth"), _("length and groove of the upper lip")),
    "mouth": Feature(_("Mouth"), _("line, fullness of the lips, corners, teeth")),
    "chin": Feature(_("Chin and jaw"), _("shape, cleft, line of the jaw")),
    "outline": Feature(_("Outline of the face"), _("overall shape, symmetry")),
    "neck": Feature(_("Neck"), _("folds, larynx")),
    "marks": Feature(_("Marks"), _("scars, moles, freckles, tattoos, piercings")),
}
SIMILAR, DIFFERENT, NOT_VISIBLE, CANNOT_SAY = "similar", "different", "not_visible", "cannot_say"
ANSWERS: dict[str, Text] = {
    SIMILAR: _("similar"),
    DIFFERENT: _("different"),
    NOT_VISIBLE: _("not visible"),
    CANNOT_SAY: _("cannot say"),
}
