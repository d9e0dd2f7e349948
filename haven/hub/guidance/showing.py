"""Showing: a page of guidance as parts for a template, with one list of sources.

In      a page
Out     its sections and parts as safe HTML, the sources by their numbers
Fails   UnknownSource, UnknownDate: a text names what no file has
Why     what the desk previews and what members read is made by the same lines
Not     here: which page (queries.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from haven.hub.base import dates, text, translated
from haven.web.pages import page as whole_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from haven.hub.base.sources import Source
    from haven.hub.guidance.models import HubPage
    from haven.hub.guidance.queries import Read

_WORDS = ("aim", "guard", "brief")  # fields of one paragraph
_LISTS = (
    "how_ai_helps", "law_and_ethics", "wellbeing", "questions_to_ask",
    "workbench_now", "workbench_not_yet", "means",
)  # fmt: skip
_BODIES = ("what_happens", "body")
_ORDER = (
    "brief", "aim", "what_happens", "how_ai_helps", "guard", "law_and_ethics", "wellbeing",
    "common_mistakes", "questions_to_ask", "workbench_now", "workbench_not_yet", "body", "means",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One block of a text."""

    kind: str  # a name of blocks.Body
    html: SafeString | str = ""
    items: list[SafeString] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[SafeString]] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """A page for its template: what each field says, and what it all rests on."""

    page: Any  # a HubPage, or one that came from another hub
    says: dict[str, Any]  # by field: HTML, a list of HTML, parts, or mistakes
    sources: tuple[Source, ...]


class _Writer:
    """Writes the texts of one page; what is cited twice has one number."""

    def __init__(self, days: Mapping[str, str] | None, named: Mapping[str, Source] | None) -> None:
        self.cited: list[Source] = []
        self._dates = dates.in_words() if days is None else days
        self._named = named

    def blocks(self, said: str) -> SafeString:
        return self._rendered(said).html

    def line(self, said: str) -> SafeString:
        return self._rendered(said, inline=True).html

    def _rendered(self, said: str, *, inline: bool = False) -> text.Text:
        return text.render(
            said, dates=self._dates, known=self.cited, named=self._named, inline=inline
        )


def shown(
    page: Any,
    *,
    days: Mapping[str, str] | None = None,
    named: Mapping[str, Source] | None = None,
) -> Shown:
    """Return a page for its template; sources are numbered from its beginning to its end.

    Args:
        page: A HubPage, or one that came from another hub (records.Carried).
        days: What {{date:id}} says, by id; those of this hub if it is left out.
        named: Sources by id; those of this hub if it is left out.

    Raises:
        UnknownSource, UnknownDate: A text names what no file has.
    """
    writer = _Writer(days, named)
    says = {name: _said(page, name, writer) for name in _ORDER if hasattr(page, name)}
    return Shown(page, says, tuple(writer.cited))


def page_of(request: HttpRequest, page: HubPage, **context: Any) -> HttpResponse:
    """Return the page for a request."""
    context.setdefault("original", page)
    context.setdefault("tongue", translated.tongue(page.locale.language_code))
    return whole_page(request, page.template, shown=shown(page), page=page, **context)


def read_page(request: HttpRequest, read: Read[Any], **context: Any) -> HttpResponse:
    """Return what a member reads for a request, with what its translation is worth."""
    about = {"read": read, "original": read.original, "tongue": read.tongue}
    return page_of(request, read.page, **about, **context)


def _said(page: Any, name: str, writer: _Writer) -> Any:
    value = getattr(page, name)
    if name in _WORDS:
        return writer.blocks(value)
    if name in _LISTS:
        return [writer.line(one.value) for one in value]
    if name in _BODIES:
        return list(_parts(value, writer))
    return [{key: writer.line(said) for key, said in one.value.items()} for one in value]


def _parts(value: Iterable[Any], writer: _Writer) -> Iterator[Part]:
    for one in value:
        kind, said = one.block_type, one.value
        if kind == "list":
            yield Part(kind, items=[writer.line(item) for item in said])
        elif kind == "table":
            rows = [[writer.line(cell) for cell in row] for row in said["rows"]]
            yield Part(kind, head=list(said["head"]), rows=rows)
        elif kind in ("heading", "smaller_heading"):
            yield Part(kind, said)
        else:
            yield Part(kind, writer.blocks(said))
