"""Pages of joining: applying, the pages behind links, and those of who decides.

In      requests of anyone; of whoever holds a link; of members who decide
Out     pages
Fails   LinkEnded, TooMany; the application page is not there where joining is closed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import actions as accounts
from haven.accounts import names
from haven.accounts.joining import actions, deciding, forms, limits, queries
from haven.accounts.members import yearly
from haven.accounts.one_time_links import actions as links
from haven.accounts.step_up import fresh_factor_required
from haven.accounts.strangers import for_strangers, sign_out_first
from haven.accounts.terms import forms as terms_forms
from haven.accounts.terms import texts
from haven.web.errors import NotFound
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@for_strangers
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    if not settings.HAVEN_JOINING:
        raise NotFound("joining is closed here")
    form = forms.Apply(request.POST or None)
    if request.method == "POST":
        limits.count()
        if form.is_valid():
            values = form.cleaned_data
            actions.apply(
                actions.Applicant(
                    display_name=values["name"],
                    email=values["email"],
                    agency_as_written=values["agency"],
                    duty=values["duty"],
                    supervisor_email=values["supervisor_email"],
                    languages=tuple(values["languages"]),
                    language=get_language() or texts.BINDING,
                ),
                at=timezone.now(),
            )
            return page(request, "accounts/applied.html")
    return page(request, "accounts/apply.html", form=form, status=422 if form.errors else 200)


@for_strangers
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        actions.confirm_address(code, at=now)
        return page(request, "accounts/address_confirmed.html")
    application = queries.by_code(code, links.Purpose.ADDRESS, at=now)
    spoken = [names.language(one) for one in application.languages]
    return page(
        request, "accounts/confirm_address.html", application=application, languages=spoken
    )


@for_strangers
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, code: str) -> HttpResponse:
    newcomer = queries.newcomer(code, at=timezone.now())
    if newcomer is not None:
        return redirect(accounts.first_link(newcomer))
    application = queries.by_code(code, links.Purpose.TERMS, at=timezone.now())
    shown = texts.current(get_language() or texts.BINDING)
    form = terms_forms.Accept(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        member = actions.join(
            code,
            version=form.cleaned_data["version"],
            language=get_language() or texts.BINDING,
            at=timezone.now(),
        )
        return redirect(accounts.first_link(member))
    return page(
        request,
        "accounts/join.html",
        application=application,
        terms=shown,
        form=form,
        status=422 if form.errors else 200,
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def still(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    link = links.find(code, links.Purpose.STILL, at=now)
    if request.user.is_authenticated and link.subject_id != request.user.pk:
        return sign_out_first(request)
    if request.method == "POST":
        yearly.confirm_address(code, at=now)
        return page(request, "accounts/still_confirmed.html")
    return page(request, "accounts/still.html")


@require_safe
def queue(request: MemberRequest) -> HttpResponse:
    waiting = list(queries.waiting_for(request.user))
    known = {one.pk for one in waiting}
    others = [one for one in queries.visible_to(request.user)[:100] if one.pk not in known]
    return page(request, "accounts/applications.html", waiting=waiting, others=others)


@require_safe
def one(request: MemberRequest, application_id: UUID) -> HttpResponse:
    return _one(request, application_id)


@fresh_factor_required
@require_POST
def approve(request: MemberRequest, application_id: UUID) -> HttpResponse:
    application = queries.get(application_id, member=request.user)
    form = forms.Vouch(request.POST)
    is_sponsor = application.state == queries.State.CONFIRMED
    if is_sponsor and not form.is_valid():
        return _one(request, application_id, vouch_form=form)
    deciding.approve(
        application_id,
        roles=form.cleaned_data["roles"] if is_sponsor else (),
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, _("Thank you. The next step is on its way."))
    return redirect("joining:queue")


@require_POST
def refuse(request: MemberRequest, application_id: UUID) -> HttpResponse:
    queries.get(application_id, member=request.user)
    form = forms.Refuse(request.POST)
    if not form.is_valid():
        return _one(request, application_id, refuse_form=form)
    deciding.refuse(
        application_id, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
    )
    messages.success(request, _("The applicant will be told, with your reason."))
    return redirect("joining:queue")


def _one(
    request: MemberRequest,
    application_id: UUID,
    *,
    vouch_form: forms.Vouch | None = None,
    refuse_form: forms.Refuse | None = None,
) -> HttpResponse:
    """Return the page of one application."""
    application = queries.get(application_id, member=request.user)
    return page(
        request,
        "accounts/application.html",
        application=application,
        supervisor=actions.supervisor_of(application),
        languages=[names.language(one) for one in application.languages],
        roles=queries.role_names(application),
        can_decide=queries.can_decide(application, request.user),
        is_sponsor_step=application.state == queries.State.CONFIRMED,
        vouch_form=vouch_form or forms.Vouch(),
        refuse_form=refuse_form or forms.Refuse(),
        status=422 if vouch_form or refuse_form else 200,
    )
