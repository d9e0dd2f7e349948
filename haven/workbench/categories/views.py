"""Pages of verdicts: what was given in a case, giving, taking back, many at once.

In      requests
Out     pages; for the keyboard's script small JSON: what stands now, or why not
Not     here: choosing and making schemes (scheme_views.py), the grid and the item (review)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.web.errors import BadInput, Conflict, WebError
from haven.web.pages import page
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.categories import actions, blinding, forms, queries, selecting
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

V = TypeVar("V", bound=Callable[..., HttpResponse])
JSON = "application/json"
TOLD = 500  # items told to a script one by one; above it the page is loaded again
TILES = 60
BATCHES_SHOWN = 50


def answers_scripts(view: V) -> V:
    """Tell why something was not done: a script in JSON, a person on the page to go on with."""

    @wraps(view)
    def told(request: MemberRequest, case_id: UUID) -> HttpResponse:
        try:
            return view(request, case_id)
        except WebError as error:
            if _wants_json(request):
                said = {"code": error.code, "words": str(error.words)}
                return JsonResponse(said, status=error.http_status)
            if not isinstance(error, BadInput | Conflict):
                raise
            messages.warning(request, str(error.words))
            return redirect(_way_on(request, case_id))

    return cast(V, told)


@require_safe
def case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    found = actions.view(case_id, by=request.user, at=timezone.now())
    n_items = items.items(found).count()
    in_use = queries.in_use(found)
    exhibits = list(evidence.of_case(found))
    used = {one.scheme.ref for one in in_use}
    return page(
        request,
        "categories/case.html",
        **_about(found),
        may_lead=cases.allows(found, "lead") and cases.allows(found, "work"),
        n_items=n_items,
        tables=[(one, queries.tallies(one, n_items=n_items)) for one in in_use],
        offered=[one for one in queries.offered(found.agency_id) if one.ref not in used],
        dropped=[one for one in queries.schemes_of(found) if one.dropped_at],
        many=forms.Many(exhibits=exhibits, found=in_use[0]) if in_use and exhibits else None,
        superseded=queries.superseded(found, of=request.user),
        batches=[
            (one, one.scheme.scheme.said(one.code))
            for one in queries.batches(found)[:BATCHES_SHOWN]
        ],
    )


@require_POST
@answers_scripts
def give(request: MemberRequest, case_id: UUID) -> HttpResponse:
    cases.get(case_id, member=request.user, to="work")  # before a word on what is wrong
    form = forms.Give(request.POST)
    judgement = form.judgement()
    chosen = form.cleaned_data["item"]
    now = timezone.now()
    if len(chosen) == 1:
        given = actions.give(case_id, chosen[0], judgement, by=request.user, at=now)
    else:
        selection = selecting.Selection(how=queries.HOW.CHOSEN, chosen=chosen, over=True)
        given = actions.give_many(case_id, selection, judgement, by=request.user, at=now)
    said = _replaced(given)
    if _wants_json(request):
        stands = {str(pk): judgement.code for pk in chosen}
        return JsonResponse({"stands": stands, "said": said})
    if said:
        messages.warning(request, said)
    return redirect(_way_on(request, case_id))


@require_POST
@answers_scripts
def undo(request: MemberRequest, case_id: UUID) -> HttpResponse:
    undone = actions.undo_last(case_id, by=request.user, at=timezone.now())
    said = _undone(undone)
    if not _wants_json(request):
        messages.success(request, said)
        return redirect(_way_on(request, case_id))
    if len(undone.item_pks) > TOLD:
        messages.success(request, said)
        return JsonResponse({"reload": True})
    codes = {one.item_id: one.code for one in undone.verdicts}
    told: dict[str, object] = {
        "stands": {str(pk): codes.get(pk, "") for pk in undone.item_pks},
        "said": said,
    }
    if len(undone.item_pks) == 1:
        told["item"] = reverse("review:item", args=[case_id, undone.item_pks[0]])
    return JsonResponse(told)


@require_http_methods(["GET", "HEAD", "POST"])
@answers_scripts
def many(request: MemberRequest, case_id: UUID) -> HttpResponse:
    if request.method == "POST":
        return _give_many(request, case_id)
    found = actions.view(case_id, by=request.user, at=timezone.now())
    in_use = queries.current(found, request.GET.get("scheme", ""))
    form = forms.Bulk(request.GET)
    try:
        selection = form.selection()
    except selecting.WrongSelection as error:
        messages.warning(request, str(error.words))
        return redirect("categories:case", case_id)
    code = form.cleaned_data["code"]
    category = in_use.scheme.get(code) if in_use else None
    hidden = blinding.hidden(found, request.user, at=timezone.now())
    look = selecting.look(found, selection, in_use.pk if in_use else None, code, hidden=hidden)
    shown = selecting.shown(found, look.item_pks[:TILES])
    return page(
        request,
        "categories/many.html",
        **_about(found),
        form=form,
        how=queries.HOW(selection.how).label,
        scheme=in_use.scheme if in_use else None,
        codes=forms.choices(in_use.scheme) if in_use else [],
        category=category,
        words=in_use.scheme.said(code) if in_use and category else "",
        look=look,
        tiles=shown,
        n_more=len(look.item_pks) - len(shown),
        is_too_many=len(look.item_pks) > actions.AT_ONCE,
    )


@require_safe
def batch(request: MemberRequest, case_id: UUID, batch_id: UUID) -> HttpResponse:
    found = actions.view(case_id, by=request.user, at=timezone.now())
    one = queries.batch(found, batch_id)
    kept = queries.kept_of(one) if one.undone_at else []
    return page(
        request,
        "categories/batch.html",
        **_about(found),
        batch=one,
        words=one.scheme.scheme.said(one.code),
        scheme=one.scheme.scheme,
        kept=selecting.shown(found, kept[:TILES]),
    )


@require_POST
def undo_batch(request: MemberRequest, case_id: UUID, batch_id: UUID) -> HttpResponse:
    try:
        undone = actions.undo_batch(case_id, batch_id, by=request.user, at=timezone.now())
    except actions.CannotUndo as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _undone(undone))
    return redirect("categories:batch", case_id, batch_id)


def _give_many(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Give a category to what was shown."""
    cases.get(case_id, member=request.user, to="work")
    form = forms.Bulk(request.POST)
    judgement = forms.Judgement(request.POST).judgement()
    selection = form.selection(seen=request.POST.get("seen", "")[:64] or "not shown")
    try:
        given = actions.give_many(
            case_id, selection, judgement, by=request.user, at=timezone.now()
        )
    except (actions.ChangedSince, actions.NothingChosen, actions.TooMany) as error:
        messages.warning(request, str(error.words))
        kept = {name: form.data[name] for name in form.fields if form.data.get(name)}
        return redirect(reverse("categories:many", args=[case_id], query=kept))
    assert given.batch is not None  # noqa: S101  # many are always a batch
    messages.success(request, _("It was given. It can be undone here as a whole."))
    return redirect("categories:batch", case_id, given.batch.public_id)


def _about(found: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": found, "may_work": cases.allows(found, "work")}


def _replaced(given: actions.Given) -> str:
    """Return that a colleague's verdict does not stand any more; nothing where none did."""
    if not given.replaced:
        return ""
    if len(given.replaced) > 1:
        return ngettext(
            "%(count)d verdict of a colleague was superseded.",
            "%(count)d verdicts of colleagues were superseded.",
            len(given.replaced),
        ) % {"count": len(given.replaced)}
    before = given.replaced[0]
    name = before.of.given_by.display_name
    return _("%(name)s had given %(code)s. Yours stands now; both are kept.") % {
        "name": name,
        "code": before.code,
    }


def _undone(undone: actions.Undone) -> str:
    """Return what was taken back, and what was not."""
    said = ngettext(
        "Taken back on %(count)d item.", "Taken back on %(count)d items.", len(undone.item_pks)
    ) % {"count": len(undone.item_pks)}
    if not undone.kept_pks:
        return said
    kept = ngettext(
        "%(count)d item was changed since and stays as it is.",
        "%(count)d items were changed since and stay as they are.",
        len(undone.kept_pks),
    ) % {"count": len(undone.kept_pks)}
    return f"{said} {kept}"


def _wants_json(request: HttpRequest) -> bool:
    """Tell whether our script asks."""
    return request.headers.get("Accept") == JSON


def _way_on(request: MemberRequest, case_id: UUID) -> str:
    """Return where to go next: a page of this case that was asked for, or the verdicts."""
    untrusted_next = request.POST.get("next", "")
    inside = reverse("review:overview", args=[case_id])
    is_ours = untrusted_next.startswith(inside) and not set(untrusted_next) & set("\\\r\n")
    return untrusted_next if is_ours else reverse("categories:case", args=[case_id])
