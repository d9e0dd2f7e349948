"""Pages of working through a case: the items one has, the order, what may be left.

In      requests
Out     pages and parts of pages
Not     here: second looks (second_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.accounts.sessions import passive
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.analysis import queries as analysis
from haven.workbench.cases import queries as cases
from haven.workbench.categories import blinding
from haven.workbench.categories import queries as categories
from haven.workbench.evidence import queries as evidence
from haven.workbench.known import queries as known
from haven.workbench.queue import actions, drawing, estimating, forms, queries, stopping
from haven.workbench.review import actions as review_actions
from haven.workbench.review import queries as review

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case


@require_safe
def work(request: MemberRequest, case_id: UUID) -> HttpResponse:
    now = timezone.now()
    case = review_actions.view_items(case_id, looked_for={}, by=request.user, at=now)
    judging = categories.judging(case)
    found = queries.held(case, request.user, at=now)
    hidden = blinding.hidden(case, request.user, at=now)
    labels = categories.standing(judging, [one.pk for one in found if one.pk not in hidden])
    marks = known.marks(case, [one.pk for one in found])
    form = forms.Take(request.GET)
    most = form.most()
    return page(
        request,
        "queue/work.html",
        **about_page(case, request, "work"),
        judging=judging,
        tiles=[review.tile(one, labels.get(one.pk), known=marks.get(one.pk)) for one in found],
        most=most,
        sizes=forms.SIZES,
        goes_on="go" in request.GET,
        stopped=queries.stopped(case),
        is_stopped=queries.is_stopped(case),
        counts=queries.counts(case, at=now),
        is_filling=queries.is_filling(case),
        control_percent=actions.CONTROL_PERCENT,
        held_min=actions.HELD_MIN,
        next_url=f"{reverse('queue:work', args=[case.public_id])}?n={most}&go=1",
    )


@require_POST
def take(request: MemberRequest, case_id: UUID) -> HttpResponse:
    most = forms.Take(request.POST).most()
    try:
        n_held = actions.take(case_id, most=most, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        if not n_held:
            messages.success(request, _("Nothing is left to be given out."))
    return redirect(reverse("queue:work", args=[case_id], query={"n": most}))


@require_POST
def put_back(request: MemberRequest, case_id: UUID) -> HttpResponse:
    form = forms.Item(request.POST)
    if not form.is_valid():
        return unsaid(request, case_id, "queue:work")
    actions.put_back(case_id, form.cleaned_data["item"], by=request.user, at=timezone.now())
    most = forms.Take(request.POST).most()
    return redirect(reverse("queue:work", args=[case_id], query={"n": most}))


@require_POST
def leave(request: MemberRequest, case_id: UUID) -> HttpResponse:
    actions.leave(case_id, by=request.user, at=timezone.now())
    messages.success(request, _("What you had is free for your colleagues again."))
    return redirect("review:overview", case_id)


@passive
@require_POST
def here(request: MemberRequest, case_id: UUID) -> HttpResponse:
    form = forms.Here(request.POST)
    if not form.is_valid():
        cases.get(case_id, member=request.user)
        raise BadInput("a page did not say where it is")
    said, now = form.cleaned_data, timezone.now()
    case = actions.be_here(
        case_id, said["page"], said["item"], opened=said["opened"], by=request.user, at=now
    )
    others = queries.present(case, at=now, but=request.user)
    return page(
        request,
        "queue/_here.html",
        case=case,
        current=said["page"],
        here_item=said["item"],
        others=[(one, forms.PAGES.get(one.page, "")) for one in others],
        beside=[one for one in others if said["item"] and one.item_id == said["item"]],
    )


@require_safe
def about(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    counts = analysis.counts(case)
    marked = queries.urgent(case)
    taken = {one.exhibit_id for one in marked}
    offered = [one for one in evidence.of_case(case) if one.pk not in taken]
    return page(
        request,
        "queue/about.html",
        **about_page(case, request, "about"),
        counts=queries.counts(case, at=timezone.now()),
        n_not_looked_at=counts.n_not_looked_at,
        urgent=marked,
        form=forms.Urgent(exhibits=offered) if offered else None,
        control_percent=actions.CONTROL_PERCENT,
        held_min=actions.HELD_MIN,
    )


@require_POST
def urgent(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    form = forms.Urgent(request.POST, exhibits=evidence.of_case(case))
    if not form.is_valid():
        return unsaid(request, case_id, "queue:about")
    said = form.cleaned_data
    try:
        actions.mark_urgent(
            case_id, said["exhibit"], reason=said["reason"], by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("queue:about", case_id)


@require_POST
def end_urgent(request: MemberRequest, case_id: UUID) -> HttpResponse:
    form = forms.Ended(request.POST)
    if not form.is_valid():
        return unsaid(request, case_id, "queue:about")
    try:
        actions.end_urgent(
            case_id, form.cleaned_data["exhibit"], by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("queue:about", case_id)


@require_safe
def left(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    points = queries.curve(case)
    exhibits = list(evidence.of_case(case))
    return page(
        request,
        "queue/left.html",
        **about_page(case, request, "left"),
        now=queries.left(case),
        points=points[::-1],
        curve=drawing.curve(points),
        stops=list(queries.stops(case)),
        form=forms.Decide(exhibits=exhibits),
        is_stopped=queries.is_stopped(case),
        least=estimating.LEAST_CONTROL,
        control_percent=actions.CONTROL_PERCENT,
    )


@require_POST
def stop(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    form = forms.Decide(request.POST, exhibits=evidence.of_case(case))
    if not form.is_valid():
        return unsaid(request, case_id, "queue:left")
    said = form.cleaned_data
    try:
        stopping.decide(
            case_id,
            stops=said["stops"],
            reason=said["reason"],
            exhibit_id=said["exhibit"] or None,
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("queue:left", case_id)


def unsaid(request: MemberRequest, case_id: UUID, where: str) -> HttpResponse:
    """Say that a form was not whole; who may not see the case finds none.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    cases.get(case_id, member=request.user)
    messages.warning(request, _("Something was missing. Nothing was changed."))
    return redirect(where, case_id)


def about_page(case: Case, request: MemberRequest, side: str) -> dict[str, Any]:
    """Return what every page of working through shows."""
    now = timezone.now()
    may_work = cases.allows(case, "work")
    return {
        "case": case,
        "side": side,
        "may_work": may_work,
        "may_lead": may_work and cases.allows(case, "lead"),
        "n_second": queries.waiting_for(case, request.user, at=now).count() if may_work else 0,
    }
