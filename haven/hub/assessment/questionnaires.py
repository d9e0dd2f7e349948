"""Questionnaires: what an assessment asks, read from files, each version for ever.

In      content/*.yaml of this folder: the latest as NAME.yaml, earlier ones as NAME-VERSION.yaml
Out     Questionnaire with its themes, items, gates and rules
Fails   BadQuestionnaire: a file does not hold together; nothing of the folder is used then
        UnknownQuestionnaire: no file has that name and version
Why     questions are data: editors mend them, and an old assessment keeps the words it answered
Not     here: what answers mean together (scoring.py), the rules for editors (content/README.md)
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from haven.hub.base import sources
from haven.web.errors import NotFound

CONTENT = Path(__file__).parent / "content"
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
_NAME = re.compile(r"([a-z-]+?)(?:-([1-9][0-9]*\.[0-9]+))?\.yaml")  # not NAME.LANGUAGE.yaml


class BadQuestionnaire(ValueError):
    """A file does not hold together."""


class UnknownQuestionnaire(NotFound):
    """No file has that name and version."""

    code = "assessment.no_questionnaire"


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
    digest: str  # SHA-256 of the file
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


def latest() -> list[Questionnaire]:
    """Return the latest version of each, in the order in which they are best taken."""
    return sorted(_read(CONTENT)[1].values(), key=lambda one: KINDS.index(one.kind))


def newest(slug: str) -> Questionnaire:
    """Return the latest version of one.

    Raises:
        UnknownQuestionnaire: There is none.
    """
    try:
        return _read(CONTENT)[1][slug]
    except KeyError:
        raise UnknownQuestionnaire(f"no questionnaire {slug[:40]}") from None


def get(slug: str, version: str) -> Questionnaire:
    """Return one version.

    Raises:
        UnknownQuestionnaire: No file has it.
    """
    try:
        return _read(CONTENT)[0][slug, version]
    except KeyError:
        raise UnknownQuestionnaire(f"no version {version[:10]} of {slug[:40]}") from None


@functools.cache
def _read(
    folder: Path,
) -> tuple[Mapping[tuple[str, str], Questionnaire], Mapping[str, Questionnaire]]:
    """Return every version, and the latest ones by name.

    Raises:
        BadQuestionnaire: A file does not hold together.
    """
    every: dict[tuple[str, str], Questionnaire] = {}
    newest: dict[str, Questionnaire] = {}
    for path in sorted(folder.glob("*.yaml")):
        named = _NAME.fullmatch(path.name)
        if named is None:
            continue  # a translation
        try:
            read = parse(path.read_bytes())
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise BadQuestionnaire(f"{path.name}: {error!r}") from error
        if read.slug != named[1] or (named[2] or read.version) != read.version:
            raise BadQuestionnaire(f"{path.name} says {read.slug} {read.version}")
        if (read.slug, read.version) in every:
            raise BadQuestionnaire(f"two files hold {read.slug} {read.version}")
        every[read.slug, read.version] = read
        if named[2] is None:
            newest[read.slug] = read
    return every, newest


def parse(content: bytes) -> Questionnaire:
    """Return the questionnaire that a file holds.

    Raises:
        BadQuestionnaire: An id is there twice, or a role, a level or a source is not there.
        KeyError, TypeError, ValueError: Something is missing or has another form.
    """
    told = yaml.safe_load(content)
    if told["format"] != "haven-questionnaire/1" or told["kind"] not in KINDS:
        raise BadQuestionnaire("another format or kind")
    themes = tuple(_theme(one) for one in told["themes"])
    gates = tuple(_gate(one) for one in told.get("gates", ()))
    preparation = tuple(_preparation(one) for one in told.get("preparation", ()))
    answers, rule = told["answers"], told["close_rule"]
    made = Questionnaire(
        **{name: str(told[name]).strip() for name in _TEXTS},
        digest=hashlib.sha256(content).hexdigest(),
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
    _check(made, content.decode())
    return made


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
