"""Words for what the engine says of faces: how alike two are, how clear one is.

In      a word or a number of the engine
Out     plain words, translated when shown
Fails   never
Why     every page says the same of the same number; none says more than "candidate"
Not     here: words for what could not be looked at (haven.workbench.review)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

STRENGTHS: dict[str, tuple[str, Text]] = {  # word of the engine: badge, words
    "strong": ("accent", _("strong candidate")),
    "moderate": ("accent", _("moderate candidate")),
    "weak": ("", _("weak candidate")),
    "none": ("", _("hardly similar")),
}


def quality(number: float) -> Text:
    """Return a word for the quality of a face, 0 to 1.

    Source:
        0.35 is the engine's limit for a poor face (POOR_QUALITY, ENOUGH_QUALITY); 0.6
        parts the rest so that the demonstration's portraits are clear and its crowd is not.
    """
    if number < 0.35:  # see Source
        return _("poor")
    return _("fair") if number < 0.6 else _("clear")  # see Source
