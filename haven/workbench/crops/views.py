"""Pages of objects to publish: drawing one, looking at it, two people, its file.

In      requests
Out     pages; `picture`, pixels of what was cut out, marked; `file`, what was released
Not     here: what may be done and the record (actions.py, looking.py, releasing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)
from django_htmx.http import HttpResponseClientRefresh

from haven.accounts import factors, step_up
from haven.accounts.sessions import passive
from haven.web import pages
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.crops import actions, forms, looking, queries, releasing, storing
from haven.workbench.reveals import actions as reveal_actions
from haven.workbench.reveals import queries as reveals

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

FILE_NAME = "object.jpg"  # says nothing of a case


@require_safe
def crops(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    rows = queries.latest(case, member=request.user)
    return page(request, "crops/list.html", **_about(case), rows=rows)


@passive
@require_safe
def about_item(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    item = items.item(case, item_id)
    rows = queries.about_item(case, item, member=request.user)
    return page(request, "crops/about.html", part="about", **_about(case), item=item, rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    if request.method != "POST":
        cases.get(case_id, member=request.user)
        return _draw_page(request, case_id, item_id, forms.Draw())
    items.item(cases.get(case_id, member=request.user, to="work"), item_id)
    form = forms.Draw(request.POST)
    if form.is_valid():
        try:
            made = actions.draw(case_id, item_id, form.drawn(), who=_who(request))
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("crops:one", case_id, made.public_id)
    return _draw_page(request, case_id, item_id, form)


@require_POST
def place(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    items.item(cases.get(case_id, member=request.user, to="work"), item_id)
    try:
        key, exposure = reveal_actions.ask_background(
            case_id, item_id, by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("crops:draw", case_id, item_id)
    shown = {"key": key, "look": exposure.public_id}
    return _draw_page(request, case_id, item_id, forms.Draw(), **shown)


@passive
@require_safe
def crop(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    if pages.wants_part(request):  # the page waits for the worker, and changes as a whole then
        case = cases.get(case_id, member=request.user)
        if queries.get(case, crop_id).state == queries.STATE.CUTTING:
            return _crop_page(request, case_id, crop_id)
        return HttpResponseClientRefresh()
    actions.view(case_id, crop_id, who=_who(request))
    return _crop_page(request, case_id, crop_id)


@require_POST
def look(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    try:
        seen = looking.look(case_id, crop_id, who=_who(request))
    except reveal_actions.FactorNeeded:
        return step_up.ask(request)
    except (Conflict, storing.FileGone) as error:
        messages.warning(request, str(error.words))
        return redirect("crops:one", case_id, crop_id)
    return _crop_page(request, case_id, crop_id, look=seen.public_id)


@require_GET
def picture(request: MemberRequest, case_id: UUID, crop_id: UUID, look_id: UUID) -> HttpResponse:
    return pages.picture(looking.picture(case_id, crop_id, look_id, who=_who(request)))


@require_POST
def propose(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    form = forms.Propose(request.POST)
    form.is_valid()
    where, said, who = (case_id, crop_id), form.said(), _who(request)
    return _done(
        request,
        where,
        lambda: actions.propose(*where, said, who=who),
        words=_("Proposed. It waits for a second person who works on the case."),
        propose=form,
    )


@require_POST
def release(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    form = forms.Answer(request.POST)
    form.is_valid()
    where, who = (case_id, crop_id), _who(request)
    given = {"ticked": form.cleaned_data.get("checks", []), "reason": form.why()}
    return _done(
        request,
        where,
        lambda: releasing.release(*where, **given, who=who),
        words=_("Released. Both of you are on the record."),
        answer=form,
    )


@require_POST
def refuse(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    form = forms.Answer(request.POST)
    form.is_valid()
    where, who = (case_id, crop_id), _who(request)
    return _done(
        request,
        where,
        lambda: releasing.refuse(*where, reason=form.why(), who=who),
        words=_("Not released. The picture was erased; your reason stays."),
        answer=form,
    )


@require_POST
def withdraw(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    form = forms.Reason(request.POST, auto_id="withdraw_%s")
    form.is_valid()
    where, who = (case_id, crop_id), _who(request)
    return _done(
        request,
        where,
        lambda: releasing.withdraw(*where, reason=form.why(), who=who),
        words=_("Withdrawn. The picture was erased here."),
        reason=form,
    )


@require_POST
def file(request: MemberRequest, case_id: UUID, crop_id: UUID) -> HttpResponse:
    try:
        jpeg = releasing.export(case_id, crop_id, who=_who(request))
    except reveal_actions.FactorNeeded:
        return step_up.ask(request)
    except (Conflict, storing.FileGone) as error:
        messages.warning(request, str(error.words))
        return redirect("crops:one", case_id, crop_id)
    answer = pages.picture(jpeg)
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer


def _done(
    request: MemberRequest,
    where: tuple[UUID, UUID],
    act: Callable[[], object],
    *,
    words: str,
    **form: Any,
) -> HttpResponse:
    """Do an act and say so; or show the page again with what was written and why it was not."""
    try:
        act()
    except reveal_actions.FactorNeeded:
        return step_up.ask(request)
    except (BadInput, Conflict) as error:
        for one in form.values():
            one.add_error(None, str(error.words))
        return _crop_page(request, *where, status=422, **form)
    messages.success(request, words)
    return redirect("crops:one", *where)


def _who(request: MemberRequest) -> actions.Who:
    """Return who asks, in which session, now."""
    return actions.Who(
        member=request.user,
        session=reveals.session_of(request.session.session_key),
        at=timezone.now(),
        has_fresh_factor=factors.are_fresh(request),
    )


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _draw_page(
    request: MemberRequest, case_id: UUID, item_id: int, form: forms.Draw, **shown: Any
) -> HttpResponse:
    """Return the page on which an object is drawn; its place is on it once it was asked for."""
    who = _who(request)
    case = cases.get(case_id, member=who.member)
    item = items.item(case, item_id)
    return page(
        request,
        "crops/draw.html",
        part="ground",
        **_about(case),
        item=item,
        form=form,
        ladder=reveals.ladder(case, item, member=who.member, session=who.session, at=who.at),
        people_segmented=items.has_segmented_people(item),
        status=422 if form.errors else 200,
        **shown,
    )


def _crop_page(request: MemberRequest, case_id: UUID, crop_id: UUID, **shown: Any) -> HttpResponse:
    """Return the page of a crop; its picture is on it for one look."""
    case = cases.get(case_id, member=request.user)
    found = queries.standing(case, queries.get(case, crop_id), member=request.user)
    forms_shown = {
        "propose": forms.Propose(initial={"what": found.crop.what}),
        "answer": forms.Answer(),
        "reason": forms.Reason(auto_id="withdraw_%s"),
    }
    return page(
        request,
        "crops/one.html",
        part="picture",
        **_about(case),
        standing=found,
        crop=found.crop,
        item=found.crop.item,
        **{**forms_shown, **shown},
    )
