"""Pages of reports: the list, a new one, one to read, giving one out, making one again.

In      requests
Out     pages; a report as a file
Not     here: what a report says (writing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts.step_up import fresh_factor_required
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page, picture
from haven.workbench.cases import queries as cases
from haven.workbench.reports import actions, forms, queries, rendering

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

TYPES = {
    actions.PAGE: "text/html; charset=utf-8",
    actions.PDF: "application/pdf",
    actions.MANIFEST: "application/json",
    actions.ALL: "application/zip",
}


@require_safe
def reports(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return page(request, "reports/list.html", **_about(case), rows=queries.of_case(case))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    now = timezone.now()
    scope = queries.offered(case, by=request.user, at=now)
    form = forms.Make(request.POST or None, case=case, scope=scope)
    if form.is_valid():
        try:
            made = actions.make(case_id, form.asked(), by=request.user, at=now)
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("The report was made. It cannot be changed any more."))
            return redirect("reports:one", case_id, made.public_id)
    return page(
        request,
        "reports/new.html",
        **_about(case),
        form=form,
        scope=scope,
        status=422 if form.errors else 200,
    )


@require_safe
def report(request: MemberRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    case, found = actions.view(case_id, report_id, by=request.user, at=timezone.now())
    told = queries.manifest(case, found)
    return page(
        request,
        "reports/one.html",
        **_about(case),
        report=found,
        title=told["title"],
        body=rendering.body(
            told, lambda one: reverse("reports:view", args=[case_id, report_id, one])
        ),
        later=getattr(found, "superseded_by", None),
    )


@require_safe
def view(request: MemberRequest, case_id: UUID, report_id: UUID, view_sha256: str) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    told = queries.manifest(case, queries.get(case, report_id))
    return picture(queries.view(case, told, view_sha256, member=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def export(request: MemberRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = queries.get(case, report_id)
    form = forms.Export(request.POST or None, has_pdf=bool(found.pdf_sha256))
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            content = actions.export(
                case_id,
                report_id,
                actions.Given(**wanted),
                by=request.user,
                at=timezone.now(),
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            return _file(content, wanted["form"], found.number)
    return page(
        request,
        "reports/export.html",
        **_about(case),
        report=found,
        form=form,
        status=422 if form.errors else 200,
    )


@require_POST
def compare(request: MemberRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    try:
        same = actions.compare(case_id, report_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("reports:one", case_id, report_id)
    found = queries.get(case, report_id)
    return page(request, "reports/compared.html", **_about(case), report=found, same=same)


def _file(content: bytes, form: str, number: int) -> HttpResponse:
    """Return a report as a file to save; its name tells nothing of the case."""
    response = HttpResponse(content, content_type=TYPES[form])
    response.headers["Content-Disposition"] = (
        f'attachment; filename="haven-report-{number}.{form}"'
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_make": queries.may_make(case)}
