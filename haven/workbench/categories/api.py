"""API of categories: the schemes of a case, the verdicts in them, giving and taking back.

In      requests of a member or of a program with a token
Out     JSON: a verdict is scheme, code, who and when, never a bare number
Fails   as the queries do; web/failed.py makes JSON of it
Not     here: choosing and making schemes; a person does that on a page
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field, Router, Schema

from haven.accounts.requests import MemberRequest
from haven.web.api import FAILURES, REFUSALS, After, Rows, Said, Text, rows_of
from haven.web.keyset import window
from haven.workbench.analysis import item_queries as items
from haven.workbench.categories import actions, blinding, queries, selecting

router = Router(tags=["categories"])
VERDICTS_ON_A_PAGE = 200
MOST_CHOSEN = 500  # items of one batch by their ids, as on the pages

ItemId = Annotated[int, Field(ge=1, lt=2**63)]


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


class Judgement(Schema):
    """What the member says: a category of a scheme, and why."""

    scheme: Annotated[Said, Field(max_length=61, description='key and version: "uk@1"')]
    code: Annotated[Said, Field(max_length=12)]
    reason: Annotated[Text, Field(max_length=500)] = ""

    def said(self) -> actions.Judgement:
        """Return it as the actions take it."""
        return actions.Judgement(scheme=self.scheme, code=self.code, reason=self.reason)


class Many(Judgement):
    """A category for many items at once; which of the fields counts, `how` says."""

    how: Literal["chosen", "near", "group", "folder", "exhibit"]
    items: Annotated[list[ItemId], Field(max_length=MOST_CHOSEN, description="chosen")] = []
    item: Annotated[ItemId | None, Field(description="near: and those almost the same")] = None
    group: Annotated[Text, Field(max_length=80)] = ""
    exhibit: Annotated[UUID | None, Field(description="folder, exhibit")] = None
    path: Annotated[Text, Field(max_length=4000, description="folder: such as DCIM/100")] = ""
    over: Annotated[bool, Field(description="also those that have another category")] = False

    def selection(self) -> selecting.Selection:
        """Return which items are meant."""
        whole = self.how == "folder" and not self.path.strip("/")
        return selecting.Selection(
            how="exhibit" if whole else self.how,
            chosen=list(dict.fromkeys(self.items)),
            item=self.item,
            group=self.group,
            exhibit=self.exhibit,
            path=self.path,
            over=self.over,
        )


class Given(Schema):
    """What became of giving a category."""

    batch: Annotated[UUID | None, Field(description="of many items; it can be undone as one")]
    items: Annotated[list[int], Field(description="those that got it")]
    n_superseded: Annotated[
        int, Field(description="verdicts of colleagues, kept and not standing")
    ]


class Undone(Schema):
    """What became of taking back."""

    items: Annotated[list[int], Field(description="on which it was taken back")]
    kept: Annotated[list[int], Field(description="changed since, so they stay as they are")]


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


@router.post(
    "{uuid:case_id}/items/{int:item_id}/verdicts/",
    response={200: Given, **REFUSALS},
    url_name="item_verdicts",
)
def give_verdict(
    request: MemberRequest, case_id: UUID, item_id: int, said: Judgement
) -> dict[str, object]:
    """Give one item a category; what stood before is kept and stands no more."""
    given = actions.give(case_id, item_id, said.said(), by=request.user, at=timezone.now())
    return _given(given)


@router.post("{uuid:case_id}/batches/", response={200: Given, **REFUSALS}, url_name="batches")
def give_many(request: MemberRequest, case_id: UUID, said: Many) -> dict[str, object]:
    """Give many items a category, as one batch."""
    given = actions.give_many(
        case_id, said.selection(), said.said(), by=request.user, at=timezone.now()
    )
    return _given(given)


@router.post(
    "{uuid:case_id}/batches/{uuid:batch_id}/undo/",
    response={200: Undone, **REFUSALS},
    url_name="undo_batch",
)
def undo_batch(request: MemberRequest, case_id: UUID, batch_id: UUID) -> dict[str, object]:
    """Bring back what was before a batch, but for items that were changed since."""
    done = actions.undo_batch(case_id, batch_id, by=request.user, at=timezone.now())
    return {"items": done.item_pks, "kept": done.kept_pks}


@router.post(
    "{uuid:case_id}/verdicts/undo/", response={200: Undone, **REFUSALS}, url_name="undo_verdict"
)
def undo_verdict(request: MemberRequest, case_id: UUID) -> dict[str, object]:
    """Take back the last verdict or batch of the member in the case."""
    done = actions.undo_last(case_id, by=request.user, at=timezone.now())
    return {"items": done.item_pks, "kept": done.kept_pks}


def _given(given: actions.Given) -> dict[str, object]:
    """Return what became of giving a category, as Given tells it."""
    return {
        "batch": given.batch.public_id if given.batch else None,
        "items": [one.item_id for one in given.verdicts],
        "n_superseded": len(given.replaced),
    }
