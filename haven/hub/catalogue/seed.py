"""Seed: the entries with which the catalogue opens.

In      content/tools.yaml, content/bodies.yaml of this folder
Out     tools with their facts, bodies to turn to; what is there already stays as it is
        (content/inclusion.yaml names the one that is there as an example of a refusal)
Fails   BadSeed: an entry that the catalogue cannot hold; nothing of the file is kept then
Why     a catalogue without entries helps nobody; each of these has a source, or says it has none
Not     here: correcting an entry (actions.py)

What the editors set without a source read is one fact from memory, and stands as unchecked.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from haven.hub.base import yaml_text
from haven.hub.catalogue import finding, grading, rules
from haven.hub.catalogue.models import Body, Fact, Maker, Tool

Row = TypeVar("Row", Tool, Fact, Body)
CONTENT = Path(__file__).parent / "content"
_RENAMED = {  # in the file: in the catalogue
    "price_class": "price",
    "evidence_leaves_agency": "evidence_leaves",
    "workflow_steps": "steps",
    "excluded_or_cautions": "excluded_use",
    "wellbeing_features": "wellbeing",
    "last_checked": "checked_on",
}
_PLAIN = (
    "slug", "name", "website", "summary", "description", "status", "open_source", "licence",
    "weights_licence", "access", "deployment", "platforms", "languages", "techniques", "media",
    "intended_use", "human_role", "interoperability",
)  # fmt: skip


_SET_LATER = ("found_by", "listed_on", "changed_at", "confirmed_by", "confirmed_on")


class BadSeed(ValueError):
    """An entry of the file does not fit the catalogue."""


@transaction.atomic
def load(content: Path = CONTENT) -> tuple[int, int]:
    """Add the tools and bodies that are not there yet; return how many of each were added.

    Raises:
        BadSeed: An entry does not fit; it is named by its slug.
    """
    refused = rules.told()["refused_example"]["record"]
    there = {refused, *Tool.objects.values_list("slug", flat=True)}
    tools = [one for one in _read(content / "tools.yaml") if one["slug"] not in there]
    for one in tools:
        _add_tool(one)
    there = set(Body.objects.values_list("slug", flat=True))
    bodies = [one for one in _read(content / "bodies.yaml") if one["slug"] not in there]
    for one in bodies:
        _checked(Body(**_body(one))).save()
    return len(tools), len(bodies)


def _read(path: Path) -> Any:
    return yaml_text.load(path.read_text(encoding="utf-8"))


def _add_tool(told: dict[str, Any]) -> None:
    """Add one tool with its facts."""
    maker, _made = Maker.objects.get_or_create(
        name=told["maker"], defaults={"country": told["maker_country"] or ""}
    )
    values = {name: told[name] for name in _PLAIN}
    values |= {ours: told[theirs] for theirs, ours in _RENAMED.items()}
    for field in Tool._meta.get_fields():  # nothing is known: an empty text, an empty list
        if values.get(field.name, "") is None and not getattr(field, "null", True):
            values[field.name] = [] if field.get_internal_type() == "ArrayField" else ""
    values["checked_on"] = dt.date.fromisoformat(values["checked_on"])
    made = Tool(**values, maker=maker)
    finding.fold(made)
    _checked(made).save()
    of_the_field = {one["fact_source"] for one in rules.corrections() if one["tool"] == made.slug}
    facts = [_fact(one, made, of_the_field) for one in told["facts"]]
    Fact.objects.bulk_create(map(_checked, facts))


def _fact(told: dict[str, Any], tool: Tool, of_the_field: set[str]) -> Fact:
    source = told["source"] or ""
    return Fact(
        tool=tool,
        claim=told["claim"],
        kind=told["kind"],
        said_by=told["by"],
        source=source,
        dated=str(told["date"]),
        basis=told["basis"],
        relation=grading.relation(told["by"], source, tool),
        is_of_tool=source not in of_the_field,
    )


def _body(told: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: told[name] or "" for name in ("slug", "name", "kind", "website", "what_for")},
        "scope": told["country_or_scope"],
        "source": told["source"] or "",
        "dated": str(told["date"]),
        "basis": told["basis"],
    }


def _checked(row: Row) -> Row:
    """Return a row that fits its fields.

    Raises:
        BadSeed: It does not.
    """
    try:
        row.clean_fields(exclude=_SET_LATER)
    except ValidationError as error:
        name = str(getattr(row, "slug", "") or getattr(row, "claim", ""))
        raise BadSeed(f"{name[:80]}: {sorted(error.message_dict)}") from error
    return row
