"""Which exhibits may be seen, and where their files lie.

In      the member who asks, or an exhibit that was looked up
Out     exhibits, folders, names
Fails   ExhibitNotFound: not there, or not the member's; nobody can tell which
Not     here: taking exhibits in (actions.py)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db.models import QuerySet, Subquery

from haven.web.errors import NotAllowed, NotFound
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import storing
from haven.workbench.evidence.models import Exhibit, StoredFile

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


UPLOAD = storing.KIND


class ExhibitNotFound(NotFound):
    """No such exhibit among those the member may see."""

    code = "exhibit.not_found"


def visible_to(member: Member) -> QuerySet[Exhibit]:
    """Return the exhibits of the cases a member works on."""
    return Exhibit.objects.filter(case__in=cases.visible_to(member).values("pk"))


def get(exhibit_id: UUID, *, member: Member, to: str = "", case_id: UUID | None = None) -> Exhibit:
    """Return one exhibit with its case.

    Args:
        exhibit_id: Public id.
        member: Who asks.
        to: An act that the member's role must allow; empty for looking.
        case_id: Public id of the case it was asked for under; None where there is no such.

    Raises:
        ExhibitNotFound: Not there or not to be seen.
        NotAllowed: To be seen, but the role does not allow the act.
    """
    exhibit = visible_to(member).select_related("case").filter(public_id=exhibit_id).first()
    if exhibit is None or case_id not in (None, exhibit.case.public_id):
        raise ExhibitNotFound("no such exhibit for this member")
    if to and not cases.allows(cases.get(exhibit.case.public_id, member=member), to):
        raise NotAllowed(f"the member may not {to} in case {exhibit.case_id}")
    return exhibit


def of_case(case: Case) -> QuerySet[Exhibit]:
    """Return the exhibits of a case in the order in which they came."""
    return Exhibit.objects.filter(case=case).select_related("added_by")


def key_of(exhibit_id: UUID) -> Subquery:
    """Return the key of an exhibit by its public id, as a part of another question.

    The database finds it once and then knows that a comparison with it is one with a value;
    over a join it would look through the paths of the exhibit for each item.
    """
    return Subquery(Exhibit.objects.filter(public_id=exhibit_id).values("pk"))


def root(exhibit: Exhibit) -> Path:
    """Return the folder in which the files of an exhibit lie."""
    if exhibit.kind == Exhibit.Kind.UPLOAD:
        return storing.root() / exhibit.root
    return Path(exhibit.root)


def stored_names(exhibit: Exhibit) -> list[str]:
    """Return the names that the files of an upload have with us, in their order."""
    rows = StoredFile.objects.filter(exhibit=exhibit).order_by("stored_name")
    return list(rows.values_list("stored_name", flat=True))


def bound_to(exhibit: Exhibit, stored_name: str) -> str:
    """Return the name under which a file of an upload is sealed."""
    return storing.bound_to(exhibit.public_id, stored_name)


def came_as(exhibit: Exhibit, stored_names: Collection[str]) -> dict[str, bytes]:
    """Return the names with which uploaded files came, by the names they have with us."""
    if exhibit.kind != Exhibit.Kind.UPLOAD or not stored_names:
        return {}
    rows = StoredFile.objects.filter(exhibit=exhibit, stored_name__in=stored_names)
    return {name: bytes(came) for name, came in rows.values_list("stored_name", "name_bytes")}
