"""Caring for the catalogue: records that grow old, facts from memory, addresses, counts.

In      today
Out     tools that nobody has looked at for long, facts that wait for a source, the addresses on
        which facts and bodies rest, how many rows there are of each kind
Fails   never
Why     what curators look after is asked of the tables here, and of no table elsewhere
Not     here: the desk that shows it (hub/curation)
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import Count, F

from haven.hub.catalogue import rules
from haven.hub.catalogue.grading import age_of_record
from haven.hub.catalogue.models import Body, Fact, Proposal, Tool

if TYPE_CHECKING:
    from django.db.models import QuerySet

PROPOSAL_STATES = Proposal.State
_DAYS_OF_A_MONTH = 28  # so that no record that is due is missed; age_of_record decides


def old_records(*, today: dt.date, most: int) -> list[tuple[Tool, str]]:
    """Return the tools that a curator should look at again with their age, the oldest first."""
    months = rules.ages_of_records()[0][1]
    before = today - dt.timedelta(days=months * _DAYS_OF_A_MONTH)
    found = Tool.objects.exclude(checked_on__gt=before).select_related("maker")
    ordered = found.order_by(F("checked_on").asc(nulls_first=True), "name", "pk")
    aged = ((one, age_of_record(one, today=today)) for one in ordered[: 2 * most])
    return [(one, age) for one, age in aged if age][:most]


def facts_from_memory() -> QuerySet[Fact]:
    """Return the facts that wait for a curator with a source, the first ones first."""
    found = Fact.objects.filter(basis="recalled", confirmed_on__isnull=True)
    return found.select_related("tool").order_by("pk")


def open_proposals() -> QuerySet[Proposal]:
    """Return the proposals that wait for a curator, the oldest first."""
    found = Proposal.objects.select_related("tool").filter(state=Proposal.State.OPEN)
    return found.order_by("proposed_at", "pk")


def addresses() -> Mapping[str, list[tuple[str, str]]]:
    """Return every address on which a fact or a body rests: the tools, short and long name.

    The name of a body has no short name, as bodies have no page of their own.
    """
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    of_facts = Fact.objects.exclude(source="").values_list("source", "tool__slug", "tool__name")
    for source, slug, name in of_facts.distinct().order_by("tool__name", "source"):
        found[source].append((slug, name))
    for source, name in Body.objects.exclude(source="").values_list("source", "name"):
        found[source].append(("", name))
    return found


def counts() -> Mapping[str, Mapping[str, int]]:
    """Return how many there are: tools by status, facts by ground and by who says them."""
    grounds: Counter[str] = Counter()
    speakers: Counter[str] = Counter()
    rows = Fact.objects.values_list("kind", "basis", "relation").annotate(n=Count("pk"))
    for kind, basis, relation, n in rows.order_by():
        grounds[kind if basis == "source" else "recalled"] += n
        speakers[relation] += n
    by_status = Tool.objects.values_list("status").annotate(n=Count("pk")).order_by()
    return {
        "tools": dict(by_status),
        "facts": dict(grounds),
        "speakers": dict(speakers),
        "bodies": {"bodies": Body.objects.count()},
        "proposals": dict(
            Proposal.objects.values_list("state").annotate(n=Count("pk")).order_by()
        ),
    }
