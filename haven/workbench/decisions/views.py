"""Pages of decisions: the list, a new one, the second person, the rule of two people.

In      requests
Out     pages
Not     here: what may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import factors, step_up
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.cases import queries as cases
from haven.workbench.decisions import actions, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case


@require_safe
def decisions(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = queries.latest(case, member=request.user)
    return page(request, "decisions/list.html", **_about(case), rows=found, kinds=queries.KIND)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, case_id: UUID, decision_kind: str) -> HttpResponse:
    member = request.user
    case = cases.get(case_id, member=member, to="work" if request.method == "POST" else "")
    if decision_kind not in queries.KIND.values:
        raise queries.DecisionNotFound("no such kind of decision")
    form = forms.Decide(
        request.POST or None,
        case=case,
        member=member,
        kind=decision_kind,
        initial={name: request.GET.get(name, "")[:80] for name in ("lead", "group", "supersedes")},
    )
    if form.is_valid():
        try:
            made = actions.decide(case_id, form.asked(), by=member, at=timezone.now())
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("decisions:one", case_id, made.public_id)
    return page(
        request,
        "decisions/new.html",
        **_about(case),
        form=form,
        kind=queries.KIND(decision_kind),
        rule=queries.rule(case.agency_id),
        status=422 if form.errors else 200,
    )


@require_safe
def decision(request: MemberRequest, case_id: UUID, decision_id: UUID) -> HttpResponse:
    actions.view(case_id, decision_id, by=request.user, at=timezone.now())
    return _decision_page(request, case_id, decision_id)


@require_POST
def confirm(request: MemberRequest, case_id: UUID, decision_id: UUID) -> HttpResponse:
    return _answer(request, case_id, decision_id, agrees=True)


@require_POST
def refuse(request: MemberRequest, case_id: UUID, decision_id: UUID) -> HttpResponse:
    return _answer(request, case_id, decision_id, agrees=False)


@require_http_methods(["GET", "HEAD", "POST"])
def two_people(request: MemberRequest) -> HttpResponse:
    if request.method == "POST" and not factors.are_fresh(cast("HttpRequest", request)):
        return step_up.ask(cast("HttpRequest", request))  # looking asks for no factor
    form = forms.Rule(request.POST or None)
    if form.is_valid():
        try:
            actions.set_rule(**form.cleaned_data, by=request.user, at=timezone.now())
        except BadInput:
            form.add_error("basis", _("One person is enough only where a law says so."))
        else:
            messages.success(request, _("The rule was kept, with who set it and why."))
            return redirect("decisions:two_people")
    return page(
        request,
        "decisions/two_people.html",
        form=form,
        rules=queries.rules(request.user.agency_id or 0),
        status=422 if form.errors else 200,
    )


def _answer(
    request: MemberRequest, case_id: UUID, decision_id: UUID, *, agrees: bool
) -> HttpResponse:
    """Keep what the second person says."""
    form = forms.Answer(request.POST)
    form.is_valid()
    try:
        actions.answer(
            case_id,
            decision_id,
            agrees=agrees,
            reason=form.cleaned_data.get("reason", ""),
            by=request.user,
            at=timezone.now(),
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("Your answer was kept. Both of you are on the record."))
    return redirect("decisions:one", case_id, decision_id)


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _decision_page(request: MemberRequest, case_id: UUID, decision_id: UUID) -> HttpResponse:
    """Return the page of one decision."""
    case = cases.get(case_id, member=request.user)
    found = queries.standing(case, queries.get(case, decision_id), member=request.user)
    one = found.decision
    return page(
        request,
        "decisions/one.html",
        **_about(case),
        standing=found,
        decision=one,
        person=queries.name_of(one.group),
        other=queries.name_of(one.other_group),
        grounds=queries.grounds(one),
        said=queries.said(one),
        later=list(one.later.all()),
        form=forms.Answer(),
    )
