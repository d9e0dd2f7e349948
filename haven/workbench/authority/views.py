"""Pages of the legal basis: the tab of a case, entering, withdrawing, an agency's lists.

In      requests
Out     pages
Not     here: what is done on an authority (analysis, search)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.authority import actions, forms, queries
from haven.workbench.cases import queries as cases

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case


@require_safe
def listing(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    now = timezone.now()
    found = list(queries.of_case(case))
    shown = [queries.standing(one, at=now) for one in found]
    return page(
        request,
        "authority/list.html",
        case=case,
        may_work=cases.allows(case, "work"),
        rows=[
            (one, queries.cases_named(one.authority, member=request.user))
            if queries.POWER.ACROSS in one.authority.powers
            else (one, [])
            for one in shown
        ],
        covered=[
            (power.label, queries.covering(case.pk, power, at=now)) for power in queries.POWER
        ],
        ending=[one for one in shown if one.ends_soon],
        form=forms.Withdraw(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="work")
    initial = {
        "valid_from": timezone.localdate(),
        "supersedes": request.GET.get("supersedes", ""),
    }
    form = forms.Enter(request.POST or None, case=case, member=request.user, initial=initial)
    if form.is_valid():
        try:
            actions.enter(
                case_id,
                form.basis(),
                supersedes=form.cleaned_data["supersedes"],
                by=request.user,
                at=timezone.now(),
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("The authority was entered. It cannot be edited."))
            return redirect(_way_on(request, case))
    return page(
        request,
        "authority/enter.html",
        case=case,
        form=form,
        way_on=_way_on(request, case),
        status=422 if form.errors else 200,
    )


@require_POST
def withdraw(request: MemberRequest, case_id: UUID, authority_id: UUID) -> HttpResponse:
    form = forms.Withdraw(request.POST)
    form.is_valid()
    try:
        actions.withdraw(
            case_id,
            authority_id,
            why=form.cleaned_data.get("why", ""),
            by=request.user,
            at=timezone.now(),
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The authority was withdrawn. What stood on it stops."))
    return redirect("authority:list", case_id)


@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: MemberRequest) -> HttpResponse:
    form = forms.AddWord(request.POST or None)
    if form.is_valid():
        try:
            actions.add_word(
                which=form.cleaned_data["list"],
                word=form.cleaned_data["word"],
                by=request.user,
                at=timezone.now(),
            )
        except Conflict as error:
            form.add_error("word", str(error.words))
        else:
            return redirect("authority:lists")
    return page(
        request,
        "authority/lists.html",
        form=form,
        lists=[
            (which.label, queries.own_words(request.user.agency_id, which))
            for which in queries.LIST
        ],
        status=422 if form.errors else 200,
    )


@require_POST
def retire(request: MemberRequest, word_id: int) -> HttpResponse:
    actions.retire_word(word_id, by=request.user, at=timezone.now())
    messages.success(request, _("The word is not offered any more."))
    return redirect("authority:lists")


def _way_on(request: MemberRequest, case: Case) -> str:
    """Return where to go next: a page of this case that asked for an authority, or the list."""
    untrusted_next = request.POST.get("next") or request.GET.get("next", "")
    inside = reverse("review:overview", args=[case.public_id])
    is_ours = untrusted_next.startswith(inside) and not set(untrusted_next) & set("\\\r\n")
    return untrusted_next if is_ours else reverse("authority:list", args=[case.public_id])
