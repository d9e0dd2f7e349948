"""What the catalogue says, to whom.

In      a member; a slug, several slugs
Out     tools with the facts and fields a member may see; bodies to turn to; the gap map
Fails   ToolNotFound
Why     what shows how a method works is for those who investigate, not for makers
Not     here: finding (finding.py), grades (grading.py)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Q, When
from django.db.models.functions import Lower
from django.utils import timezone

from haven.accounts import access
from haven.accounts.access import CASEWORKERS, Role
from haven.hub.catalogue import grading
from haven.hub.catalogue.models import Body, Change, Fact, Proposal, Tool
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.hub.catalogue.grading import Grade

MOST_COMPARED = 4
READERS_OF_RESTRICTED = CASEWORKERS | {Role.CURATOR}


PROPOSABLE = (  # fields that anyone may propose to change
    "name", "website", "summary", "description", "licence", "weights_licence", "intended_use",
    "excluded_use", "human_role", "wellbeing", "interoperability", "steps", "techniques",
    "media", "deployment", "access", "price", "evidence_leaves", "status",
)  # fmt: skip


class ProposalNotFound(NotFound):
    """No such proposal that the member may see."""

    code = "proposal.not_found"


class FactNotFound(NotFound):
    """No such fact that could be confirmed."""

    code = "fact.not_found"


class ToolNotFound(NotFound):
    """No such tool in the catalogue."""

    code = "tool.not_found"


@dataclass(frozen=True)
class Shown:
    """A tool as a member may see it."""

    tool: Tool
    facts: list[Fact]
    grade: Grade
    age: str  # of the record: "", "due", "stale", "lapsed"
    hidden: frozenset[str]  # names of fields that are kept from the member

    def value(self, name: str) -> Any:
        """Return a field; None where it is kept from the member."""
        return None if name in self.hidden else getattr(self.tool, name)


def tool(slug: str, *, member: Member) -> Shown:
    """Return one tool as a member may see it.

    Raises:
        ToolNotFound: Not in the catalogue.
    """
    found = Tool.objects.select_related("maker").prefetch_related("facts__confirmed_by")
    one = found.filter(slug=slug).first()
    if one is None:
        raise ToolNotFound("no such tool")
    return _shown(one, member)


def several(slugs: Iterable[str], *, member: Member) -> list[Shown]:
    """Return the known ones of the tools named, in that order, at most MOST_COMPARED."""
    wanted = list(dict.fromkeys(slugs))[:MOST_COMPARED]
    found = Tool.objects.select_related("maker").prefetch_related("facts__confirmed_by")
    by_slug = {one.slug: one for one in found.filter(slug__in=wanted)}
    return [_shown(by_slug[slug], member) for slug in wanted if slug in by_slug]


def named(words: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return slug and name of the tools that are called so, by the word; others are left out."""
    asked = {one.strip().casefold(): one for one in words}
    found = Tool.objects.annotate(small=Lower("name")).filter(
        Q(small__in=asked) | Q(slug__in=asked)
    )
    rows = found.order_by("-pk").values_list("slug", "name", "small")
    by_name = {small: (slug, name) for slug, name, small in rows}
    by_name |= {slug: (slug, name) for slug, name, _small in rows}
    return {word: by_name[small] for small, word in asked.items() if small in by_name}


def names(slugs: Iterable[str]) -> dict[str, str]:
    """Return the names of tools by their slugs; those that are not there are left out."""
    return dict(Tool.objects.filter(slug__in=list(slugs)).values_list("slug", "name"))


def proposals(member: Member) -> QuerySet[Proposal]:
    """Return the proposals a member may see: a curator all, the open ones first; others own."""
    found = Proposal.objects.select_related("tool", "proposed_by__agency", "decided_by")
    if not access.allows(member, "catalogue.curate"):
        found = found.filter(proposed_by=member)
    return found.order_by(Case(When(state="open", then=0), default=1), "-proposed_at", "-pk")


def proposal(public_id: UUID, *, member: Member) -> Proposal:
    """Return one proposal that a member may see.

    Raises:
        ProposalNotFound: Not there, or another's.
    """
    found = proposals(member).filter(public_id=public_id).first()
    if found is None:
        raise ProposalNotFound("no such proposal")
    return found


def changes() -> QuerySet[Change]:
    """Return what changed in the catalogue, the latest first."""
    return Change.objects.select_related("tool__maker", "proposal")


def bodies() -> QuerySet[Body]:
    """Return the bodies to turn to, by how far they reach."""
    return Body.objects.select_related("confirmed_by")


def gaps(media: str = "") -> Mapping[tuple[str, str], int]:
    """Return how many tools are known for each technique and step, of one medium or of all."""
    tools = Tool.objects.filter(media__contains=[media]) if media else Tool.objects.all()
    counted: Counter[tuple[str, str]] = Counter()
    for steps, techniques in tools.values_list("steps", "techniques"):
        counted.update((t, s) for t in techniques for s in steps)
    return counted


def _shown(one: Tool, member: Member) -> Shown:
    may_all = bool(READERS_OF_RESTRICTED & set(member.roles))
    facts, today = list(one.facts.all()), timezone.localdate()
    return Shown(
        tool=one,
        facts=facts,
        grade=grading.grade(one, facts, today=today),
        age=grading.age_of_record(one, today=today),
        hidden=frozenset() if may_all else frozenset(one.restricted),
    )
