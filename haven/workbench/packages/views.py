"""Pages of handing over: an agency's keys, packages of a case, what was received.

In      requests
Out     pages, parts of pages, the file of a package
Not     here: what may be done (actions.py, partner_actions.py, receiving.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts.sessions import passive
from haven.accounts.step_up import fresh_factor_required
from haven.web.errors import BadInput, Conflict, NotFound
from haven.web.pages import page, picture
from haven.workbench.cases import actions as case_actions
from haven.workbench.cases import queries as cases
from haven.workbench.packages import (
    actions,
    forms,
    partner_actions,
    queries,
    receiving,
    showing,
    storing,
)

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def keys(request: MemberRequest) -> HttpResponse:
    form = forms.CheckPartner(request.POST or None)
    if form.is_valid():
        try:
            made = partner_actions.check(**form.cleaned_data, by=request.user, at=timezone.now())
        except partner_actions.OtherDigits as error:
            form.add_error("heard", str(error.words))
        except (BadInput, Conflict) as error:
            form.add_error("text", str(error.words))
        else:
            messages.success(request, _("Checked: %(name)s.") % {"name": made.name})
            return redirect("packages:keys")
    agency = request.user.agency
    return page(
        request,
        "packages/keys.html",
        own=queries.own(agency) if agency else None,
        partners=[
            (one, queries.fingerprint(one))
            for one in queries.partners(request.user.agency_id or 0, ended=True)
        ],
        form=form,
        end_form=forms.EndPartner(auto_id=False),
        status=422 if form.errors else 200,
    )


@require_POST
@fresh_factor_required
def make_keys(request: MemberRequest) -> HttpResponse:
    partner_actions.make_identity(by=request.user, at=timezone.now())
    return redirect("packages:keys")


@require_safe
def own_text(request: MemberRequest) -> HttpResponse:
    own = queries.own(request.user.agency) if request.user.agency else None
    if own is None:
        raise NotFound("the agency has no identity")
    return HttpResponse(
        own.text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="hand-over-identity.txt"'},
    )


@require_POST
@fresh_factor_required
def end(request: MemberRequest, partner_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")[:500]
    partner_actions.end(partner_id, reason=reason, by=request.user, at=timezone.now())
    return redirect("packages:keys")


@require_safe
def hand_overs(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return page(
        request,
        "packages/list.html",
        **_about(case),
        rows=list(queries.hand_overs(case)),
        receipt=queries.receipt(case),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def ask(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="lead")
    now = timezone.now()
    form = forms.Ask(request.POST or None, case=case, at=now)
    if form.is_valid():
        try:
            made = actions.ask(case_id, form.asked(), by=request.user, at=now)
        except Conflict as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("packages:one", case_id, made.public_id)
    return page(
        request,
        "packages/ask.html",
        **_about(case),
        form=form,
        identity=queries.identity(case.agency_id),
        partners=queries.partners(case.agency_id).exists(),
        bases=queries.bases(case, at=now),
        status=422 if form.errors else 200,
    )


@passive
@require_safe
def one(request: MemberRequest, case_id: UUID, hand_over_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = queries.hand_over(case, hand_over_id)
    return page(
        request,
        "packages/one.html",
        part="state",
        **_about(case),
        one=found,
        fingerprint=queries.fingerprint(found.partner),
        may_confirm=queries.may_confirm(case, found, request.user),
        may_withdraw=queries.may_withdraw(case, found, request.user),
    )


@require_POST
@fresh_factor_required
def confirm(request: MemberRequest, case_id: UUID, hand_over_id: UUID) -> HttpResponse:
    actions.confirm(case_id, hand_over_id, by=request.user, at=timezone.now())
    return redirect("packages:one", case_id, hand_over_id)


@require_POST
def withdraw(request: MemberRequest, case_id: UUID, hand_over_id: UUID) -> HttpResponse:
    actions.withdraw(case_id, hand_over_id, by=request.user, at=timezone.now())
    return redirect("packages:one", case_id, hand_over_id)


@require_POST
def fetch(request: MemberRequest, case_id: UUID, hand_over_id: UUID) -> FileResponse:
    found, file = actions.fetch(case_id, hand_over_id, by=request.user, at=timezone.now())
    name = f"{found.manifest['package']}{storing.ENDING}"  # tells nothing of the case
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response.headers["Content-Length"] = str(found.size_bytes)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_factor_required
def receive(request: MemberRequest) -> HttpResponse:
    form = forms.Receive(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            made = receiving.receive(
                form.cleaned_data["package"].file,
                number=form.cleaned_data["number"],
                name=form.cleaned_data["name"],
                by=request.user,
                at=timezone.now(),
            )
        except case_actions.NumberTaken as error:
            form.add_error("number", str(error.words))
        except (BadInput, Conflict) as error:
            form.add_error("package", str(error.words))
        else:
            return redirect("packages:received", made.case.public_id)
    return page(
        request,
        "packages/receive.html",
        form=form,
        identity=queries.identity(request.user.agency_id or 0),
        status=422 if form.errors else 200,
    )


@require_safe
def received(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case, receipt = receiving.view(case_id, "receipt", by=request.user, at=timezone.now())
    found = queries.tables(receipt)
    return page(
        request,
        "packages/received.html",
        **_about(case),
        receipt=receipt,
        tables=[(name, showing.TITLES[name], n) for name, n in found if name in showing.TITLES],
        table=showing.table("case", [one.said for one in queries.rows(case, "case", None).rows]),
    )


@require_safe
def origin(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    receipt = queries.receipt(case)
    return page(request, "packages/origin.html", part="origin", **_about(case), receipt=receipt)


@passive
@require_safe
def progress(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    receipt = queries.receipt(case)
    return page(
        request, "packages/progress.html", part="progress", **_about(case), receipt=receipt
    )


@require_safe
def table(request: MemberRequest, case_id: UUID, table: str) -> HttpResponse:
    if table not in showing.COLUMNS:
        raise queries.NothingReceived("no table of that name is shown")
    case, receipt = receiving.view(case_id, table, by=request.user, at=timezone.now())
    found = queries.rows(case, table, request.GET.get("after"))
    rows = [row.said for row in found.rows]
    return page(
        request,
        "packages/table.html",
        **_about(case),
        receipt=receipt,
        window=found,
        table=showing.table(table, rows, queries.names(case)),
    )


@require_safe
def item(request: MemberRequest, case_id: UUID, sha256: str) -> HttpResponse:
    case, receipt = receiving.view(
        case_id, "item", sha256=sha256, by=request.user, at=timezone.now()
    )
    return page(
        request,
        "packages/item.html",
        **_about(case),
        receipt=receipt,
        sha256=sha256,
        view=queries.view_of(case, sha256),
        here=queries.here(case, sha256),
        tables=_tables(case, sha256),
    )


@require_safe
def about_item(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    receipt = queries.receipt(case)
    sha256 = queries.digest_of(case, item_id)
    return page(
        request,
        "packages/about.html",
        part="about",
        **_about(case),
        receipt=receipt,
        sha256=sha256,
        tables=_tables(case, sha256) if receipt else [],
    )


@require_safe
def view(request: MemberRequest, case_id: UUID, sha256: str) -> HttpResponse:
    return picture(queries.view(case_id, sha256, member=request.user))


def _tables(case: Case, sha256: str) -> list[showing.Table]:
    """Return what the sender said of an item, as tables."""
    names = queries.names(case)
    said = queries.about_item(case, sha256)
    return [
        showing.table(name, said[name], names, of_one_item=True)
        for name in showing.COLUMNS
        if name in said
    ]


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_ask": queries.may_ask(case)}
