"""Care: what I saw, pauses, what the agency sets and what it stands on.

In      requests
Out     pages, and the bar that a page of a case loads
Not     here: what is counted and when something is said (queries.py, pauses.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import access, sessions
from haven.web.pages import page, wants_part
from haven.workbench.wellbeing import evidence as facts
from haven.workbench.wellbeing import forms, groups, own, pauses, policies, queries

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    policy = queries.policy(request.user.agency_id or 0)
    return page(request, "wellbeing/own.html", week=own.week(request.user, at=now), policy=policy)


@sessions.passive
@require_safe
def prompt(request: MemberRequest) -> HttpResponse:
    if not wants_part(request):
        return redirect("wellbeing:own")
    pauses.note(request.user, acted_at=sessions.last_act(request))
    return _prompt(request)


@require_POST
def later(request: MemberRequest) -> HttpResponse:
    pauses.later(request.user, at=timezone.now())
    return _prompt(request) if wants_part(request) else redirect("wellbeing:own")


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: MemberRequest) -> HttpResponse:
    held = queries.policy(request.user.agency_id or 0)
    form = forms.Policy(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        policies.set_policy(form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Your agency works by this from now on."))
        return redirect("wellbeing:policy")
    return page(
        request,
        "wellbeing/policy.html",
        form=form,
        fields=[(field, facts.of_field(field.name)) for field in form],
        policy=queries.policy(request.user.agency_id or 0),
        status=422 if form.errors else 200,
    )


@require_safe
def evidence(request: MemberRequest) -> HttpResponse:
    return page(
        request,
        "wellbeing/evidence.html",
        rows=facts.EVIDENCE,
        sources=facts.sources(),
        may_set=access.allows(request.user, "care.set"),
    )


@require_safe
def group(request: MemberRequest) -> HttpResponse:
    weeks = groups.of_agency(request.user)
    return page(
        request,
        "wellbeing/group.html",
        weeks=weeks,
        fewest=groups.FEWEST,
        may_set=access.allows(request.user, "care.set"),
    )


def _prompt(request: MemberRequest) -> HttpResponse:
    """Return the bar with what is said now."""
    told = pauses.prompt(request.user, at=timezone.now())
    return page(
        request,
        "wellbeing/prompt.html",
        part="prompt",
        told=told,
        sitting=own.duration(told.sitting_s),
        today=own.duration(told.day_s),
        later_min=pauses.LATER_MIN,
    )
