"""Pages of cases: the list, opening one, who works on it.

In      requests
Out     pages
Not     here: the page of one case (haven.workbench.review, which knows its content)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from haven.web.pages import page
from haven.workbench.cases import actions, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    return page(request, "cases/list.html", cases=queries.visible_to(request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def open_case(request: MemberRequest) -> HttpResponse:
    form = forms.OpenCase(request.POST or None)
    if form.is_valid():
        try:
            case = actions.open_case(**form.cleaned_data, by=request.user, at=timezone.now())
        except actions.NumberTaken as error:
            form.add_error("number", str(error.words))
        else:
            return redirect("review:overview", case.public_id)
    return page(request, "cases/open.html", form=form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = queries.get(case_id, member=request.user)
    may_lead = queries.allows(case, "lead")
    colleagues = queries.colleagues(case, of=request.user) if may_lead else []
    form = forms.AddMember(request.POST or None, colleagues=colleagues)
    if form.is_valid():
        actions.add_member(
            case_id,
            member=form.colleagues[form.cleaned_data["member"]],
            role=form.cleaned_data["role"],
            by=request.user,
            at=timezone.now(),
        )
        return redirect("cases:members", case_id)
    return page(
        request,
        "cases/members.html",
        case=case,
        memberships=queries.members(case),
        form=form,
        may_lead=may_lead,
        status=422 if form.errors else 200,
    )
