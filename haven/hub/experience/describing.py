"""Describing reports and questions for a page: who wrote it, what was said, how many said what.

In      rows as queries.py gives them, the member who reads
Out     words; None where a page shows nothing
Fails   never
Why     one place says what a maker reads of an author, and every page asks it
Not     here: who may read a row at all (queries.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from haven.accounts import access
from haven.hub.catalogue.vocabulary import Media
from haven.hub.experience import queries
from haven.hub.experience import vocabulary as words

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.catalogue.models import Tool
    from haven.hub.experience.models import Flag, Question, Report

MOST_ON_TOOL = 3  # of each kind, on the page of the tool


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as a member may read it."""

    report: Report
    author: str
    media: list[str | Promise]


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as a member may read it."""

    question: Question
    author: str
    days_open: int | None  # without an answer; None where there is one
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """What became of a flag, as the member who set it may read it."""

    tool: Tool
    flagged_at: dt.datetime
    outcome: str
    is_open: bool
    page: str  # name of the address where it stands; "" where nobody reads it any more
    key: object  # its argument


@dataclass(frozen=True, slots=True)
class Counted:
    """How many reports there are, and how many of them say what. Never an average."""

    n: int
    tied: int
    rows: list[tuple[str | Promise, int]]


@dataclass(frozen=True, slots=True)
class OnTool:
    """What the page of a tool shows of reports and questions."""

    tool: Tool
    counted: Counted
    reports: list[ShownReport]
    questions: list[ShownQuestion]
    n_more_questions: int
    has_voice: bool
    may_write: bool


def on_tool(tool: Tool, member: Member) -> OnTool:
    """Return what the page of a tool shows."""
    counted = counts(queries.counts(tool))
    reports = queries.published_reports(tool, member)[:MOST_ON_TOOL] if counted.n else ()
    questions = queries.published_questions(tool, member)
    return OnTool(
        tool=tool,
        counted=counted,
        reports=[report(one, member) for one in reports],
        questions=[question(one) for one in questions[:MOST_ON_TOOL]],
        n_more_questions=max(0, questions.count() - MOST_ON_TOOL),
        has_voice=queries.has_voice(tool.maker),
        may_write=access.allows(member, "experience.write"),
    )


def counts(counted: Mapping[str, int]) -> Counted:
    """Return counts in words."""
    rows: list[tuple[str | Promise, int]] = [
        *((one.label, counted[f"again_{one.value}"]) for one in words.Again),
        *((one.label, counted[f"care_{one.value}"]) for one in words.Care),
    ]
    return Counted(counted["n"], counted["tied"], rows)


def report(one: Report, member: Member) -> ShownReport:
    """Return a report as a member may read it."""
    return ShownReport(one, author(one, member), [Media(medium).label for medium in one.media])


def question(one: Question) -> ShownQuestion:
    """Return a question that was put to a maker with how long it has had no answer."""
    answered = any(said.hidden_at is None for said in one.sayings.all())
    age = None
    if one.published_at is not None and one.state == one.State.PUBLISHED and not answered:
        age = timezone.now() - one.published_at
    is_overdue = age is not None and age > dt.timedelta(days=queries.ANSWER_DUE_DAYS)
    days = None if age is None else age.days
    return ShownQuestion(one, str(words.Author(one.author).label), days, is_overdue)


def flag(one: Flag) -> ShownFlag:
    """Return what became of a flag."""
    on: Report | Question | None = one.report
    if one.saying is not None:
        on = one.saying.question or one.saying.report
    assert on is not None  # noqa: S101  # the database holds one of them
    if one.led_to_hiding is None:
        outcome = pgettext("report", "waits for a curator")
    else:
        outcome = _("hidden") if one.led_to_hiding else pgettext("flag", "left as it is")
    page = "experience:question" if on._meta.model_name == "question" else "experience:report"
    is_read = on.state == on.State.PUBLISHED
    is_open = one.closed_at is None
    return ShownFlag(
        on.tool, one.flagged_at, outcome, is_open, page if is_read else "", on.public_id
    )


def flags(found: Iterable[Flag]) -> dict[int | None, ShownFlag]:
    """Return what became of a member's flags on one thing, by the saying; None: itself."""
    return {one.saying_id: flag(one) for one in found}


def author(one: Report, member: Member) -> str:
    """Return who wrote a report, as a member may read it; a maker reads no name, ever."""
    who = str(words.Author(one.author).label)
    if queries.reads_names(member) and one.shown_agency:
        return ", ".join(filter(None, [one.shown_name or who, one.shown_agency]))
    return pseudonym(one)


def pseudonym(one: Report) -> str:
    """Return who wrote a report without saying it: what the person does, and the region."""
    who = words.Author(one.author).label
    if not one.region:
        return str(who)
    return _("%(who)s, agency in %(region)s") % {
        "who": who,
        "region": words.Region(one.region).label,
    }


def all_reports(found: Iterable[Report], member: Member) -> list[ShownReport]:
    """Return reports as a member may read them."""
    return [report(one, member) for one in found]
