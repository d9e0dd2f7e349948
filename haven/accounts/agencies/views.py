"""Pages of agencies, for curators.

In      requests
Out     pages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import names
from haven.accounts.actions import NameTaken
from haven.accounts.agencies import actions, forms, queries
from haven.accounts.step_up import fresh_factor_required
from haven.web.pages import page

if TYPE_CHECKING:
    from django import forms as django_forms
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    rows = [(one, names.country(one.country)) for one in queries.manageable(request.user)]
    return page(request, "accounts/agencies.html", rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    form = forms.Add(request.POST or None)
    if form.is_valid():
        try:
            made = actions.add(**form.cleaned_data, by=request.user, at=timezone.now())
        except NameTaken as error:
            form.add_error("name", str(error.words))
        else:
            return redirect("agencies:one", made.pk)
    return page(request, "accounts/add_agency.html", form=form, status=422 if form.errors else 200)


@require_safe
def one(request: MemberRequest, agency_id: int) -> HttpResponse:
    return _one(request, agency_id)


@fresh_factor_required
@require_POST
def add_domain(request: MemberRequest, agency_id: int) -> HttpResponse:
    form = forms.AddDomain(request.POST)
    queries.get(agency_id, member=request.user)
    if form.is_valid():
        try:
            actions.add_domain(agency_id, **form.cleaned_data, by=request.user, at=timezone.now())
        except actions.DomainTaken as error:
            form.add_error("name", str(error.words))
    if form.errors:
        return _one(request, agency_id, domain_form=form)
    messages.success(request, _("The domain is kept."))
    return redirect("agencies:one", agency_id)


@fresh_factor_required
@require_POST
def remove_domain(request: MemberRequest, agency_id: int, domain_id: int) -> HttpResponse:
    actions.remove_domain(agency_id, domain_id, by=request.user, at=timezone.now())
    messages.success(request, _("The domain no longer counts. Members stay members."))
    return redirect("agencies:one", agency_id)


@fresh_factor_required
@require_POST
def contact(request: MemberRequest, agency_id: int) -> HttpResponse:
    agency = queries.get(agency_id, member=request.user)
    form = forms.Contact(request.POST, agency=agency)
    if not form.is_valid():
        return _one(request, agency_id, contact_form=form)
    values = form.cleaned_data
    actions.set_contact(
        agency_id,
        member_id=values["member"],
        name=values["name"],
        email=values["email"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, _("The contact is kept."))
    return redirect("agencies:one", agency_id)


@fresh_factor_required
@require_POST
def status(request: MemberRequest, agency_id: int) -> HttpResponse:
    queries.get(agency_id, member=request.user)
    form = forms.Status(request.POST)
    if not form.is_valid():
        return _one(request, agency_id, status_form=form)
    actions.set_status(agency_id, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("The status is kept."))
    return redirect("agencies:one", agency_id)


def _one(request: MemberRequest, agency_id: int, **wrong: django_forms.Form) -> HttpResponse:
    """Return the page of one agency; `wrong` holds the form that was not taken."""
    agency = queries.get(agency_id, member=request.user)
    shown: dict[str, Any] = {
        "domain_form": forms.AddDomain(),
        "contact_form": forms.Contact(agency=agency),
        "status_form": forms.Status(initial={"status": agency.status}),
        **wrong,
    }
    return page(
        request,
        "accounts/one_agency.html",
        agency=agency,
        country=names.country(agency.country),
        domains=queries.domains(agency),
        administrators=queries.administrators(agency),
        is_own=agency.pk == request.user.agency_id,
        status=422 if wrong else 200,
        **shown,
    )
