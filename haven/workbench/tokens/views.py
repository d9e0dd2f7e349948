"""Pages of tokens: those of a case, making one, and those of an agency.

In      requests of a person; a token opens none of these
Out     pages
Not     here: requests of programs (haven.site.token_door)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts.step_up import fresh_factor_required
from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page
from haven.workbench.cases import queries as cases
from haven.workbench.tokens import actions, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 50


@require_safe
def listing(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return page(
        request,
        "tokens/list.html",
        case=case,
        tokens=queries.of_case(case, member=request.user),
        now=timezone.now(),
        may_make=not cases.is_locked(case),
        may_lead=cases.allows(case, "lead"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def make(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    form = forms.Make(request.POST or None, may_work=cases.allows(case, "work"))
    if form.is_valid():
        try:
            made = actions.make(case_id, **form.cleaned_data, by=request.user, at=timezone.now())
        except BadInput as error:
            form.add_error(None, str(error.words))
        else:
            return page(request, "tokens/made.html", case=case, made=made)
    return page(
        request,
        "tokens/make.html",
        case=case,
        form=form,
        may_make=not cases.is_locked(case),
        status=422 if form.errors else 200,
    )


@require_POST
def revoke(request: MemberRequest, case_id: UUID, token_id: UUID) -> HttpResponse:
    try:
        actions.revoke(case_id, token_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The token was revoked. It opens nothing any more."))
    return redirect("tokens:list", case_id)


@require_safe
def of_agency(request: MemberRequest) -> HttpResponse:
    shown = window(
        queries.of_agency(request.user),
        order=("-made_at", "-pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    rows = list(shown.rows)
    clocks = queries.clocks_of(rows, request.user)
    return page(
        request,
        "tokens/agency.html",
        window=shown,
        rows=[(one, clocks.get(one.case_id)) for one in rows],
        now=timezone.now(),
    )


@require_POST
def revoke_in_agency(request: MemberRequest, token_id: UUID) -> HttpResponse:
    try:
        actions.revoke_in_agency(token_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The token was revoked. It opens nothing any more."))
    return redirect("tokens:agency")
