"""Pages of lists, for administrators; and what lists know of a case.

In      requests
Out     pages and parts of pages; never a list, never a digest of one
Not     here: what may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts.sessions import passive
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import limits
from haven.workbench.known import actions, asking, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: MemberRequest) -> HttpResponse:
    agency_pk = request.user.agency_id or 0
    form = forms.Bring(request.POST or None, request.FILES or None, agency_pk=agency_pk)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = actions.bring(
                file.file, form.about(), agency_pk=agency_pk, by=request.user, at=timezone.now()
            )
        except BadInput as error:
            form.add_error("scheme", str(error.words))
        else:
            return redirect("known:list", made.public_id)
    return page(
        request,
        "known/lists.html",
        lists=list(queries.of_agency(agency_pk)),
        today=timezone.localdate(),
        aside=list(queries.set_aside(agency_pk)),
        form=form,
        ask=forms.Ask(auto_id="ask-%s"),
        limits=limits.current(),
        status=422 if form.errors else 200,
    )


@passive
@require_safe
def one(request: MemberRequest, list_id: UUID) -> HttpResponse:
    found = queries.get(list_id, member=request.user)
    return page(
        request,
        "known/list.html",
        part="state",
        one=found,
        is_over=found.expires_on is not None and found.expires_on < timezone.localdate(),
        scheme=queries.scheme_of(found),
        form=forms.Meanings(one=found),
        out=forms.TakeOut(auto_id="out-%s"),
    )


@require_POST
def confirm(request: MemberRequest, list_id: UUID) -> HttpResponse:
    found = queries.get(list_id, member=request.user)
    try:
        actions.confirm(found, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("known:list", list_id)


@require_POST
def take_out(request: MemberRequest, list_id: UUID) -> HttpResponse:
    found = queries.get(list_id, member=request.user)
    reason = request.POST.get("reason", "")[:500]
    try:
        actions.take_out(found, reason=reason, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The list was taken out. Its key is destroyed."))
    return redirect("known:lists")


@require_POST
def meanings(request: MemberRequest, list_id: UUID) -> HttpResponse:
    found = queries.get(list_id, member=request.user)
    before = found.scheme
    found.scheme = request.POST.get("scheme", "")[:61]  # its categories are offered
    form = forms.Meanings(request.POST, one=found)
    codes = form.codes() if form.is_valid() and before == found.scheme else {}
    try:
        actions.say_meanings(
            found, scheme=found.scheme, codes=codes, by=request.user, at=timezone.now()
        )
    except BadInput as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("What the categories mean was kept."))
    return redirect("known:list", list_id)


@require_http_methods(["POST"])
def ask(request: MemberRequest) -> HttpResponse:
    form = forms.Ask(request.POST, auto_id="ask-%s")
    found, asked = [], False
    if form.is_valid():
        try:
            found = asking.of_digest(
                form.cleaned_data["digest"],
                agency_pk=request.user.agency_id or 0,
                by=request.user,
                at=timezone.now(),
            )
            asked = True
        except BadInput as error:
            form.add_error("digest", str(error.words))
    status = 422 if form.errors else 200
    return page(request, "known/asked.html", ask=form, found=found, asked=asked, status=status)


@require_POST
def put_back(request: MemberRequest, aside_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:500]
    try:
        actions.put_back(aside_id, reason=reason, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The entry counts again."))
    return redirect("known:lists")


@require_safe
def about_item(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    item = items.item(case, item_id)
    return page(
        request,
        "known/about.html",
        part="about",
        case=case,
        item=item,
        may_work=cases.allows(case, "work"),
        known=queries.on_item(case, item),
    )


@require_safe
def of_case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return page(
        request, "known/of_case.html", part="of_case", case=case, lists=queries.by_list(case)
    )
