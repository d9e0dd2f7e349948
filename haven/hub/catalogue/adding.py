"""Adding a tool to the catalogue, after others have looked at what its maker says.

In      what the entry says, who makes the tool, what the maker claims and where it can be read
Out     the entry with its facts and a row that tells of it; before that, how it would look
Fails   NotAnEntry: a field does not fit the catalogue
Why     what a maker says of itself is a claim, whoever let it in, and counts as one
Not     here: who looks and who publishes (hub/portal), the entries of the start (seed.py)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import finding, queries
from haven.hub.catalogue.models import Change, Fact, Maker, Tool
from haven.web.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

_SET_HERE = ("slug", "maker", "folded", "found_by", "listed_on", "changed_at")
_LONGEST_SLUG = 80


class NotAnEntry(BadInput):
    """A field does not fit the catalogue."""

    code = "entry.does_not_fit"
    words = _("One of the fields does not fit the catalogue.")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a maker says of the tool."""

    says: str
    source: str = ""  # where it can be read; empty: it is shown as not checked


def preview(values: Mapping[str, Any], maker: str) -> queries.Shown:
    """Return how an entry would look; nothing is kept.

    Raises:
        NotAnEntry: A field does not fit.
    """
    return queries.as_shown(_fitting(values, Maker(name=maker)), [], kept=frozenset())


def add(
    values: Mapping[str, Any],
    claims: Sequence[Claim],
    *,
    maker: str,
    country: str,
    at: datetime,
) -> Tool:
    """Add a tool; its maker too, where it is new. Call it in a transaction.

    Raises:
        NotAnEntry: A field does not fit.
    """
    known, _is_new = Maker.objects.get_or_create(name=maker, defaults={"country": country})
    tool = _fitting(values, known)
    tool.slug = _free_slug(tool.name)
    tool.checked_on = timezone.localdate(at)
    tool.changed_at = at
    finding.fold(tool)
    tool.save()
    Fact.objects.bulk_create(_fact(one, tool, at) for one in claims)
    Change.objects.create(tool=tool, fields=[], at=at)
    return tool


def _fitting(values: Mapping[str, Any], maker: Maker) -> Tool:
    """Return a tool whose fields fit; it is not saved."""
    tool = Tool(**values, maker=maker)
    try:
        tool.clean_fields(exclude=_SET_HERE)
    except ValidationError as error:
        raise NotAnEntry(f"these fields do not fit: {sorted(error.message_dict)}") from error
    return tool


def _fact(claim: Claim, tool: Tool, at: datetime) -> Fact:
    """Return a claim as a fact: it is the maker's, also where its address is another's."""
    return Fact(
        tool=tool,
        claim=claim.says,
        kind="claimed",
        said_by=tool.maker.name,
        source=claim.source,
        dated=timezone.localdate(at).isoformat(),
        basis="source" if claim.source else "recalled",
        relation="maker",
    )


def _free_slug(name: str) -> str:
    """Return a short name that no entry and no other page has."""
    begin = slugify(name)[:_LONGEST_SLUG].strip("-") or "tool"
    slug = begin
    while _is_taken(slug):
        slug = f"{begin}-{get_random_string(4, '23456789abcdefghjkmnpqrstuvwxyz')}"
    return slug


def _is_taken(slug: str) -> bool:
    page = reverse("catalogue:tool", args=[slug])
    return resolve(page).view_name != "catalogue:tool" or Tool.objects.filter(slug=slug).exists()
