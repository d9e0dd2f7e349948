"""Pages of members: the list, one member, roles, pausing, coming back, leaving; the own page.

In      requests of administrators and curators; of everyone for the own page
Out     pages
Not     here: invitations and letters (invitations/views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import access, names
from haven.accounts.access import Role
from haven.accounts.members import actions, forms, queries, returning, yearly
from haven.accounts.step_up import fresh_factor_required
from haven.accounts.terms import queries as terms
from haven.audit import verbs
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from haven.accounts.models import Member
    from haven.accounts.requests import MemberRequest

ORDER = ("display_name", "pk")
# Both forms of reasons stand on one page: each label has to find its own field.
REASON_IDS, LEFT_IDS = "id_%s", "id_left_%s"


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    form = forms.Filter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    today = timezone.localdate()
    return page(
        request,
        "accounts/members.html",
        form=form,
        window=window(
            queries.filtered(request.user, **chosen),
            order=ORDER,
            after=request.GET.get("after"),
        ),
        unconfirmed=queries.unconfirmed(request.user, on=today),
        today=today,
    )


@require_safe
def one(request: MemberRequest, member_id: int) -> HttpResponse:
    return _one(request, queries.get(member_id, member=request.user))


@fresh_factor_required
@require_POST
def roles(request: MemberRequest, member_id: int) -> HttpResponse:
    member = queries.get(member_id, member=request.user)
    form = forms.Roles(request.POST, by=request.user, member=member)
    if not form.is_valid():
        return _one(request, member, roles_form=form)
    actions.change_roles(member_id, roles=form.roles_after, by=request.user, at=timezone.now())
    messages.success(request, _("The roles are changed. They hold from now on."))
    return redirect("members:one", member_id)


@fresh_factor_required
@require_POST
def suspend(request: MemberRequest, member_id: int) -> HttpResponse:
    done = _("Access is paused, sessions have ended.")
    return _for_a_reason(request, member_id, actions.suspend, done)


@fresh_factor_required
@require_POST
def reactivate(request: MemberRequest, member_id: int) -> HttpResponse:
    return _for_a_reason(request, member_id, returning.reactivate, _("Access is open again."))


@fresh_factor_required
@require_POST
def left(request: MemberRequest, member_id: int) -> HttpResponse:
    return _for_a_reason(request, member_id, actions.has_left, _("Noted as having left."))


@require_POST
def confirm(request: MemberRequest, member_id: int) -> HttpResponse:
    yearly.confirm_duty(member_id, by=request.user, at=timezone.now())
    messages.success(request, _("Thank you. The duty is confirmed."))
    return redirect("members:one", member_id)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    member = request.user
    form = forms.Languages(request.POST or None, initial={"languages": member.languages})
    if request.method == "POST" and form.is_valid():
        actions.set_languages(member, languages=form.cleaned_data["languages"], at=timezone.now())
        messages.success(request, _("Your languages are kept."))
        return redirect("accounts:profile")
    return page(
        request,
        "accounts/profile.html",
        form=form,
        duties=access.in_words(member),
        languages=[names.language(one) for one in member.languages],
        accepted=terms.of(member).first(),
        status=422 if form.errors else 200,
    )


@fresh_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: MemberRequest) -> HttpResponse:
    form = forms.Reason(request.POST or None)
    if form.is_valid():
        actions.leave(reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        logout(request)
        messages.success(request, _("Your access has ended. Thank you for your work."))
        return redirect("accounts:sign-in")
    return page(request, "accounts/leave.html", form=form, status=422 if form.errors else 200)


def _for_a_reason(
    request: MemberRequest, member_id: int, act: Callable[..., Member], done: str
) -> HttpResponse:
    """Do an act that takes a reason, and go back to the member."""
    member = queries.get(member_id, member=request.user)
    is_leaving = act == actions.has_left
    form = forms.Reason(request.POST, auto_id=LEFT_IDS if is_leaving else REASON_IDS)
    if not form.is_valid():
        if is_leaving:
            return _one(request, member, left_form=form)
        return _one(request, member, reason_form=form)
    reason = form.cleaned_data["reason"]
    member = act(member_id, reason=reason, by=request.user, at=timezone.now())
    if member.suspended_because == queries.BECAUSE.UNVERIFIED:
        done = _("The year is over meanwhile: access opens once the member confirms the address.")
    messages.success(request, done)
    return redirect("members:one", member_id)


def _one(
    request: MemberRequest,
    member: Member,
    *,
    roles_form: forms.Roles | None = None,
    reason_form: forms.Reason | None = None,
    left_form: forms.Reason | None = None,
) -> HttpResponse:
    """Return the page of one member."""
    history = [(event, verbs.sentence(event.verb)) for event in queries.history(member)]
    return page(
        request,
        "accounts/member.html",
        member=member,
        roles=[Role(role).label for role in member.roles],
        languages=[names.language(one) for one in member.languages],
        roles_form=roles_form or forms.Roles(by=request.user, member=member),
        reason_form=reason_form or forms.Reason(auto_id=REASON_IDS),
        left_form=left_form or forms.Reason(auto_id=LEFT_IDS),
        history=history,
        is_due=queries.is_due(member, on=timezone.localdate()),
        is_oneself=member.pk == request.user.pk,
        status=422 if roles_form or reason_form or left_form else 200,
    )
