"""Pages of cases: the list, opening one, who works on it.

In      requests
Out     pages
Not     here: the page of one case (haven.workbench.review, which knows its content)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import factors, step_up
from haven.accounts.step_up import fresh_factor_required
from haven.web.errors import BadInput, Conflict
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
    case = queries.get(case_id, member=request.user, to="lead" if request.method == "POST" else "")
    if request.method == "POST" and not factors.are_fresh(request):
        return step_up.ask(request)  # looking asks for no factor, letting somebody in does
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
        memberships=[
            (one, forms.ChangeRole(initial={"role": one.role}, auto_id=f"id_%s_{one.pk}"))
            for one in queries.members(case)
        ],
        form=form,
        responsible_form=forms.NameResponsible(case=case, auto_id="id_responsible_%s"),
        may_lead=may_lead,
        status=422 if form.errors else 200,
    )


@require_POST
@fresh_factor_required
def role(request: MemberRequest, case_id: UUID, member_id: int) -> HttpResponse:
    form = forms.ChangeRole(request.POST)
    case = queries.get(case_id, member=request.user, to="lead")
    if not form.is_valid():
        messages.warning(request, _("Choose again."))
        return redirect("cases:members", case.public_id)
    try:
        actions.change_role(
            case_id, member_id, **form.cleaned_data, by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The role was changed. It holds from now on."))
    return redirect("cases:members", case_id)


@require_POST
@fresh_factor_required
def take_off(request: MemberRequest, case_id: UUID, member_id: int) -> HttpResponse:
    try:
        actions.take_off(case_id, member_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("cases:members", case_id)
    if member_id == request.user.pk:
        return redirect("cases:list")
    messages.success(request, _("The member no longer works on this case and cannot see it."))
    return redirect("cases:members", case_id)


@require_POST
@fresh_factor_required
def responsible(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = queries.get(case_id, member=request.user, to="lead")
    form = forms.NameResponsible(request.POST, case=case)
    if not form.is_valid():
        messages.warning(request, _("Choose again."))
        return redirect("cases:members", case_id)
    try:
        actions.name_responsible(
            case_id, form.cleaned_data["member"], by=request.user, at=timezone.now()
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The responsible officer was named."))
    return redirect("cases:members", case_id)
