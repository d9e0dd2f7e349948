"""Records of guidance: published pages, for other hubs, and as they came from one.

In      published pages; records that came
Out     StepRecord, PrincipleRecord, DocumentRecord, CareRecord; a record as a page to show
Fails   pydantic.ValidationError: a record that came does not fit
Why     a page is read the same where it was written and where it was carried to
Not     here: which pages there are (queries.py), how they look (showing.py)

Who checked a page and who answers for a document are left out: they may name a member. The day
on which a page was checked stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from haven.hub.base.records import Day, Line, Lines, Name, Record, Short, Shorts, Slug, Slugs
from haven.hub.guidance import queries
from haven.hub.guidance.models import HubPage

Number = Annotated[int, Field(ge=0, le=1000)]
_TEXT = ("heading", "smaller_heading", "paragraph", "quote")
_NAMES = ("techniques", "kept_by")  # lists that hold no text


class TextBlock(Record):
    """A heading, a paragraph, or something to remember."""

    kind: Literal["heading", "smaller_heading", "paragraph", "quote"]
    text: Line


class ListBlock(Record):
    """A list."""

    kind: Literal["list"]
    items: Lines


class TableBlock(Record):
    """A table."""

    kind: Literal["table"]
    head: Shorts
    rows: Annotated[list[Lines], Field(max_length=500)]


Block = Annotated[TextBlock | ListBlock | TableBlock, Field(discriminator="kind")]
Blocks = Annotated[list[Block], Field(max_length=1000)]


class MistakeRecord(Record):
    """A common mistake."""

    what: Line
    why: Line
    instead: Line


class PageRecord(Record):
    """What all pages have."""

    slug: Slug
    title: Name
    reviewed_on: Annotated[Day | None, Field(description="null: nobody has checked it yet")]


class StepRecord(PageRecord):
    """One step of the work."""

    number: Number
    in_one_line: Line
    aim: Line
    guard: Line
    what_happens: Blocks
    how_ai_helps: Lines
    law_and_ethics: Lines
    wellbeing: Lines
    common_mistakes: Annotated[list[MistakeRecord], Field(max_length=100)]
    questions_to_ask: Lines
    workbench_now: Lines
    workbench_not_yet: Lines
    techniques: Slugs


class PrincipleRecord(PageRecord):
    """One principle."""

    number: Number
    in_one_line: Line
    body: Blocks
    means: Lines
    kept_by: Shorts


class DocumentRecord(PageRecord):
    """One document of the library."""

    brief: Line
    version: Short
    review_by: Day
    changed: Line
    must_acknowledge: bool
    body: Blocks


class CareRecord(PageRecord):
    """One page on wellbeing."""

    brief: Line
    body: Blocks


@dataclass(frozen=True)
class Stood:
    """A block of a record, as a page has blocks."""

    block_type: str
    value: Any


def steps() -> Iterator[StepRecord]:
    """Yield the published steps."""
    return (StepRecord.made(**_said(one, StepRecord)) for one in queries.steps())


def principles() -> Iterator[PrincipleRecord]:
    """Yield the published principles."""
    return (PrincipleRecord.made(**_said(one, PrincipleRecord)) for one in queries.principles())


def documents() -> Iterator[DocumentRecord]:
    """Yield the published documents of the library."""
    return (DocumentRecord.made(**_said(one, DocumentRecord)) for one in queries.documents())


def care() -> Iterator[CareRecord]:
    """Yield the published pages on wellbeing."""
    return (CareRecord.made(**_said(one, CareRecord)) for one in queries.care())


class Carried:
    """A page that came from elsewhere, with the fields that showing asks for."""

    def __init__(self, record: PageRecord) -> None:
        for name in type(record).model_fields:
            said = getattr(record, name)
            is_text = isinstance(said, list) and name not in _NAMES
            setattr(self, name, list(map(_stood, said)) if is_text else said)


def _said(page: HubPage, kind: type[PageRecord]) -> dict[str, Any]:
    """Return the fields of a record as a page says them."""
    blocks = set(page.text_fields())
    return {
        name: _plain(getattr(page, name)) if name in blocks else getattr(page, name)
        for name in kind.model_fields
    }


def _plain(stream: Iterable[Any]) -> list[Any]:
    """Return blocks as plain values."""
    found: list[Any] = []
    for one in stream:
        kind, said = one.block_type, one.value
        if kind in _TEXT:
            found.append({"kind": kind, "text": said})
        elif kind == "list":
            found.append({"kind": kind, "items": list(said)})
        elif kind == "table":
            rows = [list(row) for row in said["rows"]]
            found.append({"kind": kind, "head": list(said["head"]), "rows": rows})
        elif kind == "mistake":
            found.append({name: said[name] for name in MistakeRecord.model_fields})
        else:  # a line of a list
            found.append(said)
    return found


def _stood(one: Any) -> Stood:
    """Return a block, a mistake or a line of a list as a page has it."""
    if isinstance(one, TextBlock):
        return Stood(one.kind, one.text)
    if isinstance(one, ListBlock):
        return Stood(one.kind, one.items)
    if isinstance(one, TableBlock):
        return Stood(one.kind, {"head": one.head, "rows": one.rows})
    if isinstance(one, MistakeRecord):
        return Stood("mistake", one.told())
    return Stood("line", one)
