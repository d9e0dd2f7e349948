"""Holding: whoever decides on a search has it to himself until the transaction ends.

In      a search that was looked up in its case
Out     the search as it is now; it, and those for other faces of its picture, wait for nobody else
Fails   SearchNotFound: not in this case
Why     authorising, refusing, ending and looking for another face of the picture change all
        searches of the picture; two at one moment would each leave what the other erased.
        Who concludes on a candidate holds its search as well, so that none goes meanwhile
Not     here: what is decided (urgent.py, ending.py, actions.py)

Always in the order of their keys, so that two who decide wait for each other and not in a
circle. A search that is added for the picture meanwhile was added by who held them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from haven.workbench.search import queries
from haven.workbench.search.models import FaceSearch

if TYPE_CHECKING:
    from uuid import UUID

    from haven.workbench.cases.models import Case


def hold(case: Case, search_id: UUID) -> FaceSearch:
    """Return a search of a case, held with those for other faces of its picture.

    Raises:
        SearchNotFound: Not in this case.
    """
    _hold(queries.get(case, search_id))
    return queries.get(case, search_id)


def hold_one(search_pk: int) -> FaceSearch | None:
    """Return a search by its key, held with those of its picture; None when it is gone."""
    every = FaceSearch.objects.select_related("case", "probe", "asked_by", "authority")
    found = every.filter(pk=search_pk).first()
    if found is None:
        return None
    _hold(found)
    return every.filter(pk=search_pk).first()


def _hold(search: FaceSearch) -> None:
    """Hold a search and those of its picture."""
    rows = FaceSearch.objects.select_for_update().order_by("pk")
    if search.probe_id is None:
        list(rows.filter(pk=search.pk).values_list("pk"))
    else:
        list(rows.filter(probe_id=search.probe_id).values_list("pk"))
