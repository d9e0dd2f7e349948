"""API of categories: the schemes of a case, and the verdicts in them.

In      requests of a signed-in member
Out     JSON: a verdict is scheme, code, who and when, never a bare number
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: giving a verdict; a person does that on a page
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, After, Rows, rows_of
from haven.web.keyset import window
from haven.workbench.analysis import item_queries as items
from haven.workbench.categories import actions, blinding, queries

router = Router(tags=["categories"])
VERDICTS_ON_A_PAGE = 200


class Category(Schema):
    """One category of a scheme, and how many items have it now."""

    code: Annotated[str, Field(description="empty: not reviewed, which no scheme holds")]
    words: str
    closes: Annotated[bool, Field(description="nothing more is to be done with such an item")]
    count: int


class Scheme(Schema):
    """A scheme in which verdicts are given in a case."""

    key: str
    version: str
    name: str
    source: str
    categories: list[Category]


class Verdict(Schema):
    """One verdict, or the taking back of one; final."""

    id: Annotated[int, Field(validation_alias="pk")]
    item: Annotated[int, Field(validation_alias="item_id")]
    scheme: Annotated[str, Field(validation_alias="scheme.key")]
    version: Annotated[str, Field(validation_alias="scheme.version")]
    code: Annotated[str, Field(description="empty: it took one back, and none was before")]
    given_by: Annotated[str, Field(validation_alias="given_by.display_name")]
    given_at: datetime
    stands: bool
    supersedes: Annotated[int | None, Field(validation_alias="supersedes_id")]
    undoes: Annotated[int | None, Field(validation_alias="undoes_id")]


@router.get(
    "{uuid:case_id}/categories/",
    response={200: list[Scheme], **FAILURES},
    url_name="categories",
)
def list_schemes(request: MemberRequest, case_id: UUID) -> list[dict[str, object]]:
    """The schemes in use in a case, with how many items have each category. Recorded."""
    case = actions.view(case_id, by=request.user, at=timezone.now())
    n_items = items.items(case).count()
    return [
        {
            "key": one.scheme.key,
            "version": one.scheme.version,
            "name": one.scheme.title,
            "source": one.scheme.origin,
            "categories": queries.tallies(one, n_items=n_items),
        }
        for one in queries.in_use(case)
    ]


@router.get(
    "{uuid:case_id}/verdicts/", response={200: Rows[Verdict], **FAILURES}, url_name="verdicts"
)
def list_verdicts(request: MemberRequest, case_id: UUID, after: After = "") -> dict[str, object]:
    """Every verdict of a case, the latest first, superseded ones too. Recorded."""
    case = actions.view(case_id, by=request.user, at=timezone.now())
    hidden = blinding.hidden(case, request.user, at=timezone.now())
    shown = queries.verdicts(case).exclude(item__in=hidden)
    found = window(shown, order=("-pk",), after=after, size=VERDICTS_ON_A_PAGE)
    return rows_of(found)


@router.get(
    "{uuid:case_id}/items/{int:item_id}/verdicts/",
    response={200: list[Verdict], **FAILURES},
    url_name="item_verdicts",
)
def item_verdicts(request: MemberRequest, case_id: UUID, item_id: int) -> list[object]:
    """Every verdict of one item, the latest first. Recorded."""
    case = actions.view(case_id, by=request.user, at=timezone.now())
    item = items.item(case, item_id)
    if item.pk in blinding.hidden(case, request.user, at=timezone.now()):
        return []
    return [one.verdict for one in queries.history(item)]
