"""Scoring: what the answers of an assessment say together. Functions without a database.

In      a questionnaire; answers by the id of what was asked
Out     for readiness the lowest theme first; for a risk its bands before and after controls,
        with gates that no score outweighs; for a tool check its stops; what is still missing
Fails   never; what was not answered is told as such
Why     a total would let strength in one place hide that a child is not protected in another
Not     here: who may answer and close (actions.py, closing.py), how it looks (describing.py)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import mean

from haven.hub.assessment.questionnaires import (
    CHECKLIST,
    RISK,
    UNANSWERED,
    Band,
    Item,
    Questionnaire,
    Theme,
)

BEYOND_REPAIR = 5  # severity
NOT_APPLICABLE = "not-applicable"
BAD = ("no", "maker-did-not-answer")  # answers of a tool check that cost something
Pair = tuple[int, int]  # likelihood and severity, 1 to 5 each


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered to one thing."""

    value: str = ""  # a level, a choice, why there is none; empty for a text or a risk
    text: str = ""
    basis: str = ""
    before: Pair | None = None
    after: Pair | None = None


Answers = Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class ThemeLevel:
    """How far a theme of readiness is."""

    theme: Theme
    levels: tuple[tuple[Item, int | None], ...]  # None: not answered, or not applicable
    n_open: int

    @property
    def known(self) -> list[int]:
        """Return the levels that were given."""
        return [level for _item, level in self.levels if level is not None]

    @property
    def lowest(self) -> int | None:
        """Return the level of the weakest statement: as strong as that is the theme."""
        return min(self.known, default=None)

    @property
    def highest(self) -> int | None:
        """Return the level of the strongest statement."""
        return max(self.known, default=None)


@dataclass(frozen=True, slots=True)
class Risk:
    """One harm, before and after what is done against it."""

    item: Item
    theme: Theme
    before: Pair
    after: Pair
    band_before: Band
    band_after: Band

    @property
    def score_before(self) -> int:
        """Return likelihood times severity, 1 to 25."""
        return self.before[0] * self.before[1]

    @property
    def score_after(self) -> int:
        """Return what remains, 1 to 25."""
        return self.after[0] * self.after[1]

    @property
    def is_beyond_repair(self) -> bool:
        """Tell whether it could never be put right, even when it is rare."""
        return self.after[1] == BEYOND_REPAIR


@dataclass(frozen=True, slots=True)
class ThemeCheck:
    """What a theme of a tool check found."""

    theme: Theme
    counts: Mapping[str, int]  # by answer; what was not answered is no answer
    n_open: int

    @property
    def n_bad(self) -> int:
        """Return how many were answered with no, or not at all by the maker."""
        return sum(self.counts.get(value, 0) for value in BAD)


def levels(asked: Questionnaire, given: Answers) -> list[ThemeLevel]:
    """Return the themes of readiness, the lowest first; without any level they come last.

    Of two as low the one with the lower mean is first. There is no total.
    """
    found = []
    for theme in asked.themes:
        pairs = tuple((item, _level(given.get(item.id))) for item in theme.items)
        n_open = sum(not _is_given(given.get(item.id)) for item in theme.items)
        found.append(ThemeLevel(theme, pairs, n_open))
    return sorted(found, key=_weakest)


def _weakest(one: ThemeLevel) -> tuple[bool, float, float]:
    known = one.known
    return (not known, min(known, default=0), mean(known) if known else 0)


def next_actions(asked: Questionnaire, given: Answers) -> list[tuple[Item, str]]:
    """Return what to do next: for the lowest statements, as many as the questionnaire says."""
    low = [
        (level, item)
        for theme in levels(asked, given)
        for item, level in theme.levels
        if level is not None
    ]
    found = []
    for level, item in sorted(low, key=lambda one: one[0]):
        do = next((do for up_to, do in item.next_actions if level <= up_to), None)
        if do:
            found.append((item, do))
    return found[: asked.n_next_actions]


def band(asked: Questionnaire, score: int) -> Band:
    """Return the band of a product of two values; the reader knows that there is one."""
    return next(one for one in asked.bands if one.low <= score <= one.high)


def risks(asked: Questionnaire, given: Answers) -> list[Risk]:
    """Return the harms that were valued, the highest remaining risk first. Never a sum."""
    found = []
    for theme in asked.themes:
        for item in theme.items:
            one = given.get(item.id)
            if one is None or one.before is None or one.after is None:
                continue
            bands = [band(asked, pair[0] * pair[1]) for pair in (one.before, one.after)]
            found.append(Risk(item, theme, one.before, one.after, *bands))
    return sorted(found, key=lambda one: (-one.score_after, -one.after[1], -one.score_before))


def closed_gates(asked: Questionnaire, given: Answers) -> list[Item]:
    """Return the gates that an answer closed. An open question is in missing()."""
    return [gate for key, gate in asked.gates.items() if _value(given, key) in gate.closes]


def stops(asked: Questionnaire, given: Answers) -> list[Item]:
    """Return the questions of a tool check whose answer ends the purchase."""
    return [item for key, item in asked.items.items() if _value(given, key) in item.stops]


def checks(asked: Questionnaire, given: Answers) -> list[ThemeCheck]:
    """Return the themes of a tool check, the one with the most bad answers first."""
    found = []
    for theme in asked.themes:
        values = [_value(given, item.id) for item in theme.items]
        counts = {one.value: values.count(one.value) for one in asked.choices}
        n_open = sum(not _is_given(given.get(item.id)) for item in theme.items)
        found.append(ThemeCheck(theme, counts, n_open))
    return sorted(found, key=lambda one: -one.n_bad)


def claims(asked: Questionnaire, given: Answers) -> list[Item]:
    """Return the questions that somebody's word alone answers: the list for a trial."""
    return [
        item for key, item in asked.items.items() if key in given and given[key].basis == "claimed"
    ]


def forbids(asked: Questionnaire, given: Answers) -> list[Item]:
    """Return what does not let the use begin, whatever the rest says.

    A closed gate, an answer that stops a purchase, a risk that stays in the highest band.
    """
    if asked.kind == CHECKLIST:
        return stops(asked, given)
    if asked.kind != RISK:
        return []
    worst = max(asked.bands, key=lambda one: one.high)
    remaining = [one.item for one in risks(asked, given) if one.band_after == worst]
    return closed_gates(asked, given) + remaining


def missing(asked: Questionnaire, given: Answers) -> Iterator[Item]:
    """Yield what must be answered before the close and is not."""
    for part in asked.parts:
        for item in part.items:
            if item.is_needed and not _is_given(given.get(item.id)):
                yield item


def _is_given(one: Given | None) -> bool:
    return (
        one is not None and one.value != UNANSWERED and bool(one.value or one.text or one.before)
    )


def _value(given: Answers, key: str) -> str:
    return given[key].value if key in given else ""


def _level(one: Given | None) -> int | None:
    return int(one.value) if one is not None and one.value.isdigit() else None
