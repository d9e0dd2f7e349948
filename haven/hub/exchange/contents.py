"""Contents: the parts of a bundle, what each holds, and reading one that came.

In      what this hub has published; lines of the parts of a bundle
Out     KINDS; lines to write; rows that fit, each with its name, title and place
Fails   WrongManifest, WrongRecord (errors.py): a part or a record has another form
Why     what leaves is named here, part by part; members, their words and work are in no part
Not     here: the file (bundles.py), what is kept of it (actions.py)

Every record is made as anybody may see it: fields that are restricted are left out. A row is
canonical JSON, and one that came is held to that too: no name stands in it twice, no number or
day is written in another way, and nothing that is cited hides behind an escape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from pydantic import Field, ValidationError

from haven.audit import canonical
from haven.hub.base import dates, sources, text
from haven.hub.base.records import Address, Day, Name, Record, Short, Slug
from haven.hub.catalogue import queries as catalogue
from haven.hub.catalogue import records as tools
from haven.hub.exchange.errors import WrongManifest, WrongRecord
from haven.hub.guidance import records as guidance
from haven.hub.learning import records as learning

_BRIEF = 300  # characters of a record that a list shows


class SourceRecord(Record):
    """One source that texts cite."""

    slug: Slug
    title: Name
    addresses: Annotated[list[Address], Field(max_length=20)]
    read_on: Short


class DateRecord(Record):
    """One date that texts name and law may move."""

    slug: Slug
    value: Day


@dataclass(frozen=True)
class Kind:
    """One part of a bundle."""

    title: Any  # in the reader's language, of many
    schema: type[Record]
    rows: Callable[[], Iterable[Record]]
    named: str = "title"  # the field with the name of a record
    told: str = ""  # the field with its first words
    has_page: bool = False  # of its own; else it stands in the list


@dataclass(frozen=True)
class Row:
    """One record that came and fits."""

    kind: str
    slug: str
    title: str
    brief: str
    place: int  # in its part, from 1
    says: dict[str, Any]
    sha256: str  # of its line


def _tools() -> Iterator[Record]:
    return map(tools.of_tool, catalogue.published(member=None))


def _bodies() -> Iterator[Record]:
    return map(tools.of_body, catalogue.bodies())


def _sources() -> Iterator[Record]:
    for one in sources.every().values():
        yield SourceRecord.made(
            slug=one.id, title=one.title, addresses=list(one.addresses), read_on=one.read_on
        )


def _dates() -> Iterator[Record]:
    for key, value in dates.every().items():
        yield DateRecord(slug=key, value=Day.fromisoformat(value))


# In the order of the file: what texts rest on comes first.
KINDS: Mapping[str, Kind] = {
    "sources": Kind(_("Sources"), SourceRecord, _sources),
    "dates": Kind(_("Dates"), DateRecord, _dates, named="slug"),
    "words": Kind(_("Words"), tools.WordRecord, tools.vocabulary, named="name", told="says"),
    "steps": Kind(
        _("Steps of the work"),
        guidance.StepRecord,
        guidance.steps,
        told="in_one_line",
        has_page=True,
    ),
    "principles": Kind(
        _("Principles"),
        guidance.PrincipleRecord,
        guidance.principles,
        told="in_one_line",
        has_page=True,
    ),
    "documents": Kind(
        _("Library"), guidance.DocumentRecord, guidance.documents, told="brief", has_page=True
    ),
    "care": Kind(_("Wellbeing"), guidance.CareRecord, guidance.care, told="brief", has_page=True),
    "tools": Kind(
        _("Tools"), tools.ToolRecord, _tools, named="name", told="summary", has_page=True
    ),
    "bodies": Kind(
        _("Bodies to turn to"), tools.BodyRecord, _bodies, named="name", told="what_for"
    ),
    "courses": Kind(
        _("Courses"), learning.CourseRecord, learning.every_course, told="summary", has_page=True
    ),
    "terms": Kind(_("Glossary"), learning.TermRecord, learning.every_term, "term", "short"),
}
_BESIDE = ("sources", "dates")  # shown with what rests on them, not by themselves
SHOWN = tuple(name for name in KINDS if name not in _BESIDE)


def published() -> list[tuple[str, list[bytes]]]:
    """Return the lines of every part, as this hub has published it, in English.

    Raises:
        WrongRecord: Something published has a form that no record has.
    """
    with translation.override("en"):
        return [(name, list(_lines(name, kind))) for name, kind in KINDS.items()]


def read(parts: Iterable[tuple[str, list[bytes]]], names: list[str]) -> list[Row]:
    """Return every record of a bundle.

    Args:
        parts: Each with its lines, as they come.
        names: Of the parts, as the manifest tells them.

    Raises:
        WrongManifest: The parts are others.
        WrongRecord: A record has another form, is there twice, or names a source or a date
            that did not come with it.
    """
    if names != list(KINDS):
        raise WrongManifest("The parts of the bundle are others than those of this version.")
    found: list[Row] = []
    known: dict[str, set[str]] = {}
    for name, lines in parts:
        rows = [_row(name, place, line) for place, line in enumerate(lines, start=1)]
        known[name] = {one.slug for one in rows}
        if len(known[name]) != len(rows):
            raise WrongRecord(f"Part {name} has two records of one name.")
        for row, line in zip(rows, lines, strict=True):
            _require_ground(row, line.decode(), known)
        found += rows
    return found


def kept(kind: str, says: Mapping[str, Any]) -> Any:
    """Return a record that was kept, as its schema has it."""
    return KINDS[kind].schema.model_validate(says, strict=False)


def _lines(name: str, kind: Kind) -> Iterator[bytes]:
    """Yield the lines of a part.

    Raises:
        WrongRecord: See published().
    """
    done = 0
    try:
        for one in kind.rows():
            yield canonical.encode(one.told())
            done += 1
    except ValidationError as error:
        raise WrongRecord(
            f"Row {done + 1} of part {name} cannot leave: {kind.schema.wrong_in(error)}."
        ) from error


def _row(name: str, place: int, line: bytes) -> Row:
    """Return a line that fits.

    Raises:
        WrongRecord: It does not.
    """
    kind = KINDS[name]
    try:
        read = kind.schema.model_validate_json(line)
    except ValidationError as error:
        wrong = kind.schema.wrong_in(error)
        raise WrongRecord(f"Row {place} of part {name} has no fit: {wrong}.") from error
    says = read.told()
    if not _is_spelled(says, line):
        raise WrongRecord(f"Row {place} of part {name} is not spelled as one is.")
    brief = str(getattr(read, kind.told) or "") if kind.told else ""
    return Row(
        kind=name,
        slug=getattr(read, "slug"),  # noqa: B009  # every schema of KINDS has it
        title=str(getattr(read, kind.named)),
        brief=brief if len(brief) <= _BRIEF else f"{brief[: _BRIEF - 1]}…",
        place=place,
        says=says,
        sha256=hashlib.sha256(line).hexdigest(),
    )


def _is_spelled(says: Mapping[str, Any], line: bytes) -> bool:
    """Tell whether a line is the one spelling of what it says."""
    try:
        return canonical.encode(says) == line
    except canonical.NotCanonical:  # such as an infinite number
        return False


def _require_ground(row: Row, line: str, known: Mapping[str, set[str]]) -> None:
    """Return if all that a record cites came with it.

    Raises:
        WrongRecord: Something did not.
    """
    if row.kind in _BESIDE:
        return
    cited = {*sources.cited(line), *row.says.get("sources", ())}
    cited |= {key for one in row.says.get("questions", ()) for key in one["sources"]}
    if not cited <= known["sources"] or not set(text.dates_of(line)) <= known["dates"]:
        raise WrongRecord(
            f"Row {row.place} of part {row.kind} ({row.slug}) cites a source or a date "
            "that did not come."
        )
