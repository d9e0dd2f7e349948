"""Pages of the needs board.

In      requests
Out     pages
Not     here: what may be read (board.py) and done (asking.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.catalogue import vocabulary
from haven.hub.finding import asking, board, forms
from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20
_DONE = (board.STATE.ANSWERED, board.STATE.CLOSED)


@require_safe
def needs(request: MemberRequest) -> HttpResponse:
    """Show what is lacked: what waits, or with `state=done` what was met or closed."""
    is_done = request.GET.get("state") == "done"
    step = request.GET.get("step", "")
    step = step if step in vocabulary.Step.values else ""
    found = board.listed(request.user, states=_DONE if is_done else board.WAITING, step=step)
    after = request.GET.get("after")
    return page(
        request,
        "finding/needs.html",
        current="needs",
        window=window(found, order=board.ORDER, after=after, size=_ON_A_PAGE),
        is_done=is_done,
        step=step,
        steps=vocabulary.Step.choices,
        labels=dict(vocabulary.Step.choices),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def say(request: MemberRequest) -> HttpResponse:
    """Say what is lacking; an empty cell of the gap map fills the form."""
    if request.method == "POST":
        form = forms.Say(request.POST)
        if form.is_valid():
            made = asking.say(form.lacked(), by=request.user, at=timezone.now())
            messages.success(request, _("It is on the board. A curator reads it."))
            return redirect("finding:need", made.public_id)
        return page(request, "finding/say.html", current="needs", form=form, status=422)
    filled = {name: request.GET.get(name, "") for name in ("step", "technique", "media")}
    return page(request, "finding/say.html", current="needs", form=forms.Say(initial=filled))


@require_safe
def need(request: MemberRequest, need_id: UUID) -> HttpResponse:
    """Show one need."""
    return _need(request, need_id, None)


@require_POST
def second(request: MemberRequest, need_id: UUID) -> HttpResponse:
    """Say that one lacks the same, or does so no more."""
    is_lacked = request.POST.get("lacked") == "yes"
    try:
        asking.second(need_id, is_lacked=is_lacked, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("finding:need", need_id)


@require_POST
def withdraw(request: MemberRequest, need_id: UUID) -> HttpResponse:
    """Take back what one said."""
    try:
        asking.withdraw(need_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("finding:need", need_id)


@require_POST
def answer(request: MemberRequest, need_id: UUID) -> HttpResponse:
    """Answer a need, as a curator."""
    form = forms.Answer(request.POST)
    if not form.is_valid():
        return _need(request, need_id, form, status=422)
    try:
        asking.answer(need_id, form.answer(), by=request.user, at=timezone.now())
    except BadInput as error:
        form.add_error(None, str(error.words))
        return _need(request, need_id, form, status=422)
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("finding:need", need_id)


def _need(
    request: MemberRequest, need_id: UUID, form: forms.Answer | None, *, status: int = 200
) -> HttpResponse:
    found = board.need(need_id, member=request.user)
    readers = "restricted" if found.is_restricted else "members"
    return page(
        request,
        "finding/need.html",
        current="needs",
        need=found,
        steps=[vocabulary.Step(one).label for one in found.steps],
        techniques=[vocabulary.Technique(one).label for one in found.techniques],
        media=[vocabulary.Media(one).label for one in found.media],
        is_own=found.said_by_id == request.user.pk,
        may_say=board.may_say(request.user),
        form=form or forms.Answer(initial={"readers": readers}),
        status=status,
    )
