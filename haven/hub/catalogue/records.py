"""Records of the catalogue: a tool, a body to turn to, a word, for programs and other hubs.

In      tools as a reader may see them; bodies; the vocabulary
Out     ToolRecord, BodyRecord, WordRecord, each with its JSON Schema; a record as a tool to show
Fails   pydantic.ValidationError: a record that came does not fit
Why     the API, the bulk export and bundles say the same of a tool, in the same words
Not     here: addresses (api.py), files (hub/exchange)

A field that is kept from the reader is null and named in `withheld`. Who confirmed a fact is
left out: a name of a member is no part of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from django.utils.text import slugify
from pydantic import Field

from haven.hub.base import translated
from haven.hub.base.records import (
    Address,
    Dated,
    Day,
    Line,
    Moment,
    Name,
    Record,
    Short,
    Shorts,
    Slug,
    Slugs,
    Word,
    Words,
    web,
)
from haven.hub.catalogue import grading, meaning, queries, rules
from haven.hub.catalogue import vocabulary as words
from haven.hub.catalogue.models import Body, Fact, Maker, Tool

if TYPE_CHECKING:
    from django.db.models import TextChoices

    from haven.hub.catalogue.queries import Shown

# The lists of the vocabulary: name, its words, and where their meaning stands in the file.
LISTS: Mapping[str, tuple[type[TextChoices], str]] = {
    "steps": (words.Step, "workflow_steps"),
    "families": (words.Family, ""),
    "techniques": (words.Technique, "techniques"),
    "media": (words.Media, "media"),
    "deployment": (words.Deployment, "deployment"),
    "access": (words.Access, "access"),
    "price": (words.Price, "price_class"),
    "status": (words.Status, "status"),
    "evidence_leaves": (words.Leaves, "evidence_leaves_agency"),
    "kinds": (words.Kind, "fact_kind"),
    "bases": (words.Basis, "fact_basis"),
    "relations": (words.Relation, ""),
    "grades": (words.Grade, ""),
    "bodies": (words.Body, "referral_kinds"),
}
_PLAIN = (  # fields of a tool that a record has under the same name
    "name", "website", "summary", "description", "status", "open_source", "licence",
    "weights_licence", "access", "price", "evidence_leaves", "deployment", "steps", "techniques",
    "media", "platforms", "languages", "intended_use", "excluded_use", "human_role", "wellbeing",
    "interoperability",
)  # fmt: skip
_OF_A_FACT = ("claim", "kind", "said_by", "source", "dated", "basis", "relation", "is_of_tool")
_OF_A_BODY = ("slug", "name", "scope", "kind", "website", "what_for", "source", "dated", "basis")


class MakerRecord(Record):
    """Who makes a tool, or answers for it."""

    name: Name
    country: Short


class FactRecord(Record):
    """One statement about a tool, with its ground."""

    claim: Line
    kind: Annotated[Word, Field(description="claimed, checked or measured")]
    said_by: Name
    source: Address
    dated: Dated
    basis: Annotated[Word, Field(description="source, or recalled: from memory")]
    relation: Annotated[Word, Field(description="who says it, seen from the maker")]
    is_of_tool: Annotated[bool, Field(description="false: of the field; counts for no grade")]
    confirmed_on: Day | None


class ToolRecord(Record):
    """One tool of the catalogue. Null: kept from the reader, or not known."""

    slug: Slug
    name: Name
    maker: MakerRecord
    website: Address | None
    summary: Line | None
    description: Line | None
    status: Word | None
    open_source: bool | None
    licence: Line | None
    weights_licence: Line | None
    access: Word | None
    price: Word | None
    evidence_leaves: Word | None
    deployment: Words | None
    steps: Words | None
    techniques: Words | None
    media: Words | None
    platforms: Shorts | None
    languages: Shorts | None
    intended_use: Line | None
    excluded_use: Line | None
    human_role: Line | None
    wellbeing: Line | None
    interoperability: Line | None
    facts: Annotated[list[FactRecord], Field(max_length=500)]
    grade: Annotated[Word, Field(description="how much is known of it, on the day of the answer")]
    listed_on: Day
    checked_on: Day | None
    changed_at: Moment
    withheld: Annotated[Slugs, Field(description="fields that are kept from the reader")]


class BodyRecord(Record):
    """A body to turn to."""

    slug: Slug
    name: Name
    scope: Short
    kind: Word
    website: Address
    what_for: Line
    source: Address
    dated: Dated
    basis: Word
    confirmed_on: Day | None


class WordRecord(Record):
    """One word of the vocabulary."""

    slug: Slug
    list: Annotated[Slug, Field(description="the list it stands in")]
    word: Annotated[Word, Field(description="as records have it; it never changes")]
    name: Name
    says: Annotated[Line, Field(description="what it means; empty where the name says it")]


def of_tool(shown: Shown) -> ToolRecord:
    """Return a tool as its reader may see it."""
    tool, site = shown.tool, shown.value("website")
    site = site if site is None else web(site)
    return ToolRecord.made(
        slug=tool.slug,
        maker=MakerRecord.made(name=tool.maker.name, country=tool.maker.country),
        **{**{name: shown.value(name) for name in _PLAIN}, "name": tool.name, "website": site},
        facts=[] if "facts" in shown.hidden else list(map(_fact, shown.facts)),
        grade=shown.grade.rank.slug,
        listed_on=tool.listed_on,
        checked_on=tool.checked_on,
        changed_at=tool.changed_at,
        withheld=sorted(shown.hidden),
    )


def of_body(body: Body) -> BodyRecord:
    """Return a body to turn to."""
    said = {name: getattr(body, name) for name in _OF_A_BODY}
    said |= {name: web(said[name]) for name in ("website", "source")}
    return BodyRecord.made(**said, confirmed_on=body.confirmed_on)


def vocabulary() -> Iterator[WordRecord]:
    """Yield every word of the vocabulary, in the language of the reader."""
    sections = meaning.sections(meaning.found(translated.current()))
    meanings = {one.key: {word["slug"]: word["says"] for word in one.words} for one in sections}
    for name, (choices, place) in LISTS.items():
        meant = meanings.get(place, {})
        for word, label in choices.choices:
            yield WordRecord(
                slug=f"{name}-{slugify(word)}",
                list=name,
                word=word,
                name=str(label),
                says=meant.get(word, "").strip(),
            )


def shown(record: ToolRecord) -> Shown:
    """Return a record that came from elsewhere as a tool to show; nothing of it is stored.

    The grade is what its facts give by our rules today. Where they were kept back it is what
    that hub says, as nothing else can be known of it.
    """
    blank = Tool()
    said = {name: getattr(record, name) for name in _PLAIN}
    said = {name: getattr(blank, name) if one is None else one for name, one in said.items()}
    maker = Maker(name=record.maker.name, country=record.maker.country)
    tool = Tool(slug=record.slug, maker=maker, checked_on=record.checked_on, **said)
    facts = [_carried(one, number) for number, one in enumerate(record.facts, start=1)]
    told = queries.as_shown(tool, facts, kept=frozenset(record.withheld))
    rank = next((one for one in rules.ladder() if one.slug == record.grade), None)
    if "facts" in told.hidden and rank is not None:
        return replace(told, grade=grading.Grade(rank, facts=(), next=None))
    return told


def _carried(record: FactRecord, number: int) -> Fact:
    """Return a fact that came from elsewhere, with a key if our rules know its kind."""
    said = {name: getattr(record, name) for name in _OF_A_FACT}
    key = number if record.kind in words.Kind.values else None
    return Fact(pk=key, **said, confirmed_on=record.confirmed_on)


def _fact(fact: Fact) -> FactRecord:
    said = {name: getattr(fact, name) for name in _OF_A_FACT}
    said["source"] = web(said["source"])
    return FactRecord.made(**said, confirmed_on=fact.confirmed_on)
