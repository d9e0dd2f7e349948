"""Pages of schemes: those of an agency, and which of them a case uses.

In      requests
Out     pages
Not     here: verdicts (views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.web.pages import page
from haven.workbench.categories import choosing, forms, queries, schemes

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_POST
def choose(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Use a scheme in a case."""
    ref = request.POST.get("scheme", "")
    try:
        choosing.choose(case_id, ref, by=request.user, at=timezone.now())
    except queries.SchemeNotFound as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The scheme is in use in this case."))
    return redirect("categories:case", case_id)


@require_POST
def drop(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Use a scheme in a case no more."""
    ref = request.POST.get("scheme", "")
    try:
        choosing.drop(case_id, ref, by=request.user, at=timezone.now())
    except queries.SchemeNotFound as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(
            request, _("The scheme is not used any more. What was given in it stays.")
        )
    return redirect("categories:case", case_id)


@require_safe
def schemes_page(request: MemberRequest) -> HttpResponse:
    """Show the schemes of an agency and those of Haven."""
    agency = request.user.agency_id
    return page(
        request,
        "categories/schemes.html",
        own=[(one, one.scheme) for one in queries.own(agency)],
        shipped=schemes.shipped(),
        default=queries.default(agency),
        offered=queries.offered(agency),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: MemberRequest) -> HttpResponse:
    """Make a scheme, or the next version of one."""
    agency = request.user.agency_id
    ref = request.GET.get("from", "")
    start = next((one for one in queries.offered(agency) if one.ref == ref), None)
    changes = start.key if start and start.is_own else ""
    named = forms.Named(
        request.POST or None,
        initial={"name": start.title, "source": start.source if start.is_own else ""}
        if start
        else None,
    )
    rows = forms.Categories(request.POST or None, initial=forms.rows(start))
    if request.method == "POST" and named.is_valid() and rows.is_valid():
        codes = [code for row in rows if (code := row.category())]
        try:
            choosing.make(
                **named.cleaned_data,
                codes=codes,
                changes=changes,
                by=request.user,
                at=timezone.now(),
            )
        except schemes.SchemeWrong as error:
            named.add_error(None, str(error.words))
        else:
            messages.success(request, _("The scheme is offered to the cases of your agency."))
            return redirect("categories:schemes")
    is_wrong = request.method == "POST"
    return page(
        request,
        "categories/make.html",
        form=named,
        rows=rows,
        start=start,
        changes=changes,
        status=422 if is_wrong else 200,
    )


@require_POST
def set_default(request: MemberRequest) -> HttpResponse:
    """Say with which scheme cases begin."""
    choosing.set_default(request.POST.get("scheme", ""), by=request.user, at=timezone.now())
    messages.success(request, _("Cases that never chose a scheme begin with this one."))
    return redirect("categories:schemes")


@require_POST
def retire(request: MemberRequest) -> HttpResponse:
    """Offer a scheme no more."""
    choosing.retire(request.POST.get("scheme", ""), by=request.user, at=timezone.now())
    messages.success(request, _("The scheme is not offered any more. Cases that use it keep it."))
    return redirect("categories:schemes")
