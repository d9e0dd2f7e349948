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
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from haven.hub.base import sources

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


def render(text: str, *, dates: Mapping[str, str] | None = None, first: int = 1) -> Text:
    """Return a text as HTML.

    Args:
        text: In the part of Markdown that is allowed here.
        dates: What {{date:id}} says, by id.
        first: Number of the first citation, where a page has several texts.

    Raises:
        UnknownSource, UnknownDate: The text names what no file has.
    """
    found = [sources.source(key) for key in sources.cited(text)]
    numbers = {one.id: number for number, one in enumerate(found, start=first)}
    html = _MARKDOWN.render(_DATE.sub(lambda hit: _date(hit[1], dates or {}), text))
    html = sources.CITED.sub(lambda hit: _mark(hit[1], numbers[hit[1]]), html)
    return Text(mark_safe(html), tuple(found))  # noqa: S308  # made by the renderer without HTML


def _date(key: str, dates: Mapping[str, str]) -> str:
    if key not in dates:
        raise UnknownDate(f"no date has the id {key}")
    return dates[key]


def _mark(key: str, number: int) -> str:
    return f'<a class="cite" href="#source-{escape(key)}">{number}</a>'


class Page:
    """The texts of one page: what is cited twice has one number."""

    def __init__(self, dates: Mapping[str, str] | None = None) -> None:
        self._dates = dates or {}
        self._numbers: dict[str, int] = {}

    @property
    def sources(self) -> tuple[sources.Source, ...]:
        """What the texts so far cite, by their numbers, from 1."""
        return tuple(map(sources.source, self._numbers))

    def blocks(self, text: str) -> SafeString:
        """Return a text as paragraphs, lists and so on.

        Raises:
            UnknownSource, UnknownDate: The text names what no file has.
        """
        return self._cited(_MARKDOWN.render(self._dated(text)))

    def line(self, text: str) -> SafeString:
        """Return a text without a paragraph of its own: in a list, a table, a quote.

        Raises:
            UnknownSource, UnknownDate: The text names what no file has.
        """
        return self._cited(_MARKDOWN.renderInline(self._dated(text)))

    def _dated(self, text: str) -> str:
        return _DATE.sub(lambda hit: _date(hit[1], self._dates), text)

    def _cited(self, html: str) -> SafeString:
        for key in sources.cited(html):
            sources.source(key)
            self._numbers.setdefault(key, len(self._numbers) + 1)
        html = sources.CITED.sub(lambda hit: _mark(hit[1], self._numbers[hit[1]]), html)
        return mark_safe(html)  # noqa: S308  # made by the renderer without HTML


def dates_of(text: str) -> list[str]:
    """Return the ids of the dates that a text names."""
    return _DATE.findall(text)
