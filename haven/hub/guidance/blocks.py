"""Blocks: what an editor may put on a page. Words alone: no picture, no file, no link, no HTML.

In      what an editor types
Out     fields for headings, paragraphs, lists, quotes and tables
Fails   a form that is not taken: a text cites a source or names a date that no file has
Why     what cannot be put in cannot be shown
Not     here: how blocks look on a page (showing.py)
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ListBlock, StreamBlock, StructBlock, TextBlock
from wagtail.fields import StreamField

from haven.hub.base import dates, sources, text

HELP = _("A source is cited as [[id]], a date of law as {{date:id}}.")
LONGEST = 6000


def checked(value: str) -> None:
    """Return for a text all of whose sources and dates are known.

    Raises:
        ValidationError: One is not.
    """
    unknown = [key for key in sources.cited(value) if key not in sources.every()]
    unknown += [key for key in text.dates_of(value) if key not in dates.every()]
    if unknown:
        raise ValidationError(
            _("No source and no date is called: %(names)s."),
            params={"names": ", ".join(unknown)},
        )


class Words(TextBlock):
    """A text that may cite sources."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("rows", 3)
        super().__init__(validators=(checked,), max_length=LONGEST, help_text=HELP, **options)


class Table(StructBlock):
    """A table: a row of headings, and rows of cells."""

    head = ListBlock(CharBlock(max_length=200), label=_("headings"))
    rows = ListBlock(ListBlock(Words(rows=1)), label=_("rows"))

    class Meta:
        label = _("table")
        icon = "table"


class Body(StreamBlock):
    """A text with its headings, lists, quotes and tables."""

    heading = CharBlock(max_length=200, label=_("heading"), icon="title")
    smaller_heading = CharBlock(max_length=200, label=_("smaller heading"), icon="title")
    paragraph = Words(label=_("paragraph"), icon="pilcrow")
    list = ListBlock(Words(rows=2), label=_("list"), icon="list-ul")
    quote = Words(label=_("to remember"), icon="openquote")
    table = Table()


class Mistake(StructBlock):
    """A common mistake: what, why it is one, what to do instead."""

    what = Words(label=_("what"))
    why = Words(label=_("why it is one"))
    instead = Words(label=_("what to do instead"))

    class Meta:
        label = _("mistake")
        icon = "warning"


def body(label: Any) -> StreamField:
    """Return a field for a text."""
    return StreamField(Body(), verbose_name=label, blank=True)


def lines(label: Any) -> StreamField:
    """Return a field for a list."""
    return StreamField([("line", Words(rows=2))], verbose_name=label, blank=True)


def mistakes(label: Any) -> StreamField:
    """Return a field for common mistakes."""
    return StreamField([("mistake", Mistake())], verbose_name=label, blank=True)
