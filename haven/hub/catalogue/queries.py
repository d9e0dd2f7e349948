"""What the catalogue says, to whom.

In      a member; a slug, several slugs
Out     tools with the facts and fields a member may see; bodies to turn to; the gap map
Fails   ToolNotFound
Why     what shows how a method works is for those who investigate, not for makers
Not     here: finding (finding.py), grades (grading.py)
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Lower
from django.utils import timezone

from haven.accounts import access
from haven.accounts.access import CASEWORKERS, Role
from haven.hub.catalogue import completing, grading, rules
from haven.hub.catalogue import vocabulary as words
from haven.hub.catalogue.models import Body, Change, Fact, Proposal, Tool
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Field, QuerySet

    from haven.accounts.models import Member
    from haven.hub.catalogue.completing import Completeness
    from haven.hub.catalogue.grading import Grade

MOST_COMPARED = 4
BY_STATE = ("is_decided", "-proposed_at", "-pk")  # order of proposals
READERS_OF_RESTRICTED = CASEWORKERS | {Role.CURATOR}


PROPOSABLE = (  # fields that anyone may propose to change
    "name", "website", "summary", "description", "licence", "weights_licence", "intended_use",
    "excluded_use", "human_role", "wellbeing", "interoperability", "steps", "techniques",
    "media", "deployment", "access", "price", "evidence_leaves", "status",
)  # fmt: skip


RESTRICTABLE = (  # fields that may be kept from those who make tools; the rest names an entry
    *(name for name in PROPOSABLE if name not in ("name", "status")),
    "platforms", "languages", "open_source", "facts",
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
    completeness: Completeness
    age: str  # of the record: "", "due", "stale", "lapsed"
    old: frozenset[int]  # keys of facts that are older than the rule allows
    hidden: frozenset[str]  # names of fields that are kept from the member

    def value(self, name: str) -> Any:
        """Return a field; None where it is kept from the member."""
        return None if name in self.hidden else getattr(self.tool, name)

    @property
    def status(self) -> str:
        """Return the status in words; what nobody has looked at for too long is not known."""
        is_lapsed = self.age == rules.ages_of_records()[-1][0]
        if is_lapsed or "status" in self.hidden:
            return str(words.Status.UNKNOWN.label)
        return self.tool.get_status_display()

    @property
    def n_unchecked(self) -> int:
        """Return how many statements nobody has checked."""
        return sum(one.is_unchecked for one in self.facts)


def sees_restricted(member: Member | None) -> bool:
    """Tell whether a member sees the fields that show how a method works."""
    return member is not None and bool(READERS_OF_RESTRICTED & set(member.roles))


def hidden(one: Tool, member: Member | None) -> frozenset[str]:
    """Return the names of a tool's fields that are kept from a member."""
    return frozenset() if sees_restricted(member) else frozenset(one.restricted)


def age(one: Tool) -> str:
    """Return how old a record is: "" where somebody looked lately, "due", "stale", "lapsed"."""
    return grading.age_of_record(one, today=timezone.localdate())


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
    return shown(list(dict.fromkeys(slugs))[:MOST_COMPARED], member=member)


def shown(slugs: list[str], *, member: Member) -> list[Shown]:
    """Return the known ones of the tools named, in that order; for other parts of the Hub."""
    found = Tool.objects.select_related("maker").prefetch_related("facts__confirmed_by")
    by_slug = {one.slug: one for one in found.filter(slug__in=slugs)}
    return [_shown(by_slug[slug], member) for slug in slugs if slug in by_slug]


def entry(slug: str) -> Tool:
    """Return one entry, to be named by what other parts of the Hub keep.

    Raises:
        ToolNotFound: Not in the catalogue.
    """
    found = Tool.objects.filter(slug=slug).first()
    if found is None:
        raise ToolNotFound("no such tool")
    return found


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


def published(*, member: Member | None) -> Iterator[Shown]:
    """Yield every tool in the order of the names, as a member may see it; None: as anybody may."""
    found = Tool.objects.select_related("maker").prefetch_related("facts").order_by("name", "pk")
    for one in found.iterator(chunk_size=200):
        yield _shown(one, member)


def seen(tools: Iterable[Tool], *, member: Member) -> list[Shown]:
    """Return tools that were found, as a member may see them."""
    found = list(tools)
    prefetch_related_objects(found, "maker", "facts")
    return [_shown(one, member) for one in found]


def field(name: str) -> Field[Any, Any]:
    """Return a field of an entry, which says how long it may be and whether it may be empty."""
    found: Field[Any, Any] = Tool._meta.get_field(name)  # type: ignore[assignment]
    return found


def proposals(member: Member) -> QuerySet[Proposal]:
    """Return the proposals a member may see: a curator all, the open ones first; others own."""
    found = Proposal.objects.select_related("tool", "proposed_by__agency", "decided_by")
    if not access.allows(member, "catalogue.curate"):
        found = found.filter(proposed_by=member)
    return found.annotate(is_decided=Case(When(state="open", then=0), default=1))


def proposal(public_id: UUID, *, member: Member) -> Proposal:
    """Return one proposal that a member may see.

    Raises:
        ProposalNotFound: Not there, or another's.
    """
    found = proposals(member).filter(public_id=public_id).first()
    if found is None:
        raise ProposalNotFound("no such proposal")
    return found


def waits_since(tool: Tool) -> dt.date | None:
    """Return the day since when a proposed change of a tool waits; None if none does."""
    asked = Proposal.objects.filter(tool=tool, state=Proposal.State.OPEN)
    first: dt.datetime | None = asked.aggregate(first=Min("proposed_at"))["first"]
    return first and timezone.localdate(first)


def changes(member: Member) -> QuerySet[Change]:
    """Return what changed in the catalogue, the latest first.

    Left out is what a member does not see: a change of nothing but restricted fields.
    """
    found = Change.objects.select_related("tool__maker", "proposal")
    if sees_restricted(member):
        return found
    return found.filter(Q(fields=[]) | ~Q(fields__contained_by=F("tool__restricted")))


def is_new_since(since: dt.datetime, *, member: Member) -> Q:
    """Return the condition of tools that are new, or say something else, since a moment."""
    changed = changes(member).filter(tool=OuterRef("pk"), at__gt=since)
    return Q(Exists(changed)) | Q(listed_on__gt=timezone.localdate(since))


def bodies() -> QuerySet[Body]:
    """Return the bodies to turn to, by how far they reach."""
    return Body.objects.select_related("confirmed_by")


def gaps(media: str = "", *, member: Member) -> Mapping[tuple[str, str], int]:
    """Return how many tools are known for each technique and step, of one medium or of all."""
    tools = Tool.objects.filter(media__contains=[media]) if media else Tool.objects.all()
    if not sees_restricted(member):
        counted_by = ["steps", "techniques", *(["media"] if media else [])]
        tools = tools.exclude(restricted__overlap=counted_by)
    counted: Counter[tuple[str, str]] = Counter()
    alike = tools.order_by().values_list("steps", "techniques").annotate(Count("pk"))
    for steps, techniques, n in alike:
        for pair in itertools.product(techniques, steps):
            counted[pair] += n
    return counted


def _shown(one: Tool, member: Member | None) -> Shown:
    return as_shown(one, list(one.facts.all()), kept=hidden(one, member))


def as_shown(one: Tool, facts: list[Fact], *, kept: frozenset[str]) -> Shown:
    """Return a tool with its facts to show, also one that is not stored.

    Args:
        one: The tool.
        facts: All its facts.
        kept: Names of the fields that are kept from whoever looks.
    """
    seen, today = [] if "facts" in kept else facts, timezone.localdate()
    return Shown(
        tool=one,
        facts=seen,
        grade=grading.grade(one, facts, today=today),
        completeness=completing.completeness(one, seen, hidden=kept),
        age=grading.age_of_record(one, today=today),
        old=frozenset(fact.pk for fact in seen if fact.pk and grading.is_old(fact, today=today)),
        hidden=kept,
    )
