"""What a distance is worth: how often it was wrong on a stated set, and what was not tested.

In      calibration.json, which bench/calibration.py writes; how many faces were searched
Out     rates with intervals, and false candidates to expect among that many faces
Fails   never: what the file does not hold is "not tested"
Why     a word such as "strong" says nothing without the error behind it (R-FAIR-1, R-FAIR-3)
Not     here: a probability that two faces are one person; nobody can compute it
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from haven.workbench.queue import estimating

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

_TO = _("%(value)s (%(low)s to %(high)s)")
_FILE = Path(__file__).with_name("calibration.json")
_MOST = 10_000_000  # faces that may be asked about


class Rate(NamedTuple):
    """A share with its interval, each 0 to 1."""

    low: float
    value: float
    high: float

    @property
    def as_percent(self) -> str:
        """Return the share and its interval in percent, as the reader writes numbers."""
        low, value, high = (number_format(100 * part, decimal_pos=1) for part in self)
        return _TO % {"value": value, "low": low, "high": high}

    @property
    def as_count(self) -> str:
        """Return an expected number and its interval, as the reader writes numbers."""
        low, value, high = (number_format(part, decimal_pos=1) for part in self)
        return _TO % {"value": value, "low": low, "high": high}


class Gap(NamedTuple):
    """What others measured on children, by the years between two pictures."""

    who: Text
    between: Text
    found: Text
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One limit of distance."""

    distance: float
    false: Rate  # two different people lay nearer than this
    false_count: int
    missed: int  # people of whom two pictures lay farther apart
    expected: Rate  # different people among N who lie nearer
    at_least_one: Rate  # share of searches among N with such a false candidate


@dataclass(frozen=True, slots=True)
class Table:
    """All limits for one part of the set."""

    people: int
    faces: int
    pairs: int  # of people
    with_several: int  # people of whom there are several pictures
    lines: list[Line]


# Figures of others that the fact file marks as read; lower ones are not printed (R-FAIR-2).
# Each is a share of pairs of one person found, where 1 in 1,000 pairs of two are taken.
CHILDREN: tuple[Gap, ...] = (
    Gap(
        _("children, good pictures, another model (MagFace)"),
        _("6 months"),
        _("98.3 % found"),
        "YFA 2022, arXiv 2204.01760",
    ),
    Gap(
        _("children, good pictures, another model (MagFace)"),
        _("36 months"),
        _("94.9 % found"),
        "YFA 2022, arXiv 2204.01760",
    ),
    Gap(
        _("children of 0 to 6 months, four other models"),
        _("any"),
        _("30.7 % found"),
        "ITLF 2026, arXiv 2601.01680",
    ),
    Gap(
        _("children of 2½ to 3 years, four other models"),
        _("any"),
        _("64.7 % found"),
        "ITLF 2026, arXiv 2601.01680",
    ),
)
NOT_TESTED: tuple[Text, ...] = (
    _("children and young people of any age, with this model"),
    _("years between the two pictures"),
    _("people over 60"),
    _("relatives, such as brothers and sisters"),
    _("differences between groups of people, such as by sex or skin tone"),
    _("pictures made darker, blurred or compressed on purpose"),
    _("more people than the set holds: a larger case is computed, not measured"),
)


@lru_cache(maxsize=1)
def facts() -> dict[str, Any]:
    """Return what the file says of itself: set, model, its digest, the day."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def table(n: int, *, part: str = "all") -> Table:
    """Return the errors of each limit, and what they mean among n faces.

    Args:
        n: Faces searched, 0 or more.
        part: "all" faces of the set, or those of "enough" quality.
    """
    told = facts()[part]
    pairs = told["pairs_of_people"]
    return Table(
        people=told["people"],
        faces=told["faces"],
        pairs=pairs,
        with_several=told["people_with_several"],
        lines=[_line(one, pairs, n) for one in told["limits"]],
    )


def at(distance: float, n: int) -> Line:
    """Return the errors of the lowest limit that a distance is under, among n faces."""
    lines = table(n).lines
    return next((one for one in lines if distance <= one.distance), lines[-1])


def is_of_this_model(digests: list[str]) -> bool:
    """Tell whether a search was made with the model that was measured, and no other."""
    return digests == [facts()["model_sha256"]]


def faces_asked(said: str) -> int:
    """Return a number of faces that a reader typed; 1,000 for what is no number."""
    is_number = said.isascii() and said.isdecimal() and len(said) <= len(str(_MOST))
    return min(int(said), _MOST) if is_number else 1000  # a small case


@lru_cache(maxsize=1024)  # a report and each page of candidates ask for the same few
def interval(count: int, of: int) -> Rate:
    """Return a share with its exact interval (Clopper and Pearson, 1934) at 95 per cent.

    Args:
        count: 0 to `of`.
        of: How many were looked at; none gives 0 to 1.
    """
    if not of:
        return Rate(0.0, 0.0, 1.0)
    low, high = estimating.interval(count, of)
    return Rate(low, count / of, high)


def _line(one: dict[str, Any], pairs: int, n: int) -> Line:
    rate = interval(one["two_people_taken"], pairs)
    return Line(
        distance=one["distance"],
        false=rate,
        false_count=one["two_people_taken"],
        missed=one["people_missed"],
        expected=Rate(*(part * n for part in rate)),
        at_least_one=Rate(*(1 - (1 - part) ** n for part in rate)),
    )
