"""Describing an assessment: answers in words, plots in places.

In      an assessment with all it holds
Out     rows for pages, and coordinates of the plots; each plot has a table beside it
Fails   UnknownSource: a text cites what no file has
Why     templates show, and do not reckon
Not     here: what answers mean (scoring.py), how a citation looks (hub/base/text.py)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.hub.assessment import prefilling, queries, scoring
from haven.hub.assessment.questionnaires import CHECKLIST, GATES, MATURITY, PREPARATION, RISK

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from haven.hub.assessment.models import Answer, Dissent
    from haven.hub.assessment.prefilling import Suggestion
    from haven.hub.assessment.queries import Shown
    from haven.hub.assessment.questionnaires import Item, Questionnaire, Theme
    from haven.hub.base.text import Citations

Words = str | Promise
TIMES = "\N{MULTIPLICATION SIGN}"
_TITLES: Mapping[str, Words] = {PREPARATION: _("Preparation"), GATES: _("Gates")}
_BAND_KINDS = ("good", "low", "warning", "bad")  # of the four bands, from the lowest
_STEP, _CELL, _BAR = 34, 64, 360  # pixels of the drawings


@dataclass
class Row:
    """One thing that is asked, with what is said to it."""

    item: Item
    ask: SafeString
    help: str  # the page that shows it makes citations of it
    what_to_do: SafeString
    answer: Answer | None
    said: str
    kind: str  # good, low, warning, bad: how it is marked; empty where it is not
    who: list[Words]  # roles that answer
    before: str = ""  # what the earlier assessment says
    basis: str = ""  # how the answer is known
    origin: tuple[Words, str] | None = None  # what of the catalogue it was taken from
    earlier: list[tuple[Answer, str]] = field(default_factory=list)  # superseded
    suggestions: list[Suggestion] = field(default_factory=list)  # of the catalogue
    filling: Suggestion | None = None  # the one with which the form begins
    form: Any = None


def title(part: Theme) -> Words:
    """Return the title of what is worked through at once."""
    return _TITLES.get(part.id, part.title)


def row(shown: Shown, item: Item, cited: Citations, before: Shown | None = None) -> Row:
    """Return one thing that is asked as a row, with what an earlier assessment says."""
    answer = shown.answers.get(item.id)
    said_before = before.answers.get(item.id) if before is not None else None
    return Row(
        item,
        cited.html(item.ask),
        item.help,
        cited.html(item.what_to_do),
        answer,
        said(shown.asked, item, answer),
        mark(shown.asked, item, answer),
        [label for value, label in queries.ROLE.choices if value in item.by],
        said(before.asked, item, said_before) if before is not None else "",
        basis=prefilling.ground_name(answer.basis) if answer and answer.basis else "",
        origin=prefilling.origin(answer) if answer else None,
    )


def said(asked: Questionnaire, item: Item, answer: Answer | None) -> str:
    """Return an answer in words; empty without one."""
    if answer is None:
        return ""
    if answer.text:
        return answer.text
    given = queries.given(answer)
    if given.before and given.after:
        before, after = (_product(asked, pair) for pair in (given.before, given.after))
        return f"{before} → {after}"
    named = (*item.choices, *asked.choices, *asked.other)
    chosen = next((one.name for one in named if one.value == answer.value), answer.value)
    return f"{answer.value} {chosen}" if answer.value.isdigit() else chosen


def _product(asked: Questionnaire, pair: scoring.Pair) -> str:
    score = pair[0] * pair[1]
    return f"{pair[0]} {TIMES} {pair[1]} = {score} {scoring.band(asked, score).name}"


def mark(asked: Questionnaire, item: Item, answer: Answer | None) -> str:
    """Return how an answer is marked: a closed gate and a stop as bad, a risk by its band."""
    if answer is None:
        return ""
    if answer.value in item.closes or answer.value in item.stops:
        return "bad"
    given = queries.given(answer)
    if given.after:
        return band_kind(asked, scoring.band(asked, given.after[0] * given.after[1]).id)
    return "warning" if asked.kind == CHECKLIST and answer.value in scoring.BAD else ""


def band_kind(asked: Questionnaire, band_id: str) -> str:
    """Return the colour of a band; its name always stands beside it."""
    order = sorted(asked.bands, key=lambda one: one.low)
    return _BAND_KINDS[[one.id for one in order].index(band_id)]


def progress(shown: Shown) -> Iterator[tuple[Theme, Words, int, int]]:
    """Yield each part with its title, how many of its questions are answered, and of how many."""
    for part in shown.asked.parts:
        n_said = sum(item.id in shown.answers for item in part.items)
        yield part, title(part), n_said, len(part.items)


def about(shown: Shown, key: str) -> Words:
    """Return what a dissent is about, in words."""
    item = shown.asked.asked(key)
    if item is not None:
        return f"{key}: {item.title or item.ask}"
    part = shown.asked.part(key)
    return part.title if part else _("the whole assessment")


def dissents(shown: Shown) -> list[tuple[Dissent, Words]]:
    """Return the dissents with what each is about, in words."""
    return [(one, about(shown, one.about)) for one in shown.dissents]


def findings(shown: Shown) -> dict[str, Any]:
    """Return what the answers say together, with the plot of this kind of questionnaire."""
    asked, given = shown.asked, shown.given
    made: dict[str, Any] = {
        "missing": [(item, asked.part_of(item.id)) for item in scoring.missing(asked, given)],
        "forbids": [
            (item, said(asked, item, shown.answers.get(item.id)))
            for item in scoring.forbids(asked, given)
        ],
    }
    if asked.kind == MATURITY:
        levels = scoring.levels(asked, given)
        made |= {"levels": levels, "plot": level_plot(levels)}
        made["next_actions"] = scoring.next_actions(asked, given)
    elif asked.kind == RISK:
        risks = scoring.risks(asked, given)
        made["plot"] = risk_plot(asked, risks)
        made["risks"] = [
            (
                one,
                band_kind(asked, one.band_before.id),
                band_kind(asked, one.band_after.id),
            )
            for one in risks
        ]
    else:
        checks = scoring.checks(asked, given)
        made |= {"checks": checks, "plot": check_plot(asked, checks)}
        made["claims"] = scoring.claims(asked, given)
    return made


# --- plots -----------------------------------------------------------------------------


def level_plot(found: list[scoring.ThemeLevel]) -> dict[str, Any]:
    """Return places for themes of readiness: a line from the lowest to the highest level."""
    rows = []
    for number, one in enumerate(found):
        y = 40 + number * _STEP
        ends = [
            (level, 300 + level * 75) for level in (one.lowest, one.highest) if level is not None
        ]
        rows.append(
            {
                "title": one.theme.title,
                "y": y,
                "low": ends[0][1] if ends else None,
                "high": ends[-1][1] if ends else None,
            }
        )
    return {
        "rows": rows,
        "height": 40 + len(found) * _STEP,
        "ticks": [(level, 300 + level * 75) for level in range(5)],
    }


def risk_plot(asked: Questionnaire, found: list[scoring.Risk]) -> dict[str, Any]:
    """Return the cells of likelihood by severity, with how many harms remain in each."""
    cells = []
    for likelihood in range(1, 6):
        for severity in range(1, 6):
            pair = (likelihood, severity)
            cells.append(
                {
                    "x": 60 + (severity - 1) * _CELL,
                    "y": (5 - likelihood) * _CELL,
                    "kind": band_kind(asked, scoring.band(asked, likelihood * severity).id),
                    "n_before": sum(one.before == pair for one in found),
                    "n_after": sum(one.after == pair for one in found),
                }
            )
    return {
        "cells": cells,
        "columns": [(value, 60 + (value - 1) * _CELL + _CELL // 2) for value in range(1, 6)],
        "lines": [(value, (5 - value) * _CELL + _CELL // 2) for value in range(1, 6)],
    }


def check_plot(asked: Questionnaire, found: list[scoring.ThemeCheck]) -> dict[str, Any]:
    """Return for each theme of a tool check the lengths of its answers, open ones last."""
    rows = []
    for number, one in enumerate(found):
        bars, x = [], 300.0
        each = _BAR / len(one.theme.items)
        for kind, n in _parts_of(one):
            if n:
                bars.append({"kind": kind, "n": n, "x": round(x), "width": round(n * each) - 2,
                             "middle": round(x + n * each / 2)})  # fmt: skip
            x += n * each
        rows.append({"title": one.theme.title, "y": 24 + number * _STEP, "bars": bars})
    return {"rows": rows, "height": 24 + len(found) * _STEP}


def _parts_of(one: scoring.ThemeCheck) -> list[tuple[str, int]]:
    kinds = ("yes", "partly", *scoring.BAD, scoring.NOT_APPLICABLE)
    return [*((kind, one.counts.get(kind, 0)) for kind in kinds), ("open", one.n_open)]


# --- comparison ------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What was said to one thing, then and now."""

    item: Item
    before: str
    now: str
    way: str  # better, worse, same, other; empty where it cannot be said


def changes(before: Shown, now: Shown) -> Iterator[tuple[Theme, Words, list[Change]]]:
    """Yield the parts with what was said to each thing then and now, where both ask it.

    What only one version asks is not compared: an id keeps its meaning for ever.
    """
    for part in now.asked.parts:
        rows = []
        for item in part.items:
            earlier = before.asked.asked(item.id)
            if earlier is None:
                continue
            was, is_now = before.answers.get(item.id), now.answers.get(item.id)
            words = (said(before.asked, earlier, was), said(now.asked, item, is_now))
            rows.append(Change(item, *words, _way(now.asked, item, was, is_now)))
        if rows:
            yield part, title(part), rows


def _way(asked: Questionnaire, item: Item, was: Answer | None, now: Answer | None) -> str:
    if was is None or now is None or was.text or now.text:
        return ""
    ranks = [_rank(asked, item, one) for one in (was, now)]
    if None in ranks:
        return "same" if was.value == now.value else "other"
    before, after = ranks
    return "same" if before == after else "better" if after > before else "worse"  # type: ignore[operator]


def _rank(asked: Questionnaire, item: Item, one: Answer) -> int | None:
    """Return how good an answer is, higher is better; None where that cannot be said."""
    if item.choices:
        return int(one.value not in item.closes)
    given = queries.given(one)
    if asked.kind == RISK:
        return -given.after[0] * given.after[1] if given.after else None
    order = ("no", "partly", "yes")
    if asked.kind == CHECKLIST:
        value = "no" if one.value in scoring.BAD else one.value
        return order.index(value) if value in order else None
    return int(one.value) if one.value.isdigit() else None
