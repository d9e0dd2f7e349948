"""Acts on the faces of a group, one request each; htmx gets the changed part at once.

In      requests with chosen faces
Out     the group as it is then
Not     here: what a decision does (face_actions.py), the page (group_page.py)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from haven.web.errors import BadInput, Conflict
from haven.workbench.people import face_actions as actions
from haven.workbench.people import forms, group_page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_POST
def confirm(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Say that chosen faces are this group's person."""
    choice = forms.Decide(request.POST).choice(group_id)
    done = ngettext(
        "%(n)d face is confirmed as this person's.",
        "%(n)d faces are confirmed as this person's.",
        len(choice.faces),
    ) % {"n": len(choice.faces)}
    return _act(request, case_id, choice, actions.confirm, done)


@require_POST
def reject(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Say that chosen faces are not this group's person."""
    choice = forms.Decide(request.POST).choice(group_id)
    done = ngettext(
        "%(n)d face is not this person's, and never comes back by itself.",
        "%(n)d faces are not this person's, and never come back by themselves.",
        len(choice.faces),
    ) % {"n": len(choice.faces)}
    return _act(request, case_id, choice, actions.reject, done)


@require_POST
def apart(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Say that two chosen faces are not the same person."""
    choice = forms.Decide(request.POST).choice(group_id)
    done = _("The two are kept apart from now on.")
    return _act(request, case_id, choice, actions.tell_faces_apart, done)


@require_POST
def move(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Put chosen faces into another group."""
    form = forms.Decide(request.POST)
    choice = form.choice(group_id)
    try:
        target = actions.move(
            case_id, choice, to=form.target(), by=request.user, at=timezone.now()
        )
    except (BadInput, Conflict) as error:
        group_page.say(request, case_id, error)
        return group_page.answer(request, case_id, group_id)
    n = len(choice.faces)
    done = ngettext("%(n)d face was moved.", "%(n)d faces were moved.", n) % {"n": n}
    messages.success(request, done)
    if group_page.is_empty(request, case_id, group_id):
        return group_page.to(request, "people:group", case_id, target.public_id)
    return group_page.answer(request, case_id, group_id)


@require_POST
def apart_groups(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Say that two groups are not the same person."""
    form = forms.TwoGroups(request.POST)
    chosen, reason = form.chosen()
    try:
        actions.tell_groups_apart(
            case_id, chosen, reason=reason, by=request.user, at=timezone.now()
        )
    except (BadInput, Conflict) as error:
        group_page.say(request, case_id, error)
    else:
        messages.success(request, _("The two are kept apart from now on."))
    if not chosen:
        return redirect("people:list", case_id)
    return group_page.answer(request, case_id, chosen[0])


def _act(
    request: MemberRequest,
    case_id: UUID,
    choice: actions.Choice,
    act: Callable[..., object],
    done: str,
) -> HttpResponse:
    """Do one act to chosen faces and show the group."""
    try:
        act(case_id, choice, by=request.user, at=timezone.now())
    except (BadInput, Conflict) as error:
        group_page.say(request, case_id, error)
    else:
        messages.success(request, done)
    return group_page.answer(request, case_id, choice.group)
