"""Starting a run, watching it, and the pictures made from originals.

In      requests
Out     pages, parts of pages, JPEG derivatives; never an original
Not     here: browsing what was found (haven.workbench.review)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from haven.accounts import factors, step_up
from haven.accounts.sessions import passive
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page, picture
from haven.workbench.analysis import actions, face_templates, forms, queries
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: MemberRequest, case_id: UUID, exhibit_id: UUID) -> HttpResponse:
    exhibit = evidence.get(exhibit_id, member=request.user, to="work", case_id=case_id)
    form = forms.StartRun(request.POST or None)
    now, power = timezone.now(), authority.POWER
    if form.is_valid():
        try:
            actions.start_run(
                exhibit_id, profile=form.cleaned_data["profile"], by=request.user, at=now
            )
        except authority.NoAuthority as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("review:overview", case_id)
    case_pk, pk = exhibit.case_id, exhibit.pk
    return page(
        request,
        "analysis/start.html",
        case=cases.get(case_id, member=request.user),
        exhibit=exhibit,
        form=form,
        authority=authority.covering(case_pk, power.ANALYSE, exhibit_pk=pk, at=now),
        templates=authority.covering(case_pk, power.TEMPLATES, exhibit_pk=pk, at=now),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="lead" if request.method == "POST" else "")
    if request.method == "POST" and not factors.are_fresh(request):
        return step_up.ask(request)  # looking asks for no factor, erasing does
    form = forms.EraseTemplates(request.POST or None)
    now = timezone.now()
    if form.is_valid():
        try:
            face_templates.erase(
                case_id, reason=form.cleaned_data["reason"], by=request.user, at=now
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("The face templates were erased."))
            return redirect("analysis:templates", case_id)
    return page(
        request,
        "analysis/templates.html",
        case=case,
        templates=face_templates.state(case, at=now),
        may_lead=cases.allows(case, "lead"),
        form=form,
        status=422 if form.errors else 200,
    )


@passive
@require_safe
def progress(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    runs = queries.progress(case, now=timezone.now())
    response = page(request, "analysis/progress.html", part="progress", case=case, runs=runs)
    if not runs:
        response["HX-Trigger"] = "runs-ended"
    return response


@require_safe
def view(request: MemberRequest, case_id: UUID, item_id: int, operation: str) -> HttpResponse:
    key = request.GET.get("key", "")
    return picture(queries.view(case_id, item_id, operation, member=request.user, key=key))


@require_safe
def crop(request: MemberRequest, case_id: UUID, face_id: int) -> HttpResponse:
    return picture(queries.crop(case_id, face_id, member=request.user))


@require_safe
def probe_crop(
    request: MemberRequest, case_id: UUID, probe_id: UUID, position: int
) -> HttpResponse:
    return picture(queries.probe_crop(case_id, probe_id, position, member=request.user))
