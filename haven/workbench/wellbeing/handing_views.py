"""“Not me, please”, and the list of what was handed over.

In      requests
Out     the list; ways back to the grid
Not     here: what it means (handing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.web.pages import page
from haven.workbench.cases import queries as cases
from haven.workbench.wellbeing import handing

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def listing(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Return the list of what waits, was taken and is one's own."""
    case = cases.get(case_id, member=request.user)
    return page(
        request,
        "wellbeing/handed_over.html",
        case=case,
        handed=handing.listing(case, member=request.user),
        may_work=cases.allows(case, "work"),
        passed=handing.passed(case, request.user),
    )


@require_POST
def pass_item(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    """Hide an item from who asks."""
    handing.pass_on(case_id, item_id, by=request.user)
    messages.success(request, _("It is hidden from you, and a colleague can take it."))
    return redirect("review:items", case_id)


@require_POST
def pass_case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Hide every picture of a case from who asks."""
    handing.pass_on(case_id, None, by=request.user)
    messages.success(request, _("Its pictures are hidden from you, and a colleague can take it."))
    return redirect("wellbeing:handed_over", case_id)


@require_POST
def take_back(request: MemberRequest, case_id: UUID, handed_id: UUID) -> HttpResponse:
    """Show it again to who asked."""
    found = handing.take_back(case_id, handed_id, by=request.user)
    if found.item_id:
        return redirect("review:item", case_id, found.item_id)
    return redirect("wellbeing:handed_over", case_id)


@require_POST
def take(request: MemberRequest, case_id: UUID, handed_id: UUID) -> HttpResponse:
    """Take what waits."""
    handing.take(case_id, handed_id, by=request.user, at=timezone.now())
    messages.success(request, _("It is yours now."))
    return redirect("wellbeing:handed_over", case_id)
