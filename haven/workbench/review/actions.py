"""Looking at the items of a case, which is recorded.

In      a case, who, when, what was looked for
Out     the case and the item
Fails   CaseNotFound, ItemNotFound: not there or not to be seen
Why     whoever looks at what was seized can be asked why (R-LED-1)
Not     here: groups and people (haven.workbench.people), what was found (haven.workbench.analysis)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from haven.audit.actions import record
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case


@transaction.atomic
def view_items(case_id: UUID, *, looked_for: Mapping[str, str], by: Member, at: datetime) -> Case:
    """Open a page of the grid; that is recorded with what was looked for.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    searched = {"looked_for": dict(looked_for)}  # may hold words that name a person
    record("items.view", actor=by, target=case, case_id=case.pk, at=at, personal=searched)
    return case


@transaction.atomic
def view_item(case_id: UUID, item_pk: int, *, by: Member, at: datetime) -> tuple[Case, Item]:
    """Open an item; that is recorded.

    Raises:
        CaseNotFound, ItemNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    item = items.item(case, item_pk)
    record("item.view", actor=by, target=item, case_id=case.pk, at=at)
    return case, item
