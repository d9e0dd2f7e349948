"""Pages about how long cases are kept, orders to erase them, and proofs.

In      requests
Out     pages
Not     here: the page of one case (haven.workbench.review)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts.step_up import fresh_factor_required
from haven.web.pages import page
from haven.workbench.cases import actions as case_actions
from haven.workbench.cases import clocks
from haven.workbench.cases import queries as cases
from haven.workbench.retention import actions, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case


@require_safe
def of_case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return _of_case(request, case, forms.SetDate())


@require_POST
@fresh_factor_required
def extend(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="lead")
    form = forms.SetDate(request.POST)
    if form.is_valid():
        try:
            clocks.set_date(case_id, **form.cleaned_data, by=request.user, at=timezone.now())
        except clocks.WrongDate as error:
            form.add_error("until", str(error.words))
        else:
            return redirect("retention:case", case_id)
    return _of_case(request, case, form)


@require_POST
def close(request: MemberRequest, case_id: UUID) -> HttpResponse:
    act = case_actions.reopen if request.POST.get("act") == "reopen" else case_actions.close
    act(case_id, by=request.user, at=timezone.now())
    back = "retention:case" if act is case_actions.reopen else "wellbeing:closing"
    return redirect(back, case_id)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def ask(request: MemberRequest, case_id: UUID) -> HttpResponse:
    clock = actions.clock_to_ask_for(case_id, request.user)
    form = forms.AskErasure(request.POST or None)
    if form.is_valid():
        try:
            erasure = actions.ask(case_id, **form.cleaned_data, by=request.user, at=timezone.now())
        except actions.NotDue as error:
            form.add_error("ground", str(error.words))
        else:
            return redirect("retention:order", erasure.public_id)
    return page(
        request,
        "retention/ask.html",
        clock=clock,
        form=form,
        status=422 if form.errors else 200,
    )


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    erasures = queries.visible_to(request.user)
    return page(
        request,
        "retention/list.html",
        dates=[(one, clocks.days_left(one, today)) for one in clocks.near(request.user, today)],
        n_dates=clocks.of_agency(request.user).count(),
        going=erasures.filter(state__in=[queries.State.ASKED, queries.State.CONFIRMED]),
        erased=erasures.filter(state=queries.State.ERASED),
        may_decide=queries.may_decide(request.user),
    )


@require_safe
def order(request: MemberRequest, erasure_id: UUID) -> HttpResponse:
    erasure = queries.get(erasure_id, member=request.user)
    return page(
        request,
        "retention/order.html",
        erasure=erasure,
        rows=sorted(erasure.found.get("rows", {}).items()),
        may_confirm=queries.may_confirm(erasure, request.user),
        may_withdraw=queries.may_withdraw(erasure, request.user),
        may_watch=queries.may_watch(request.user),
    )


@require_POST
@fresh_factor_required
def confirm(request: MemberRequest, erasure_id: UUID) -> HttpResponse:
    actions.confirm(erasure_id, by=request.user, at=timezone.now())
    return redirect("retention:order", erasure_id)


@require_POST
def withdraw(request: MemberRequest, erasure_id: UUID) -> HttpResponse:
    actions.withdraw(erasure_id, by=request.user, at=timezone.now())
    return redirect("retention:order", erasure_id)


def _of_case(request: MemberRequest, case: Case, form: forms.SetDate) -> HttpResponse:
    """Return the page of the clock of a case."""
    clock = clocks.of_case(case)
    return page(
        request,
        "retention/case.html",
        case=case,
        clock=clock,
        left=clocks.days_left(clock, timezone.localdate()),
        changes=clocks.changes(case),
        erasure=queries.waiting(case),
        may_lead=cases.allows(case, "lead"),
        form=form,
        status=422 if form.errors else 200,
    )
