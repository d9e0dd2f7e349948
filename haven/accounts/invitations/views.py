"""Pages of invitations and letters, and the page behind the link of an invitation.

In      requests of administrators and curators; of whoever holds a link
Out     pages
Fails   LinkEnded
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import actions as accounts
from haven.accounts import factors, step_up
from haven.accounts.agencies import queries as agencies
from haven.accounts.invitations import actions, forms, queries
from haven.accounts.mail import queries as mail
from haven.accounts.step_up import fresh_factor_required
from haven.accounts.strangers import for_strangers
from haven.accounts.terms import forms as terms_forms
from haven.accounts.terms import texts
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.models import Agency
    from haven.accounts.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: MemberRequest) -> HttpResponse:
    if request.method == "POST" and not factors.are_fresh(request):
        return step_up.ask(request)  # an invitation gives roles; looking at them does not
    form = forms.Invite(request.POST or None, by=request.user, agency=request.user.agency)
    if _is_sent(request, form, request.user.agency):
        return redirect("invitations:list")
    return page(
        request,
        "accounts/invitations.html",
        form=form,
        window=window(queries.visible_to(request.user), after=request.GET.get("after")),
        now=timezone.now(),
        where=mail.where_they_go(),
        status=422 if form.errors else 200,
    )


@fresh_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def for_agency(request: MemberRequest, agency_id: int) -> HttpResponse:
    agency = agencies.get(agency_id, member=request.user)
    form = forms.Invite(request.POST or None, by=request.user, agency=agency)
    if _is_sent(request, form, agency):
        return redirect("agencies:one", agency_id)
    return page(
        request,
        "accounts/invite_for.html",
        form=form,
        agency=agency,
        where=mail.where_they_go(),
        status=422 if form.errors else 200,
    )


@require_POST
def renew(request: MemberRequest, invitation_id: int) -> HttpResponse:
    actions.renew(invitation_id, by=request.user, at=timezone.now())
    messages.success(request, _("A new link is on its way. The one before has ended."))
    return redirect("invitations:list")


@require_POST
def revoke(request: MemberRequest, invitation_id: int) -> HttpResponse:
    actions.revoke(invitation_id, by=request.user, at=timezone.now())
    messages.success(request, _("The invitation is taken back. Its link has ended."))
    return redirect("invitations:list")


@require_safe
def letters(request: MemberRequest) -> HttpResponse:
    shown = window(mail.of_agency(request.user), after=request.GET.get("after"))
    return page(
        request,
        "accounts/letters.html",
        window=shown,
        letters=[(one, mail.subject(one)) for one in shown],
        where=mail.where_they_go(),
    )


@for_strangers
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, code: str) -> HttpResponse:
    newcomer = queries.newcomer(code, at=timezone.now())
    if newcomer is not None:
        return redirect(accounts.first_link(newcomer))
    invitation = queries.by_code(code, at=timezone.now())
    shown = texts.current(get_language() or texts.BINDING)
    form = terms_forms.Accept(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        member = actions.accept(
            code,
            version=form.cleaned_data["version"],
            language=get_language() or texts.BINDING,
            at=timezone.now(),
        )
        return redirect(accounts.first_link(member))
    return page(
        request,
        "accounts/invitation.html",
        invitation=invitation,
        terms=shown,
        form=form,
        status=422 if form.errors else 200,
    )


def _is_sent(request: MemberRequest, form: forms.Invite, agency: Agency) -> bool:
    """Invite whom a form names; tell whether it was done."""
    if not form.is_valid():
        return False
    try:
        actions.invite(agency=agency, **form.cleaned_data, by=request.user, at=timezone.now())
    except (actions.AddressTaken, actions.AddressNotOfAgency) as error:
        form.add_error("email", str(error.words))
        return False
    messages.success(request, _("The invitation is on its way."))
    return True
