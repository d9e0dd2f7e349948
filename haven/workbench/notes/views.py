"""Pages of notes: those of a case, those about one thing, one with its versions.

In      requests
Out     pages and parts of pages
Not     here: what writing does (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page, wants_part
from haven.workbench.cases import queries as cases
from haven.workbench.notes import actions, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 30
_ABOUT_ONE_THING = 50


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Show the notes of a case, search them, and write one about the case."""
    form = forms.Write(request.POST or None)
    if request.method == "POST" and _written(request, case_id, form):
        return redirect("notes:list", case_id)
    find = forms.Find(request.GET)
    asked = find.asked()
    now = timezone.now()
    case = actions.view(case_id, looked_for=asked, by=request.user, at=now)
    shown = window(
        queries.holding(queries.latest(case, member=request.user, at=now), asked),
        order=queries.ORDER,
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return page(
        request,
        "notes/list.html",
        part="rows",
        case=case,
        may_work=cases.allows(case, "work"),
        window=shown,
        notes=shown.rows,
        find=find,
        asked=asked,
        form=form,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: MemberRequest, case_id: UUID, kind: str, thing_id: str) -> HttpResponse:
    """Show the notes about one thing, and write one."""
    form = forms.Write(request.POST or None)
    if request.method == "POST" and _written(request, case_id, form, about=kind, key=thing_id):
        if not wants_part(request):
            return redirect("notes:about", case_id, kind, thing_id)
        form = forms.Write()
    case = cases.get(case_id, member=request.user)
    thing, now = queries.thing(case, kind, thing_id), timezone.now()
    return page(
        request,
        "notes/about.html",
        part="about",
        case=case,
        may_work=cases.allows(case, "work"),
        thing=thing,
        notes=queries.about(thing, member=request.user, at=now)[:_ABOUT_ONE_THING],
        is_kept_back=queries.is_kept_back(thing, member=request.user, at=now),
        form=form,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: MemberRequest, case_id: UUID, thread: UUID) -> HttpResponse:
    """Show a note in all its versions, and correct it."""
    form = forms.Correct(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct(
                case_id, thread, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except (BadInput, Conflict) as error:
            messages.warning(request, str(error.words))
        else:
            messages.success(request, _("The note was corrected. What it said before stays."))
        return redirect("notes:one", case_id, thread)
    case = cases.get(case_id, member=request.user)
    versions = queries.versions(case, thread, member=request.user, at=timezone.now())
    last = versions[0]
    if not form.is_bound:
        form = forms.Correct(initial={"text": last.text, "version": last.version})
    return page(
        request,
        "notes/one.html",
        case=case,
        may_work=cases.allows(case, "work"),
        note=last,
        earlier=versions[1:],
        form=form,
        status=422 if form.errors else 200,
    )


def _written(request: MemberRequest, case_id: UUID, form: forms.Write, **thing: Any) -> bool:
    """Write what was typed and tell whether that was done; else the form says why not."""
    if not form.is_valid():
        cases.get(case_id, member=request.user, to="work")
        return False
    try:
        actions.write(
            case_id, form.cleaned_data["text"], **thing, by=request.user, at=timezone.now()
        )
    except BadInput as error:
        form.add_error("text", str(error.words))
        return False
    return True
