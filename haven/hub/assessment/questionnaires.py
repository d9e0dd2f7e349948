"""Questionnaires: what an assessment asks.

In      what a file of content/ holds
Out     Questionnaire with its themes, items, gates and rules
Fails   BadQuestionnaire: it does not hold together
Why     questions are data: editors mend them
Not     here: which files there are (versions.py), their words in other languages (translating.py),
        what answers mean together (scoring.py), the rules for editors (content/README.md)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_info

from haven.hub.base import sources

MATURITY, RISK, CHECKLIST = KINDS = ("maturity", "risk", "checklist")
ASSESSOR = "assessor"
ROLES = (
    ASSESSOR, "technical-reviewer", "data-protection-reviewer", "wellbeing-lead",
    "accountable-officer", "independent-observer",
)  # fmt: skip
UNANSWERED = "unanswered"
GATES, PREPARATION = "gates", "preparation"
WHOLE = "whole"  # what a dissent can be about beside items and themes
_TEXTS = ("slug", "kind", "title", "version", "summary", "for_whom", "not_for", "whose_words")


class BadQuestionnaire(ValueError):
    """A file does not hold together."""


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that can be answered, in words."""

    value: str  # also of a number: "0" to "5"
    name: str
    means: str
    needs: str = ""  # "reason" or "basis"


@dataclass(frozen=True, slots=True)
class Duty:
    """What one of the six roles does here."""

    id: str
    name: str
    who: str
    does: str


@dataclass(frozen=True, slots=True)
class CloseRule:
    """Which two people close."""

    must_include: frozenset[str]
    and_one_of: frozenset[str]
    independence: str
    needs: str
    dissent: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why an assessment is made anew."""

    id: str
    name: str
    when: str
    months: int | None = None  # after the close


@dataclass(frozen=True, slots=True)
class Band:
    """Scores that mean the same: both ends belong to it."""

    id: str
    name: str
    low: int
    high: int
    means: str
    do: str


@dataclass(frozen=True, slots=True)
class Control:
    """What is done against a harm."""

    id: str
    do: str
    proof: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked: a statement, a harm, a question, a gate, of the preparation."""

    id: str
    ask: str
    help: str = ""
    title: str = ""  # of a gate
    evidence: str = ""  # what would prove the answer
    not_applicable_hint: str = ""
    levels: Mapping[str, str] | None = None  # what a level looks like here, by its value
    next_actions: tuple[tuple[int, str], ...] = ()  # up to which level, what to do
    controls: tuple[Control, ...] = ()
    good_answer: str = ""
    red_flag: str = ""
    stops: frozenset[str] = frozenset()  # answers that end a purchase
    stop_why: str = ""
    choices: tuple[Named, ...] = ()  # of a gate
    closes: frozenset[str] = frozenset()  # choices that close the gate
    what_to_do: str = ""
    is_needed: bool = True
    by: frozenset[str] = frozenset()  # roles that answer
    filled_from: tuple[str, ...] = ()  # fields of the catalogue that say something to it


@dataclass(frozen=True, slots=True)
class Theme:
    """Items that belong together; gates and preparation are themes, too."""

    id: str
    title: str
    asks: str
    answered_by: frozenset[str]
    checked_by: frozenset[str]
    items: tuple[Item, ...]
    severity_guide: str = ""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of a questionnaire."""

    slug: str
    kind: str  # of KINDS
    title: str
    version: str
    digest: str  # SHA-256 of the English file
    language: str  # of most of its words
    is_checked: bool  # whether a named person checked the words of this language
    n_missing: int  # words that are shown in English, as this language has none
    summary: str
    for_whom: str
    not_for: str
    whose_words: str
    reviewed: Mapping[str, str] | None
    before_you_start: tuple[str, ...]
    roles: tuple[Duty, ...]
    close_rule: CloseRule
    triggers: tuple[Trigger, ...]
    choices: tuple[Named, ...]  # levels, or what a question can be answered with
    other: tuple[Named, ...]  # beside levels and risks: not applicable, cannot occur
    likelihood: tuple[Named, ...]
    severity: tuple[Named, ...]
    basis: tuple[Named, ...]
    evidence_from: str  # the first level that needs evidence; "" where none does
    rules: tuple[str, ...]
    bands: tuple[Band, ...]
    reading: tuple[str, ...]
    n_next_actions: int
    themes: tuple[Theme, ...]
    parts: tuple[Theme, ...]  # all that is worked through: preparation, gates, themes
    gates: Mapping[str, Item]
    preparation: Mapping[str, Item]
    items: Mapping[str, Item]  # of the themes alone

    @property
    def direction(self) -> str:
        """Return how its words are written: ltr or rtl, as HTML has it."""
        return "rtl" if get_language_info(self.language)["bidi"] else "ltr"

    def asked(self, key: str) -> Item | None:
        """Return an item, a gate or a question of the preparation."""
        return self.items.get(key) or self.gates.get(key) or self.preparation.get(key)

    def part(self, key: str) -> Theme | None:
        """Return what is worked through at once, by its id."""
        return next((one for one in self.parts if one.id == key), None)

    def part_of(self, item: str) -> Theme:
        """Return the part in which something is asked."""
        return next(part for part in self.parts if any(one.id == item for one in part.items))

    def may_be_about(self, key: str) -> bool:
        """Tell whether a dissent can be about it."""
        return key == WHOLE or self.asked(key) is not None or self.part(key) in self.themes

    def duty(self, role: str) -> Duty:
        """Return what a role does here."""
        return next(one for one in self.roles if one.id == role)

    def trigger(self, key: str) -> Trigger | None:
        """Return a reason to make it anew."""
        return next((one for one in self.triggers if one.id == key), None)


def made(
    told: Mapping[str, Any], *, digest: str, is_checked: bool = True, n_missing: int = 0
) -> Questionnaire:
    """Return the questionnaire that a file holds.

    Args:
        told: What it holds.
        digest: Of the English file.
        is_checked: Whether somebody checked the words of its language.
        n_missing: How many of its words are English all the same.

    Raises:
        BadQuestionnaire: An id is there twice, or a role, a level or a source is not there.
        KeyError, TypeError, ValueError: Something is missing or has another form.
    """
    if told["format"] != "haven-questionnaire/1" or told["kind"] not in KINDS:
        raise BadQuestionnaire("another format or kind")
    themes = tuple(_theme(one) for one in told["themes"])
    gates = tuple(_gate(one) for one in told.get("gates", ()))
    preparation = tuple(_preparation(one) for one in told.get("preparation", ()))
    answers, rule = told["answers"], told["close_rule"]
    found = Questionnaire(
        **{name: str(told[name]).strip() for name in _TEXTS},
        digest=digest,
        language=told["language"],
        is_checked=is_checked,
        n_missing=n_missing,
        reviewed=told["reviewed"],
        before_you_start=tuple(told["before_you_start"]),
        roles=tuple(Duty(**one) for one in told["roles"]),
        close_rule=CloseRule(
            frozenset(rule["must_include"]), frozenset(rule["and_one_of"]),
            rule["independence"], rule["needs"], rule["dissent"],
        ),
        triggers=tuple(Trigger(**one) for one in told["redo_triggers"]),
        choices=_named(answers.get("levels") or answers.get("choices")),
        other=_named(answers.get("other")),
        likelihood=_named(answers.get("likelihood")),
        severity=_named(answers.get("severity")),
        basis=_named(answers.get("basis")),
        evidence_from=str(answers.get("evidence_from", "")) if told["kind"] == MATURITY else "",
        rules=tuple(answers["rules"]),
        bands=tuple(
            Band(one["id"], one["name"], one["from"], one["to"], one["means"], one["do"])
            for one in told.get("bands", ())
        ),
        reading=tuple(one["text"] for one in told["reading"]),
        n_next_actions=told["result"].get("next_actions", 0),
        themes=themes,
        parts=(*_extra(PREPARATION, preparation), *_extra(GATES, gates), *themes),
        gates={one.id: one for one in gates},
        preparation={one.id: one for one in preparation},
        items={item.id: item for theme in themes for item in theme.items},
    )  # fmt: skip
    _check(found, str(told))
    return found


def _extra(key: str, items: tuple[Item, ...]) -> tuple[Theme, ...]:
    """Return items that are in no theme as one part; its title is the page's."""
    by = frozenset[str]().union(*(one.by for one in items))
    return (Theme(key, "", "", by, frozenset(), items),) if items else ()


def _named(told: Any) -> tuple[Named, ...]:
    return tuple(
        Named(str(one["value"]), one.get("name", str(one["value"])), one["means"],
              one.get("needs", ""))
        for one in told or ()
    )  # fmt: skip


def _theme(told: dict[str, Any]) -> Theme:
    answered, checked = frozenset(told["answered_by"]), frozenset(told["checked_by"])
    items = tuple(_item(one, by=answered | checked) for one in told["items"])
    guide = told.get("severity_guide", "")
    return Theme(told["id"], told["title"], told["asks"], answered, checked, items, guide)


def _item(told: dict[str, Any], *, by: frozenset[str]) -> Item:
    stops = told.get("stops_purchase", {})
    return Item(
        told["id"],
        told.get("statement") or told.get("harm") or told["ask"],
        told["help"],
        evidence=told.get("evidence", ""),
        not_applicable_hint=told.get("not_applicable_hint", ""),
        levels=told.get("levels"),
        next_actions=tuple((one["up_to"], one["do"]) for one in told.get("next_actions", ())),
        controls=tuple(Control(**one) for one in told.get("controls", ())),
        good_answer=told.get("good_answer", ""),
        red_flag=told.get("red_flag", ""),
        stops=frozenset(stops.get("answers", ())),
        stop_why=stops.get("why", ""),
        by=by,
        filled_from=tuple(told.get("filled_from", ())),
    )


def _gate(told: dict[str, Any]) -> Item:
    choices = told["choices"]
    return Item(
        told["id"],
        told["ask"],
        told["why"],
        title=told["title"],
        choices=tuple(Named(one["value"], one["say"], "") for one in choices),
        closes=frozenset(one["value"] for one in choices if one["closes"]),
        what_to_do=told["what_to_do"],
        by=frozenset(told["answered_by"]),
    )


def _preparation(told: dict[str, Any]) -> Item:
    by = frozenset({ASSESSOR})
    return Item(told["id"], told["ask"], told["help"], is_needed=told["needed"], by=by)


def _check(made: Questionnaire, text: str) -> None:
    """Look for what no reading of one field finds.

    Raises:
        BadQuestionnaire: As above.
    """
    known = {one.id for one in made.roles}
    rule = made.close_rule
    asked = [item for part in made.parts for item in part.items]
    if len({one.id for one in asked} | {one.id for one in made.parts}) != len(asked) + len(
        made.parts
    ):
        raise BadQuestionnaire("an id is there twice")
    named = rule.must_include.union(rule.and_one_of, *(one.by for one in asked))
    if known != set(ROLES) or not named <= known:
        raise BadQuestionnaire(f"roles that are not there: {sorted(named - set(ROLES))}")
    scores = {a * b for a in range(1, 6) for b in range(1, 6)} if made.kind == RISK else set()
    for score in scores:
        if sum(band.low <= score <= band.high for band in made.bands) != 1:
            raise BadQuestionnaire(f"score {score} is not in one band")
    choices = {one.value for one in made.choices}
    for item in made.items.values():
        if not item.stops <= choices or not set(item.levels or ()) <= choices:
            raise BadQuestionnaire(f"{item.id} names an answer that is not there")
    unknown = set(sources.cited(text)) - set(sources.every())
    if unknown:
        raise BadQuestionnaire(f"sources that are not there: {sorted(unknown)}")
