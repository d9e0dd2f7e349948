"""Showing: a record of another hub as parts for a template, with the sources that came with it.

In      a record that came
Out     what its template shows, by kind
Fails   never for what was taken in: contents.py has checked that sources and dates came too
Why     the same lines of code show our pages and theirs; whose they are stands above them
Not     here: which record (queries.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from haven.hub.base import sources, text
from haven.hub.catalogue import describing
from haven.hub.catalogue import records as tools
from haven.hub.exchange import contents, queries
from haven.hub.guidance import records as guidance
from haven.hub.guidance import showing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from haven.hub.exchange.models import Record
    from haven.hub.learning.records import CourseRecord, QuestionRecord

QUIZ = "quiz"  # in place of the name of a lesson
_TITLES = {  # sections of a page, in the order in which they stand
    "brief": _("In short"),
    "aim": _("Aim"),
    "what_happens": _("What happens"),
    "how_ai_helps": _("How AI helps"),
    "guard": _("What must not be left out"),
    "law_and_ethics": _("Law and ethics"),
    "wellbeing": _("Care for those who look"),
    "common_mistakes": _("Common mistakes"),
    "questions_to_ask": _("Questions to ask"),
    "workbench_now": _("What Haven's Workbench does today"),
    "workbench_not_yet": _("What it does not do"),
    "body": "",
    "means": _("What it means here"),
}
_OF_PARTS = ("what_happens", "body")
_OF_WORDS = ("brief", "aim", "guard")


def page(row: Record, asked: str) -> tuple[str, dict[str, Any]]:
    """Return the template of a record and what it shows.

    Args:
        row: The record.
        asked: Of a course: the lesson, or QUIZ; empty for its first page.
    """
    make: Callable[[Record, str], dict[str, Any]] = {"tools": _tool, "courses": _course}.get(
        row.kind, _guidance
    )
    names = {"tools": "tool", "courses": "course"}
    return f"exchange/{names.get(row.kind, 'guidance')}.html", make(row, asked)


def _tool(row: Record, asked: str) -> dict[str, Any]:
    del asked
    shown = tools.shown(contents.kept("tools", row.says))
    told = {name: describing.row(shown, name) for name in ("summary", "description")}
    sections = list(describing.sections(shown))
    return {"shown": shown, "tool": shown.tool, "sections": sections, **told}


def _guidance(row: Record, asked: str) -> dict[str, Any]:
    del asked
    record: guidance.PageRecord = contents.kept(row.kind, row.says)
    named = queries.named(row.other, _cited(row.says))
    shown = showing.shown(guidance.Carried(record), days=queries.days(row.other), named=named)
    return {"page": record, "sections": list(_sections(shown)), "sources": shown.sources}


def _course(row: Record, asked: str) -> dict[str, Any]:
    record: CourseRecord = contents.kept("courses", row.says)
    lesson = next((one for one in record.lessons if one.slug == asked), None)
    told: dict[str, Any] = {"course": record, "lesson": lesson, "quiz": None}
    if lesson is not None:
        named = queries.named(row.other, sources.cited(lesson.full))
        told["text"] = text.render(lesson.full, dates=queries.days(row.other), named=named)
    elif asked == QUIZ:
        told["quiz"] = _quiz(row, record.questions)
    return told


def _quiz(row: Record, questions: list[QuestionRecord]) -> list[dict[str, Any]]:
    """Return the questions with their answers and sources, to be read."""
    named = queries.named(row.other, {key for one in questions for key in one.sources})
    return [
        {
            "ask": one.ask,
            "choices": one.choices,
            "sources": [named[key] for key in one.sources],
        }
        for one in questions
    ]


def _sections(shown: showing.Shown) -> Iterator[dict[str, Any]]:
    """Yield the sections of a page: a title, and parts, lines, mistakes or words."""
    for name, title in _TITLES.items():
        said = shown.says.get(name)
        if not said:
            continue
        kind = "lines"
        if name in _OF_PARTS:
            kind = "parts"
        elif name in _OF_WORDS:
            kind = "words"
        elif name == "common_mistakes":
            kind = "mistakes"
        yield {"name": name, "title": title, kind: said}


def _cited(says: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of all sources that a record cites, however deep."""
    for value in says.values():
        yield from _cited_in(value)


def _cited_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from sources.cited(value)
    elif isinstance(value, dict):
        yield from _cited(value)
    elif isinstance(value, list):
        for one in value:
            yield from _cited_in(one)
