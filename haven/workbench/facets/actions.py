"""Looking at a side of a case, and keeping filters.

In      a case, the name and the parameters of a filter, who, when
Out     changed rows
Fails   CaseNotFound, NotAllowed, FilterNotFound; NameTaken, NothingChosen
Why     check, change and record in one transaction
Not     here: counting (timeline.py, places.py, devices.py, folders.py, connections.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.facets import queries
from haven.workbench.facets.models import SavedFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


class NameTaken(Conflict):
    """The member has a filter of this name in the case."""

    code = "filter.name_taken"
    words = _("You have a filter of this name in this case already.")


class NothingChosen(BadInput):
    """The filter chooses nothing away."""

    code = "filter.nothing_chosen"
    words = _("This filter shows everything. Choose something first.")


@transaction.atomic
def view(
    case_id: UUID, facet: str, *, looked_for: Mapping[str, str], by: Member, at: datetime
) -> Case:
    """Open a side of a case; that is recorded with what was looked for.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    searched = {"looked_for": dict(looked_for)}  # may hold words that name a person
    record(
        "facets.view",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        personal=searched,
        facet=facet,
    )
    return case


@transaction.atomic
def save(
    case_id: UUID, name: str, said: Mapping[str, str], *, shared: bool, by: Member, at: datetime
) -> SavedFilter:
    """Keep a filter under a name; sharing it takes work on the case, keeping it for oneself not.

    Raises:
        CaseNotFound, NotAllowed: `by` may not see the case, or not share in it.
        NothingChosen: It chooses nothing away.
        NameTaken: `by` has one of this name in the case.
    """
    case = cases.get(case_id, member=by, to="work" if shared else "")
    if not said:
        raise NothingChosen("a filter without a choice")
    made, is_new = SavedFilter.objects.get_or_create(
        case=case,
        owner=by,
        name=name.strip(),
        defaults={"said": dict(said), "shared": shared, "saved_at": at},
    )
    if not is_new:
        raise NameTaken(f"member {by.pk} has a filter of this name in case {case.pk}")
    record("filter.save", actor=by, target=made, case_id=case.pk, at=at, shared=shared)
    return made


@transaction.atomic
def share(
    case_id: UUID, filter_id: UUID, *, shared: bool, by: Member, at: datetime
) -> SavedFilter:
    """Show an own filter to everyone on the case, or to nobody else again.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        FilterNotFound: Not one of `by` in this case.
    """
    case = cases.get(case_id, member=by, to="work")
    found = queries.own(case, filter_id, member=by)
    found.shared = shared
    found.save(update_fields=["shared"])
    record("filter.share", actor=by, target=found, case_id=case.pk, at=at, shared=shared)
    return found


@transaction.atomic
def remove(case_id: UUID, filter_id: UUID, *, by: Member, at: datetime) -> None:
    """Remove an own filter.

    Raises:
        CaseNotFound: Not there or not to be seen.
        FilterNotFound: Not one of `by` in this case.
    """
    case = cases.get(case_id, member=by)
    found = queries.own(case, filter_id, member=by)
    record("filter.remove", actor=by, target=found, case_id=case.pk, at=at)
    found.delete()
