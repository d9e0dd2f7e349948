"""What came from other hubs, for whoever is signed in.

In      ids, kinds, slugs, words
Out     hubs with how much came; records, each with the bundle it came in
Fails   OtherNotFound, RecordNotFound
Why     what another hub has published to its members is for ours: no field of it is restricted
Not     here: how a record looks (showing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery
from django.db.models import Prefetch

from haven.hub.base import dates, sources
from haven.hub.base.provenance import Provenance
from haven.hub.exchange import contents
from haven.hub.exchange.models import Arrival, Other, Record
from haven.web.errors import NotFound
from haven.web.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet


class OtherNotFound(NotFound):
    """No such hub is followed here."""

    code = "exchange.other_not_found"


class RecordNotFound(NotFound):
    """No such record came from that hub."""

    code = "exchange.record_not_found"


def others() -> QuerySet[Other]:
    """Return the hubs that are followed, each with its latest bundle alone, however many came."""
    latest = Arrival.objects.order_by("other_id", "-serial").distinct("other_id")
    newest = Prefetch("arrivals", queryset=latest)
    return Other.objects.prefetch_related(newest).order_by("name", "pk")


def arrivals(one: Other) -> QuerySet[Arrival]:
    """Return the bundles of a hub that were taken in, the latest first."""
    return Arrival.objects.filter(other=one).order_by("-serial")


def other(public_id: UUID) -> Other:
    """Return one hub.

    Raises:
        OtherNotFound: It is not followed.
    """
    found = others().filter(public_id=public_id).first()
    if found is None:
        raise OtherNotFound("no such hub is followed")
    return found


def records(one: Other, kind: str, asked: str = "") -> QuerySet[Record]:
    """Return the records of a kind that came from a hub, those that hold words asked for."""
    found = Record.objects.filter(other=one, kind=kind).select_related("arrival", "other")
    if parts := words(asked):
        every = " & ".join(f"'{word}':*" for word in parts)  # letters and digits alone
        found = found.filter(found_by=SearchQuery(every, config="simple", search_type="raw"))
    return found.order_by("place", "pk")


def kept(one: Other, kind: str, slug: str) -> Record:
    """Return one record that has a page of its own.

    Raises:
        RecordNotFound: It did not come.
    """
    found = None
    if kind in contents.KINDS and contents.KINDS[kind].has_page:
        found = records(one, kind).filter(slug=slug).first()
    if found is None:
        raise RecordNotFound("no such record came from this hub")
    return found


def steps(slug: str) -> QuerySet[Record]:
    """Return a step of the work as other hubs tell it, that whose bundle came last first."""
    found = Record.objects.filter(kind="steps", slug=slug)
    return found.order_by("-arrival__came_at", "-pk")


def named(one: Other, keys: Iterable[str]) -> Mapping[str, sources.Source]:
    """Return sources of a hub by their ids."""
    rows = Record.objects.filter(other=one, kind="sources", slug__in=list(keys))
    return {
        row.slug: sources.Source(
            row.slug, row.title, tuple(row.says["addresses"]), row.says["read_on"]
        )
        for row in rows
    }


def days(one: Other) -> Mapping[str, str]:
    """Return what each date of a hub says, by its id, as the reader's language writes dates."""
    rows = Record.objects.filter(other=one, kind="dates").values_list("slug", "says")
    return {slug: dates.spelled(says["value"]) for slug, says in rows}


def provenance(row: Record) -> Provenance:
    """Return where a record is from."""
    return Provenance(
        hub=row.other.name,
        is_own=False,
        serial=row.arrival.serial,
        made_at=row.arrival.made_at,
        came_at=row.arrival.came_at,
        sha256=row.sha256,
    )
