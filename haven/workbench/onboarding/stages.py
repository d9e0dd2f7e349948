"""Stages: what the practice goes through, from least to most.

In      nothing
Out     STAGES, each with its words and keys; CODES, harmless categories to try
Fails   StageNotFound: no such stage
Not     here: the pages (views.py), harmless pictures (analysis/practice.py)
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.web.errors import NotFound

Words = str | Promise


class StageNotFound(NotFound):
    """The practice has no such stage."""

    code = "practice.no_stage"


class Key(NamedTuple):
    """A key and what it does, the same as on the pages of a case."""

    key: str
    does: Words


class Stage(NamedTuple):
    """One stage of the practice."""

    number: int
    title: Words
    about: Words
    keys: tuple[Key, ...]


class Code(NamedTuple):
    """A category to try."""

    key: str
    words: Words
    colour: str


STAGES = (
    Stage(
        1,
        _("Faces and facts"),
        _(
            "This is how every picture of a case begins: faces in ovals, all else a coarse "
            "mosaic. Without a face nothing is shown, and the facts are there all the same."
        ),
        (
            Key("←→", _("to the next picture and back")),
            Key("↵", _("open its facts")),
            Key("Esc", _("back to the grid")),
        ),
    ),
    Stage(
        2,
        _("The place, a part, and how it is drawn"),
        _(
            "The place is shown with people filled solid. A part is shown under a lens, while "
            "you hold a key. It can be drawn grey, as a mosaic or in lines: nothing is claimed "
            "for any of these, they are there for you to choose."
        ),
        (
            Key("b", _("the place, people filled")),
            Key("v", _("hold: a part under the lens")),
            Key("←↑↓→", _("move the lens while you hold")),
        ),
    ),
    Stage(
        3,
        _("Hold, and stop at once"),
        _(
            "The whole is there only while you hold. Let go and it is gone; also when you look "
            "at another window, when nothing moves for a while, and after the longest time. Try "
            "each of these. In real work a reason is asked for first, and each look is counted."
        ),
        (
            Key("⇧ v", _("hold: the whole picture")),
            Key("Esc", _("hide it at once")),
        ),
    ),
    Stage(
        4,
        _("Categories, and “Not me, please”"),
        _(
            "One key gives a category and goes on. Another hands a picture to a colleague: no "
            "reason is asked, now or later, and nothing of it is counted. Both can be taken back."
        ),
        (
            Key("1 2 3 0", _("give a category")),
            Key("n", _("not me, please")),
            Key("u", _("take back the last")),
        ),
    ),
    Stage(
        5,
        _("Pauses and help"),
        _(
            "Haven says when a pause would be good, and never stops you for it. Help is one key "
            "away on every page, and nobody is told that you looked for it."
        ),
        (Key("?", _("keys, and help for you")),),
    ),
)
CODES = (
    Code("1", _("People"), "accent"),
    Code("2", _("A place"), "good"),
    Code("3", _("A thing or an animal"), "warning"),
    Code("0", _("Not relevant"), ""),
)


def get(number: int) -> Stage:
    """Return one stage.

    Raises:
        StageNotFound: There is none of this number.
    """
    found = next((one for one in STAGES if one.number == number), None)
    if found is None:
        raise StageNotFound(f"no stage {number}")
    return found
