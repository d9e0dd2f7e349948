"""Which saved filters a member sees in a case.

In      a case that was looked up with the member
Out     saved filters: the member's own, and those shared with the case
Fails   FilterNotFound: not there, another case's, or another member's own
Not     here: counting items (timeline.py, places.py, devices.py, folders.py, connections.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from haven.web.errors import NotFound
from haven.workbench.facets.models import SavedFilter

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


class FilterNotFound(NotFound):
    """No such saved filter that the member sees in the case."""

    code = "filter.not_found"


def saved(case: Case, *, member: Member) -> QuerySet[SavedFilter]:
    """Return the filters a member sees: own ones, and those shared with the case."""
    found = SavedFilter.objects.filter(Q(owner=member) | Q(shared=True), case=case)
    return found.select_related("owner")


def own(case: Case, filter_id: UUID, *, member: Member) -> SavedFilter:
    """Return one filter that a member saved.

    Raises:
        FilterNotFound: Not there, another case's, or another member's.
    """
    found = SavedFilter.objects.filter(case=case, owner=member, public_id=filter_id).first()
    if found is None:
        raise FilterNotFound(f"no such filter of member {member.pk} in case {case.pk}")
    return found
