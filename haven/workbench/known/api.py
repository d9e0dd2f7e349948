"""API of known files: what the agency's lists know of the items of a case.

In      requests of a member or of a program with a token
Out     JSON: each hit with its list, what it is worth and the list's own words
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: the lists themselves, which an administrator keeps on pages
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window
from haven.workbench.cases import actions as cases
from haven.workbench.known import queries

router = Router(tags=["known files"])
HITS_ON_A_PAGE = 200


class KnownHit(Schema):
    """An item that a list has, or that looks like an entry of one."""

    id: Annotated[int, Field(validation_alias="pk")]
    item: Annotated[int, Field(validation_alias="item_id")]
    known_list: Annotated[UUID, Field(validation_alias="known_list.public_id")]
    name: Annotated[str, Field(validation_alias="known_list.name")]
    kind: Annotated[
        str, Field(validation_alias="known_list.kind", description="alert, known-good, own")
    ]
    scheme: Annotated[
        str, Field(validation_alias="known_list.scheme", description="of the list's categories")
    ]
    entry: Annotated[int, Field(description="number of the row in the list, from 0")]
    certainty: Annotated[
        str, Field(description="same_bytes, two_digests, one_digest, contradicted, near")
    ]
    agree: Annotated[list[str], Field(description="digests, and size, that agree")]
    differ: Annotated[list[str], Field(description="those that the list gives and do not")]
    bits: Annotated[int | None, Field(description="of 256 that differ, where it only looks alike")]
    category: Annotated[str, Field(description="the text of the list; no verdict of this case")]
    said: dict[str, str]
    found_at: datetime


@router.get("{uuid:case_id}/known/", response={200: Rows[KnownHit], **FAILURES}, url_name="known")
def known(request: MemberRequest, case_id: UUID, after: After = "") -> dict[str, object]:
    """What lists know of the items of a case, as they were found. Looking is recorded."""
    case = cases.view(case_id, by=request.user, at=timezone.now())
    found = queries.hits(case).select_related("known_list")
    return rows_of(window(found, order=("pk",), after=after, size=HITS_ON_A_PAGE))
