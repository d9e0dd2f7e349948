"""Pages of the record: the list, one entry, checkpoints, export, timestamps.

In      requests of supervisors and auditors
Out     pages and files; every look at the record is an entry itself
Not     here: what is done (actions.py), who may see what (queries.py)
"""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.audit import actions, forms, queries, reading, scopes
from haven.audit.queries import LookedFor
from haven.audit.requests import ReaderRequest
from haven.web.keyset import window
from haven.web.pages import page

SIZE = 40


@require_safe
def listing(request: ReaderRequest) -> HttpResponse:
    form = forms.Filter(request.GET, reader=request.user)
    looked_for = form.looked_for if form.is_valid() else LookedFor()
    rows = queries.found(request.user, looked_for) if form.is_valid() else queries.nothing()
    found = window(rows, after=request.GET.get("after"), size=SIZE)
    actions.read(request.user, looked_for=looked_for, at=timezone.now())
    return page(
        request,
        "audit/list.html",
        part="rows",
        form=form,
        window=found,
        rows=list(reading.shown(found, form.cases)),
        looked_for=looked_for,
        status=200 if form.is_valid() else 422,
    )


@require_safe
def entry(request: ReaderRequest, entry_id: UUID) -> HttpResponse:
    event = actions.view_entry(request.user, entry_id, at=timezone.now())
    (shown,) = reading.shown([event], scopes.cases_of(request.user))
    return page(request, "audit/entry.html", shown=shown, event=event, proof=reading.proof(event))


@require_safe
def checkpoints(request: ReaderRequest) -> HttpResponse:
    return _checkpoints(request, forms.Answer())


@require_safe
def note(request: ReaderRequest, size: int) -> HttpResponse:
    taken = actions.take_checkpoint(request.user, size=size, at=timezone.now())
    response = HttpResponse(taken.note, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{size}.note"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: ReaderRequest) -> HttpResponseBase:
    asked = scopes.ask_again(request)
    if asked is not None:
        return asked
    filters = forms.Filter(request.GET, reader=request.user)
    looked_for = filters.looked_for if filters.is_valid() else LookedFor()
    form = forms.Export(request.POST or None)
    if form.is_valid() and filters.is_valid():
        at = timezone.now()
        file = actions.export(
            request.user, looked_for=looked_for, reason=form.cleaned_data["reason"], at=at
        )
        return FileResponse(
            file, as_attachment=True, filename=f"haven-record-{at:%Y%m%d-%H%M%S}.zip"
        )
    wrong = bool(form.errors) or not filters.is_valid()
    return page(
        request,
        "audit/export.html",
        form=form,
        filters=filters,
        looked_for=looked_for,
        state=queries.state(),
        status=422 if wrong else 200,
    )


@require_POST
def ask_stamp(request: ReaderRequest, size: int) -> HttpResponse:
    asked = actions.ask_stamp(request.user, size=size, at=timezone.now())
    response = HttpResponse(bytes(asked.request), content_type="application/timestamp-query")
    response.headers["Content-Disposition"] = f'attachment; filename="{size}.tsq"'
    return response


@require_POST
def bring_stamp(request: ReaderRequest) -> HttpResponse:
    form = forms.Answer(request.POST, request.FILES)
    if form.is_valid():
        actions.bring_stamp(request.user, form.cleaned_data["answer"], at=timezone.now())
        return redirect("audit:checkpoints")
    return _checkpoints(request, form, status=422)


def _checkpoints(request: ReaderRequest, form: forms.Answer, status: int = 200) -> HttpResponse:
    found = window(
        queries.checkpoints_with_stamps(),
        order=("-size",),
        after=request.GET.get("after"),
        size=SIZE,
    )
    actions.read_checkpoints(request.user, at=timezone.now())
    return page(
        request,
        "audit/checkpoints.html",
        window=found,
        state=queries.state(),
        form=form,
        status=status,
    )
