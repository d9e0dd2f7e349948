"""Closing a case: a word before the next, what became of it, and the notices of it.

In      requests
Out     the page of a case, the notices of the start page
Not     here: who is told (outcomes.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts.sessions import passive
from haven.web.pages import page, wants_part
from haven.workbench.cases import queries as cases
from haven.workbench.wellbeing import forms, outcomes

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Return the page of the end of a case; its lead writes what became of it."""
    is_sent = request.method == "POST"
    case = cases.get(case_id, member=request.user, to="lead" if is_sent else "")
    form = forms.Outcome(request.POST if is_sent else None)
    if form.is_valid():
        outcomes.write(case_id, **form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Everyone who worked on this case will read it."))
        return redirect("wellbeing:closing", case_id)
    return page(
        request,
        "wellbeing/closing.html",
        case=case,
        outcomes=outcomes.of_case(case),
        may_lead=cases.allows(case, "lead"),
        form=form,
        status=422 if form.errors else 200,
    )


@passive
@require_safe
def notices(request: MemberRequest) -> HttpResponse:
    """Return what a member has not read yet."""
    return page(
        request,
        "wellbeing/notices.html",
        part="notices",
        notices=outcomes.notices(request.user),
    )


@require_POST
def put_away(request: MemberRequest, outcome_id: UUID) -> HttpResponse:
    """Put one notice away."""
    outcomes.put_away(outcome_id, by=request.user)
    if not wants_part(request):
        return redirect("wellbeing:notices")
    left = outcomes.notices(request.user)
    return page(request, "wellbeing/notices.html", part="notices", notices=left)
