"""Pages of second looks: judging without knowing, and how well two people agree.

In      requests
Out     pages
Not     here: working through a case (views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.web.errors import Conflict
from haven.web.pages import page
from haven.workbench.cases import queries as cases
from haven.workbench.queue import agreement, forms, queries, second
from haven.workbench.queue.views import about_page, unsaid
from haven.workbench.review import actions as review_actions
from haven.workbench.review import queries as review

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def second_page(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Show the item that one judges a second time, and nothing of the first verdict."""
    now = timezone.now()
    case = cases.get(case_id, member=request.user)
    found = queries.blind_to(case, request.user, at=now)
    if found is not None:
        review_actions.view_item(case_id, found.item_id, by=request.user, at=now)
    return page(
        request,
        "queue/second.html",
        **about_page(case, request, "second"),
        look_id=found.public_id if found else None,
        item=found.item if found else None,
        tile=review.tile(found.item) if found else None,
        lines=found.first.scheme.scheme.lines if found else [],
        held_min=second.HELD_MIN,
    )


@require_POST
def take(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Take the next second look."""
    if second.take(case_id, by=request.user, at=timezone.now()) is None:
        messages.success(request, _("No second look waits for you."))
    return redirect("queue:second", case_id)


@require_POST
def give(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Give a category, and go on with the next."""
    form = forms.Said(request.POST)
    if not form.is_valid():
        return unsaid(request, case_id, "queue:second")
    said, now = form.cleaned_data, timezone.now()
    try:
        second.give(
            case_id,
            said["look"],
            code=said["code"],
            reason=said["reason"],
            by=request.user,
            at=now,
        )
        second.take(case_id, by=request.user, at=now)
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("queue:second", case_id)


@require_POST
def put_back(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Let somebody else give it."""
    second.put_back(case_id, by=request.user, at=timezone.now())
    return redirect("queue:second", case_id)


@require_safe
def agreement_page(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Show how well two people agree, and where they differ."""
    case = cases.get(case_id, member=request.user)
    now = timezone.now()
    pairs = queries.pairs_for(case, request.user, at=now)
    return page(
        request,
        "queue/agreement.html",
        **about_page(case, request, "agreement"),
        agreement=agreement.agreement([(one.look.first_code, one.look.code) for one in pairs]),
        least=agreement.LEAST,
        different=[one for one in pairs if not one.is_same],
        samples=queries.samples(case),
        n_waiting=queries.looks(case).filter(code="").count(),
        form=forms.Draw(),
    )


@require_POST
def draw(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Draw a sample."""
    form = forms.Draw(request.POST)
    if not form.is_valid():
        return unsaid(request, case_id, "queue:agreement")
    try:
        made = second.draw(
            case_id, share=form.cleaned_data["share"], by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("%(count)d were drawn.") % {"count": made.n_drawn})
    return redirect("queue:agreement", case_id)


@require_POST
def settle(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Settle a disagreement."""
    form = forms.Said(request.POST)
    if not form.is_valid():
        return unsaid(request, case_id, "queue:agreement")
    said = form.cleaned_data
    try:
        second.settle(
            case_id,
            said["look"],
            code=said["code"],
            reason=said["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("queue:agreement", case_id)
