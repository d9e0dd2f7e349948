"""Texts: a lesson as HTML, with its citations numbered and its terms linked.

In      a lesson and a depth
Out     Text: HTML and the sources by their numbers
Fails   UnknownSource, UnknownDate: the lesson names what no file has
Why     a word is explained where it is first met, not each time
Not     here: the part of Markdown that is allowed (base/text.py)
"""

from __future__ import annotations

import functools
import re

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from haven.hub.base import dates
from haven.hub.base.text import Text, render
from haven.hub.learning import glossary
from haven.hub.learning.courses import Lesson
from haven.hub.learning.models import Depth

_PIECES = re.compile(r"(<[^>]*>)")  # tags, and what is between them
_NO_LINKS = re.compile(r"<(/?)(?:h[1-6]|a|th)\b")


@functools.lru_cache(maxsize=256)
def of_lesson(lesson: Lesson, depth: str) -> Text:
    """Return the text of a lesson in a depth.

    Raises:
        UnknownSource, UnknownDate: It names what no file has.
    """
    told = lesson.brief if depth == Depth.How.BRIEF else lesson.full
    text = render(told, dates=dates.every())
    return Text(mark_safe(_linked(text.html)), text.sources)  # noqa: S308  # made from HTML of ours


def _linked(html: str) -> str:
    """Link each term where it is first used, outside headings and other links."""
    seen: set[str] = set()
    depth = 0  # of elements in which nothing is linked
    pieces = []
    for piece in _PIECES.split(html):
        if tag := _NO_LINKS.match(piece):
            depth += -1 if tag[1] else 1
        elif not piece.startswith("<") and not depth:
            piece = _terms().sub(lambda hit: _link(hit, seen), piece)
        pieces.append(piece)
    return "".join(pieces)


@functools.cache
def _terms() -> re.Pattern[str]:
    """Return what finds a term in singular or plural; the longest one that fits."""
    terms = sorted((one.term for one in glossary.every().values() if one.is_linked), key=len)
    return re.compile(rf"\b({'|'.join(map(re.escape, reversed(terms)))})(s|es)?\b", re.IGNORECASE)


@functools.cache
def _by_small_letters() -> dict[str, glossary.Term]:
    return {one.term.casefold(): one for one in glossary.every().values()}


def address(term: glossary.Term) -> str:
    """Return where a term is explained."""
    return f"{reverse('learning:glossary')}?part={glossary.part_of(term)}#{term.slug}"


def _link(hit: re.Match[str], seen: set[str]) -> str:
    term = _by_small_letters()[hit[1].casefold()]
    if term.term in seen:
        return hit[0]
    seen.add(term.term)
    return format_html(
        '<a class="term" href="{}" title="{}">{}</a>',
        address(term),
        term.short,
        mark_safe(hit[0]),  # noqa: S308  # a part of the HTML
    )
