"""API of the exchange: hubs that are followed, and their records with where they are from.

In      requests of a signed-in member
Out     JSON; a record as its own hub wrote it
Fails   OtherNotFound
Why     a program, too, must tell what is ours from what came, and in which bundle it came
Not     here: trusting, taking in, unfollowing; the one who keeps the machine does that
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.hub.base.provenance import Provenance
from haven.hub.base.records import Moment
from haven.hub.exchange import queries
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window

router = Router(tags=["other hubs"])

SIZE = 50
Kind = Literal[
    "words", "steps", "principles", "documents", "care", "tools", "bodies", "courses", "terms"
]


class OtherRow(Schema):
    """A hub that is followed."""

    id: Annotated[UUID, Field(validation_alias="public_id")]
    name: Annotated[str, Field(description="empty: its key is trusted, and no bundle came yet")]
    fingerprint: str
    trusted_at: Moment
    serial: Annotated[int | None, Field(description="of its latest bundle")] = None
    made_at: Moment | None = None
    came_at: Moment | None = None
    counts: Annotated[dict[str, int], Field(description="records by kind")] = {}


class OtherRecord(Schema):
    """One record of another hub."""

    kind: Kind
    slug: str
    record: Annotated[dict[str, Any], Field(description="as that hub wrote it")]
    provenance: Provenance


@router.get("", response={200: list[OtherRow], **FAILURES}, url_name="others")
def list_others(request: MemberRequest) -> list[dict[str, Any]]:
    """The hubs whose published part is followed here."""
    del request
    return [_row(one) for one in queries.others()]


@router.get(
    "{uuid:other_id}/records/",
    response={200: Rows[OtherRecord], **FAILURES},
    url_name="other_records",
)
def list_records(
    request: MemberRequest, other_id: UUID, kind: Kind = "tools", after: After = ""
) -> dict[str, object]:
    """The records of a kind that came from a hub, in its order."""
    del request
    found = queries.records(queries.other(other_id), kind)
    part = window(found, order=("place", "pk"), after=after, size=SIZE)
    rows = [
        {
            "kind": kind,
            "slug": one.slug,
            "record": one.says,
            "provenance": queries.provenance(one),
        }
        for one in part.rows
    ]
    return rows_of(part, rows)


def _row(one: Any) -> dict[str, Any]:
    newest = next(iter(one.arrivals.all()), None)
    told = {name: getattr(one, name) for name in ("public_id", "name", "fingerprint")}
    told["trusted_at"] = one.trusted_at
    if newest is not None:
        told |= {name: getattr(newest, name) for name in ("serial", "made_at", "came_at")}
        told["counts"] = newest.counts
    return told
