"""Reset pages: ask for a colleague's reset, do one, and the link that is shown once.

In      requests of administrators and supervisors with a fresh factor
Out     pages; the link in one response and nowhere else
Fails   as resets.py says
Not     here: who may do what (access.py, resets.py)
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from haven.accounts import access, forms, queries
from haven.accounts import resets as acts
from haven.accounts.requests import MemberRequest
from haven.accounts.step_up import fresh_factor_required
from haven.web.pages import page


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def resets(request: MemberRequest) -> HttpResponse:
    """Show the open resets; take a new one from an administrator."""
    colleagues = queries.colleagues(request.user).exclude(pk=request.user.pk)
    asked_for = {"username": request.GET.get("member", "")}
    form = forms.AskReset(request.POST or None, colleagues=colleagues, initial=asked_for)
    if form.is_valid():
        now, given = timezone.now(), form.cleaned_data
        acts.ask(given["username"], reason=given["reason"], by=request.user, at=now)
        messages.success(request, _("Asked for. A second person must do it within a day."))
        return redirect("accounts:resets")
    return page(
        request,
        "accounts/resets.html",
        status=422 if form.is_bound else 200,
        form=form if access.allows(request.user, "resets.ask") else None,
        resets=acts.open_for(request.user),
    )


@require_POST
@fresh_factor_required
def confirm(request: MemberRequest, reset_id: int) -> HttpResponse:
    """Do a reset; show the link to hand over, this one time."""
    reset, path = acts.confirm(reset_id, by=request.user, at=timezone.now())
    link = request.build_absolute_uri(path)
    return page(request, "accounts/reset_done.html", reset=reset, link=link)


@require_POST
@fresh_factor_required
def withdraw(request: MemberRequest, reset_id: int) -> HttpResponse:
    """Take back what was asked for."""
    acts.withdraw(reset_id, by=request.user, at=timezone.now())
    messages.success(request, _("Withdrawn. Nothing has changed."))
    return redirect("accounts:resets")
