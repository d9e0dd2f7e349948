"""Pages of assessments: the list, one, its parts, its result, comparison, document, export.

In      requests
Out     pages, and an assessment as a JSON file
Not     here: what may be done (actions.py, closing.py), what is said of it (describing.py)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.assessment import (
    actions,
    closing,
    describing,
    exporting,
    forms,
    queries,
    scoring,
    versions,
    working,
)
from haven.hub.base.acting import done, now
from haven.hub.base.text import Citations
from haven.web.errors import BadInput, Conflict, NotAllowed
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.hub.assessment.queries import Shown
    from haven.hub.assessment.questionnaires import Item, Questionnaire, Theme

_ON_A_PAGE = 20
_REFUSALS = (BadInput, Conflict, NotAllowed)
_done = partial(done, refusals=_REFUSALS)


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    found = queries.visible_to(request.user)
    shown = window(found, order=queries.ORDER, after=request.GET.get("after"), size=_ON_A_PAGE)
    rows = [(one, _asked_of(one)) for one in shown.rows]
    return page(
        request,
        "assessment/list.html",
        window=shown,
        rows=rows,
        offered=versions.latest(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: MemberRequest, slug: str) -> HttpResponse:
    asked = versions.newest(slug)
    initial = {
        "unit": request.user.agency.name,
        "tool_slug": request.GET.get("tool", "")[:100],
        "tool_name": request.GET.get("name", "")[:200],
    }
    form = forms.Begin(request.POST or None, asked=asked, member=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin(
                slug, form.subject(), form.taken(), by=request.user, at=timezone.now()
            )
        except _REFUSALS as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("assessment:one", made.public_id)
    return page(
        request,
        "assessment/begin.html",
        asked=asked,
        form=form,
        status=422 if form.errors else 200,
    )


@require_safe
def one(request: MemberRequest, public_id: UUID) -> HttpResponse:
    shown = actions.view(public_id, by=request.user, at=timezone.now())
    return _overview(request, shown, forms.TakeRole(asked=shown.asked, member=request.user))


@require_POST
def role(request: MemberRequest, public_id: UUID) -> HttpResponse:
    shown = _shown(request, public_id)
    form = forms.TakeRole(request.POST, asked=shown.asked, member=request.user)
    if _done(form, lambda: actions.take_role(public_id, form.taken(), **now(request))):
        return redirect("assessment:one", public_id)
    return _overview(request, shown, form)


@require_http_methods(["GET", "HEAD", "POST"])
def work(request: MemberRequest, public_id: UUID, part: str) -> HttpResponse:
    """Show the questions of one part, and take an answer to one of them."""
    if request.method != "POST":
        shown = actions.view(public_id, by=request.user, at=timezone.now())
        return _part_page(request, shown, _part(shown, part), None)
    shown = _shown(request, public_id)
    theme = _part(shown, part)
    key = request.POST.get("item", "")
    question = next((item for item in theme.items if item.id == key), None)
    if question is None:
        raise actions.NotAsked("an answer to nothing that this part asks")
    form = forms.Answer(request.POST, asked=shown.asked, question=question, current=None)
    if _done(form, lambda: actions.answer(public_id, key, form.said(), **now(request))):
        follows = _following(theme, question)
        return redirect(f"{_address(public_id, theme)}#{follows.id}")
    return _part_page(request, _shown(request, public_id), theme, form)


@require_POST
def dissent(request: MemberRequest, public_id: UUID) -> HttpResponse:
    form = forms.Dissent(request.POST, asked=_shown(request, public_id).asked)
    return _on_result(
        request,
        public_id,
        form,
        lambda: actions.dissent(public_id, **form.cleaned_data, **now(request)),
        "dissent_form",
    )


@require_POST
def reply(request: MemberRequest, public_id: UUID, dissent_id: int) -> HttpResponse:
    form = forms.Reply(request.POST)
    return _on_result(
        request,
        public_id,
        form,
        lambda: actions.reply(public_id, dissent_id, **form.cleaned_data, **now(request)),
        "reply_form",
    )


@require_safe
def result(request: MemberRequest, public_id: UUID) -> HttpResponse:
    return _result_page(request, actions.view(public_id, **now(request)))


@require_POST
def propose(request: MemberRequest, public_id: UUID) -> HttpResponse:
    form = forms.Propose(request.POST)
    return _on_result(
        request,
        public_id,
        form,
        lambda: closing.propose(public_id, **form.cleaned_data, **now(request)),
        "propose_form",
    )


@require_POST
def confirm(request: MemberRequest, public_id: UUID) -> HttpResponse:
    try:
        closing.confirm(public_id, by=request.user, at=timezone.now())
    except (NotAllowed, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("Two people closed this assessment."))
    return redirect("assessment:result", public_id)


@require_POST
def refuse(request: MemberRequest, public_id: UUID) -> HttpResponse:
    form = forms.Refuse(request.POST)
    return _on_result(
        request,
        public_id,
        form,
        lambda: closing.refuse(public_id, **form.cleaned_data, **now(request)),
        "refuse_form",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def anew(request: MemberRequest, public_id: UUID) -> HttpResponse:
    shown = _shown(request, public_id)
    asked = versions.newest(shown.assessment.questionnaire)
    form = forms.Anew(request.POST or None, asked=asked, member=request.user)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.make_anew(
                public_id, told["trigger"], told["reason"], form.taken(), **now(request)
            )
        except _REFUSALS as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("assessment:one", made.public_id)
    status = 422 if form.errors else 200
    return page(
        request, "assessment/anew.html", **_about(shown), newest=asked, form=form, status=status
    )


@require_safe
def compare(request: MemberRequest, public_id: UUID) -> HttpResponse:
    shown = actions.view(public_id, by=request.user, at=timezone.now())
    before = _before(shown)
    return page(
        request,
        "assessment/compare.html",
        **_about(shown),
        before=before,
        parts=list(describing.changes(before, shown)) if before else [],
    )


@require_safe
def document(request: MemberRequest, public_id: UUID) -> HttpResponse:
    shown = actions.view(public_id, by=request.user, at=timezone.now())
    cited = Citations()
    parts = [
        (
            theme,
            describing.title(theme),
            [describing.row(shown, item, cited) for item in theme.items],
        )
        for theme in shown.asked.parts
    ]
    return page(
        request,
        "assessment/document.html",
        **_about(shown),
        **describing.findings(shown),
        parts=parts,
        cited=cited,
        dissents=describing.dissents(shown),
    )


@require_safe
def export(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Return the assessment as a file; ?names=no leaves out who people are."""
    with_names = request.GET.get("names") != "no"
    shown = actions.export(public_id, with_names=with_names, **now(request))
    told = exporting.told(shown, with_names=with_names)
    response = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = f"{shown.assessment.questionnaire}-{shown.assessment.begun_at:%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _shown(request: MemberRequest, public_id: UUID) -> Shown:
    return queries.shown(queries.get(public_id, member=request.user))


def _asked_of(one: Any) -> Questionnaire | None:
    """Return the questionnaire of a row of the list; None when the file of its version is gone."""
    try:
        return versions.get(one.questionnaire, one.version)
    except versions.UnknownQuestionnaire:
        return None


def _about(shown: Shown) -> dict[str, Any]:
    """Return what every page of one assessment shows."""
    return {"shown": shown, "one": shown.assessment, "asked": shown.asked}


def _part(shown: Shown, key: str) -> Theme:
    found = shown.asked.part(key)
    if found is None:
        raise queries.AssessmentNotFound(f"no part {key[:40]}")
    return found


def _address(public_id: UUID, theme: Theme) -> str:
    return reverse("assessment:work", args=[public_id, theme.id])


def _following(theme: Theme, question: Item) -> Item:
    """Return the question after one; the last is followed by itself."""
    place = theme.items.index(question)
    return theme.items[min(place + 1, len(theme.items) - 1)]


def _before(shown: Shown) -> Shown | None:
    """Return the assessment that this one follows."""
    previous = shown.assessment.previous
    return queries.shown(previous) if previous is not None else None


def _overview(request: MemberRequest, shown: Shown, form: forms.TakeRole) -> HttpResponse:
    taken = [
        (duty, queries.ROLE(duty.id).label, [one for one in shown.parts if one.role == duty.id])
        for duty in shown.asked.roles
    ]
    return page(
        request,
        "assessment/one.html",
        **_about(shown),
        parts=list(describing.progress(shown)),
        taken=taken,
        n_missing=len(list(scoring.missing(shown.asked, shown.given))),
        form=form,
        status=422 if form.errors else 200,
    )


def _part_page(
    request: MemberRequest, shown: Shown, theme: Theme, bound: forms.Answer | None
) -> HttpResponse:
    """Show the questions of a part; one form may hold what could not be kept."""
    cited = Citations()
    chosen = request.GET.get("from", "")
    rows = working.rows(shown, theme, cited, request.user, bound=bound, chosen=chosen)
    parts = list(describing.progress(shown))
    place = next(number for number, one in enumerate(parts) if one[0].id == theme.id)
    return page(
        request,
        "assessment/work.html",
        **_about(shown),
        section=theme,
        title=describing.title(theme),
        rows=rows,
        rests=working.rests(shown),
        cited=cited,
        parts=parts,
        prev=parts[place - 1][:2] if place else None,
        next=parts[place + 1][:2] if place + 1 < len(parts) else None,
        bound=bound,
        status=422 if bound is not None else 200,
    )


def _on_result(
    request: MemberRequest, public_id: UUID, form: Form, act: Callable[[], object], name: str
) -> HttpResponse:
    """Do what a form of the result page says, or show that page with what was wrong."""
    if _done(form, act):
        return redirect("assessment:result", public_id)
    return _result_page(request, _shown(request, public_id), status=422, **{name: form})


def _result_page(
    request: MemberRequest, shown: Shown, *, status: int = 200, **given: Any
) -> HttpResponse:
    roles = shown.roles_of(request.user)
    may_close = bool(closing.roles_to_close(shown, request.user))
    empty: dict[str, Any] = {
        "dissent_form": forms.Dissent(asked=shown.asked),
        "reply_form": forms.Reply(),
        "propose_form": forms.Propose(),
        "refuse_form": forms.Refuse(),
    }
    return page(
        request,
        "assessment/result.html",
        **_about(shown),
        **describing.findings(shown),
        **(empty | given),
        dissents=describing.dissents(shown),
        roles=roles,
        may_close=may_close,
        status=status,
    )
