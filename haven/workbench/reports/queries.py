"""Which reports a case has, what one says, and what can be put into a new one.

In      a case that was looked up with the member
Out     reports; the opened manifest; the masked views it names, as the member may see them
Fails   ReportNotFound, ReportDamaged; ViewGone
Not     here: making one (actions.py), how one looks (rendering.py)
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from haven.web.errors import Conflict, NotFound
from haven.workbench.analysis import queries as analysis
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.reports.models import Report
from haven.workbench.reports.scope import Ask, Scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

STEP = Report.Step
KIND = "report"  # what a manifest is sealed as


class ReportNotFound(NotFound):
    """No such report in the case."""

    code = "report.not_found"


class ReportDamaged(NotFound):
    """What is kept of a report is not what was sealed, or the key is gone."""

    code = "report.damaged"


class ViewGone(Conflict):
    """A view of the report is not there any more, or the member asked not to see it."""

    code = "report.view_gone"
    words = _(
        "A picture of this report is not there any more, or you asked not to see it. A "
        "colleague can save the report, or take the manifest, which holds no picture."
    )


def of_case(case: Case) -> QuerySet[Report]:
    """Return the reports of a case, the latest first, without what they say."""
    rows = Report.objects.filter(case=case).defer("manifest")
    return rows.select_related("made_by", "supersedes", "superseded_by")


def get(case: Case, report_id: UUID) -> Report:
    """Return one report of a case.

    Raises:
        ReportNotFound: Not in this case.
    """
    found = of_case(case).filter(public_id=report_id).first()
    if found is None:
        raise ReportNotFound(f"no such report in case {case.pk}")
    return found


def may_make(case: Case) -> bool:
    """Tell whether the member for whom a case was looked up may make and give out reports.

    Who works on it; and who leads it, also when it is closed: courts ask later.
    """
    return cases.allows(case, "work") or cases.allows(case, "lead")


def raw(case: Case, report: Report) -> bytes:
    """Return the manifest of a report, checked.

    Raises:
        ReportDamaged: It cannot be opened, or has another digest than its row.
    """
    sealed = Report.objects.values_list("manifest", flat=True).get(pk=report.pk)
    try:
        with keys.opened(case.public_id) as key:
            content = key.open(bytes(sealed), kind=KIND, name=str(report.public_id))
    except (keys.KeyGone, keys.SealBroken, keys.WrapperTrouble) as error:
        raise ReportDamaged(f"report {report.pk} cannot be opened") from error
    if hashlib.sha256(content).hexdigest() != report.manifest_sha256:
        raise ReportDamaged(f"report {report.pk} has another digest than its row")
    return content


def manifest(case: Case, report: Report) -> dict[str, Any]:
    """Return what a report says.

    Raises:
        ReportDamaged: See raw().
    """
    found: dict[str, Any] = json.loads(raw(case, report))
    return found


def items_shown(told: dict[str, Any]) -> dict[str, int]:
    """Return the item of each view that a manifest names, by the digest of the view."""
    blocks = (block for section in told["sections"] for block in section["blocks"])
    return {block["view"]: block["item"] for block in blocks if "view" in block}


def view(case: Case, told: dict[str, Any], sha256: str, *, member: Member) -> bytes:
    """Return one masked view that a report names, by the door of all masked views.

    Raises:
        ReportNotFound: The report does not name it, or the item has another view now.
        ViewNotFound, DerivativeDamaged: Not there, or the member asked not to see it.
    """
    item = items_shown(told).get(sha256)
    if item is None:
        raise ReportNotFound("the report names no such view")
    jpeg = analysis.view(case.public_id, item, "masked", member=member)
    if hashlib.sha256(jpeg).hexdigest() != sha256:
        raise ReportNotFound("the item has another view now")
    return jpeg


def views(case: Case, told: dict[str, Any], *, member: Member) -> dict[str, bytes]:
    """Return all masked views that a report names.

    Raises:
        ViewGone: One is not there, or the member asked not to see it.
    """
    try:
        return {one: view(case, told, one, member=member) for one in items_shown(told)}
    except NotFound as error:
        raise ViewGone("a view of the report cannot be had") from error


def offered(case: Case, *, by: Member, at: datetime) -> Scope:
    """Return what a report on the whole case would hold, to choose from."""
    return Scope(case, Ask(addressed_to="", purpose=""), by=by, at=at)


def not_superseded(case: Case) -> list[Report]:
    """Return the reports that a new one can supersede, the latest first."""
    return list(of_case(case).filter(superseded_by__isnull=True))
