"""Pages of moderation: hide a post, object, look a second time; reports.

In      requests
Out     pages; of an author the own hidden posts, of a reporter the own reports
Not     here: what deciding does (moderating.py, reporting.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.community import forms, moderating, reading, reporting
from haven.hub.community.fitting import fitting
from haven.web.errors import Conflict
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def hide(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Hide a post for a reason."""
    found = reading.post(post_id, member=request.user)
    form = forms.Reason(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = moderating.hide(
                post_id, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except Conflict as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("Hidden. Another moderator looks at it."))
            return redirect("community:hiding", made.public_id)
    return page(
        request,
        "community/hide.html",
        current="colleagues",
        section="groups",
        post=found,
        form=form,
        status=422 if form.errors else 200,
    )


@require_safe
def hidden(request: MemberRequest) -> HttpResponse:
    shown = window(
        reading.hidings(request.user),
        order=("-hidden_at", "-pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return page(
        request, "community/hidden.html", current="colleagues", section="hidden", window=shown
    )


@require_safe
def hiding(request: MemberRequest, hiding_id: UUID) -> HttpResponse:
    return _hiding(request, hiding_id)


@require_POST
def object_to(request: MemberRequest, hiding_id: UUID) -> HttpResponse:
    form = forms.Objection(request.POST)
    if not form.is_valid():
        return _hiding(request, hiding_id, objection=form)
    words = form.cleaned_data["words"]
    try:
        moderating.object_to(hiding_id, words=words, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("community:hiding", hiding_id)


@require_POST
def look(request: MemberRequest, hiding_id: UUID) -> HttpResponse:
    form = forms.Look(request.POST)
    if not form.is_valid():
        return _hiding(request, hiding_id, decision=form)
    said = form.cleaned_data
    try:
        moderating.look(
            hiding_id,
            stays=said["stays"],
            answer=said["answer"],
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("community:hiding", hiding_id)


@require_safe
def reports(request: MemberRequest) -> HttpResponse:
    shown = window(
        reading.reports(request.user),
        order=("-made_at", "-pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return page(
        request,
        "community/reports.html",
        current="colleagues",
        section="reports",
        window=shown,
        moderates=reading.moderates(request.user),
        own=request.user.pk,
    )


@require_safe
def report(request: MemberRequest, report_id: UUID) -> HttpResponse:
    return _report(request, report_id, forms.Answer())


@require_POST
def close(request: MemberRequest, report_id: UUID) -> HttpResponse:
    form = forms.Answer(request.POST)
    if not form.is_valid():
        return _report(request, report_id, form)
    try:
        reporting.close(
            report_id, answer=form.cleaned_data["answer"], by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("community:report", report_id)


def _hiding(
    request: MemberRequest,
    hiding_id: UUID,
    *,
    objection: forms.Objection | None = None,
    decision: forms.Look | None = None,
) -> HttpResponse:
    found = reading.hiding(hiding_id, member=request.user)
    is_wrong = bool((objection and objection.errors) or (decision and decision.errors))
    return page(
        request,
        "community/hiding.html",
        current="colleagues",
        section="hidden",
        hiding=found,
        post=found.post,
        is_own=found.post.author_id == request.user.pk,
        may_object=found.post.author_id == request.user.pk
        and not found.objection
        and found.lifted_at is None,
        may_decide=reading.may_decide(found, member=request.user),
        objection=objection or forms.Objection(),
        decision=decision or forms.Look(),
        status=422 if is_wrong else 200,
    )


def _report(request: MemberRequest, report_id: UUID, form: forms.Answer) -> HttpResponse:
    found = reading.report(report_id, member=request.user)
    copies = reading.disclosed(found)
    return page(
        request,
        "community/report.html",
        current="colleagues",
        section="reports",
        report=found,
        post=reading.post_of(found, member=request.user),
        window=fitting(copies, order=("said_at", "pk"), after=request.GET.get("after")),
        moderates=reading.moderates(request.user),
        is_own=found.reporter_id == request.user.pk,
        form=form,
        status=422 if form.errors else 200,
    )
