"""Text: a small part of Markdown, as safe HTML with numbered citations.

In      text of the content files: paragraphs, headings, lists, quotes, one kind of table
Out     HTML for a page; the sources it cites, in the order of their numbers
Fails   UnknownSource, UnknownDate: the text names what no file has
Why     editors write text, not HTML; nothing in it can run or load
Not     here: where texts come from

A date that law may move is written {{date:id}} and stands in a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from haven.hub.base import sources
from haven.hub.base.dates import every as every_date

_DATE = re.compile(r"\{\{date:([a-z0-9-]+)\}\}")
_MARKDOWN = MarkdownIt("zero", {"html": False}).enable(
    ["heading", "list", "blockquote", "table", "emphasis"]
)


class UnknownDate(KeyError):
    """No file of dates names it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text for a page."""

    html: SafeString
    sources: tuple[sources.Source, ...]  # by their numbers, from 1


@dataclass(frozen=True, slots=True)
class Citations:
    """The lines of one page; what is cited twice has one number."""

    sources: list[sources.Source] = field(default_factory=list)  # by their numbers, from 1

    def html(self, line: str) -> SafeString:
        """Return a line as HTML; its citations go on with the numbers of the page.

        Raises:
            UnknownSource, UnknownDate: It names what no file has.
        """
        return render(line, known=self.sources, inline=True).html


def render(
    text: str,
    *,
    dates: Mapping[str, str] | None = None,
    known: list[sources.Source] | None = None,
    named: Mapping[str, sources.Source] | None = None,
    inline: bool = False,
) -> Text:
    """Return a text as HTML.

    Args:
        text: In the part of Markdown that is allowed here.
        dates: What {{date:id}} says, by id; those of dates.py if it is left out.
        named: The sources by their ids; those of sources.py if it is left out.
        inline: Without paragraphs: a line of a list, a cell of a table.
        known: Sources that the page cited before, by their numbers; new ones are added to it.

    Raises:
        UnknownSource, UnknownDate: The text names what no file has.
    """
    found = [] if known is None else known
    there = {one.id for one in found}
    found += [sources.source(key, named) for key in sources.cited(text) if key not in there]
    numbers = {one.id: number for number, one in enumerate(found, start=1)}
    dates = every_date() if dates is None else dates
    written = _MARKDOWN.renderInline if inline else _MARKDOWN.render
    html = written(_DATE.sub(lambda hit: _date(hit[1], dates), text))
    html = sources.CITED.sub(lambda hit: _mark(hit[1], numbers[hit[1]]), html)
    return Text(mark_safe(html), tuple(found))  # noqa: S308  # made by the renderer without HTML


def _date(key: str, dates: Mapping[str, str]) -> str:
    if key not in dates:
        raise UnknownDate(f"no date has the id {key}")
    return dates[key]


def _mark(key: str, number: int) -> str:
    return f'<a class="cite" href="#source-{escape(key)}">{number}</a>'


def dates_of(text: str) -> list[str]:
    """Return the ids of the dates that a text names."""
    return _DATE.findall(text)
