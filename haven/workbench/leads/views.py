"""Pages of leads: the list, one lead, a new one, and those about an item or a group.

In      requests
Out     pages and parts of pages
Not     here: what may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.cases import queries as cases
from haven.workbench.leads import actions, forms, queries
from haven.workbench.leads import offers as program

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case


@require_safe
def leads(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    form = forms.Filter(request.GET, case=case)
    found = queries.page(case, request.user, form.chosen(), request.GET.get("after"))
    return page(
        request,
        "leads/list.html",
        part="rows",
        **_about(case),
        form=form,
        window=found,
        leads=found.rows,
    )


@require_safe
def offered(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = program.of_case(case)
    return page(request, "leads/offers.html", part="offers", **_about(case), offers=found)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="work" if request.method == "POST" else "")
    about = {"item": request.GET.get("item", ""), "group": request.GET.get("group", "")[:80]}
    form = forms.New(request.POST or None, initial=about)
    if form.is_valid():
        try:
            made = actions.make(case_id, form.said(), by=request.user, at=timezone.now())
        except BadInput as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("leads:lead", case_id, made.public_id)
    status = 422 if form.errors else 200
    return page(request, "leads/new.html", **_about(case), form=form, status=status)


@require_POST
def take_up(request: MemberRequest, case_id: UUID) -> HttpResponse:
    key = request.POST.get("offer", "")[:120]
    try:
        made = actions.take_up(case_id, key, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("leads:list", case_id)
    messages.success(request, _("The offer is a lead now."))
    return redirect("leads:lead", case_id, made.public_id)


@require_POST
def from_comparison(request: MemberRequest, case_id: UUID, candidate_id: int) -> HttpResponse:
    try:
        made = actions.from_comparison(case_id, candidate_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("leads:list", case_id)
    return redirect("leads:lead", case_id, made.public_id)


@require_safe
def about_item(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = queries.about_item(case, item_id, member=request.user)
    return page(
        request,
        "leads/about.html",
        part="about",
        **_about(case),
        leads=found,
        ask=f"item={item_id}",
    )


@require_safe
def about_group(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = queries.about_group(case, group_id, member=request.user)
    return page(
        request,
        "leads/about.html",
        part="about",
        **_about(case),
        leads=found,
        ask=f"group={group_id}",
    )


@require_safe
def lead(request: MemberRequest, case_id: UUID, lead_id: UUID) -> HttpResponse:
    actions.view(case_id, lead_id, by=request.user, at=timezone.now())
    return _lead_page(request, case_id, lead_id)


@require_POST
def change(request: MemberRequest, case_id: UUID, lead_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="work")
    form = forms.Step(request.POST, case=case)
    if form.is_valid():
        try:
            actions.change(case_id, lead_id, form.step(), by=request.user, at=timezone.now())
        except BadInput as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("The step was kept."))
            return redirect("leads:lead", case_id, lead_id)
    return _lead_page(request, case_id, lead_id, form=form)


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _lead_page(
    request: MemberRequest, case_id: UUID, lead_id: UUID, *, form: forms.Step | None = None
) -> HttpResponse:
    """Return the page of one lead."""
    case = cases.get(case_id, member=request.user)
    found = queries.get(case, lead_id, member=request.user)
    now = {"state": found.state, "assigned_to": found.assigned_to_id}
    return page(
        request,
        "leads/lead.html",
        **_about(case),
        lead=found,
        person=queries.person_of(found),
        error=queries.error_behind(found),
        changes=queries.changes(found),
        form=form or forms.Step(initial=now, case=case),
        status=422 if form else 200,
    )
