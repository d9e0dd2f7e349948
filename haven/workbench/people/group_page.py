"""The page of one group, which several acts answer with.

In      a request, a case that was looked up with the member, the id of a group
Out     the page; for htmx the part that an act may change
Fails   GroupNotFound: not in this case, or without faces by now
Not     here: the acts (views.py, face_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page, wants_part
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import words
from haven.workbench.cases import queries as cases
from haven.workbench.people import actions, forms, person_queries, queries, rules

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

_REJECTED_SHOWN = 24


def about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def show(
    request: MemberRequest, case: Case, group_id: str, *, form: forms.Name | None = None
) -> HttpResponse:
    """Return the page of one group."""
    found = faces.group(case, group_id)
    kept = rules.of_case(case.pk)
    person = queries.persons([found]).get(found.pk)
    initial = {"name": person.name, "note": person.note} if person else None
    after = request.POST.get("after") or request.GET.get("after")
    shown = window(
        faces.faces_of(found),
        order=("-quality", "-id"),
        after=after,
        size=queries.FACES_ON_A_PAGE,
    )
    near = queries.near_groups(case, found, kept, at=timezone.now())
    confirmed = kept.confirmed
    return page(
        request,
        "people/group.html",
        part="group",
        **about(case),
        group=found,
        person=person,
        siblings=person_queries.about(person).siblings if person else [],
        form=form or forms.Name(initial=initial),
        after=after or "",
        window=shown,
        faces=[
            (face, words.quality(face.quality), confirmed.get(face.pk) == found.pk)
            for face in shown.rows
        ],
        may_compare=near.may_compare,
        similar=[(row, words.STRENGTHS[strength]) for row, strength in near.similar],
        alike=[(row, words.STRENGTHS[strength]) for row, strength in near.alike],
        targets=queries.targets(case, found, near),
        rejected=queries.rejected(found, kept)[:_REJECTED_SHOWN],
        last_change=queries.last_undoable(case, found),
        status=422 if form else 200,
    )


def answer(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Return the group after an act: the part for htmx, else the way back to the page."""
    if not wants_part(request):
        return redirect("people:group", case_id, group_id)
    return show(request, cases.get(case_id, member=request.user), group_id)


def to(request: MemberRequest, name: str, *args: object) -> HttpResponse:
    """Lead to another page, also where htmx asked for a part of this one."""
    if not wants_part(request):
        return redirect(name, *args)
    return HttpResponse(headers={"HX-Redirect": reverse(name, args=args)})


def say(request: MemberRequest, case_id: UUID, error: BadInput | Conflict) -> None:
    """Say why nothing was done; where somebody kept two apart, who did, when and why."""
    text = str(error.words)
    if isinstance(error, actions.KeptApart):
        case = cases.get(case_id, member=request.user)
        change = queries.change(case, error.change)
        who = change.made_by.display_name
        when = formats.date_format(change.made_at, "SHORT_DATETIME_FORMAT")
        text += " " + _("It was decided by %(who)s, %(when)s.") % {"who": who, "when": when}
        names = queries.names_in(case, change)
        if names:
            text += " " + _("It is about: %(names)s.") % {"names": ", ".join(names)}
        if change.reason:
            text += " " + _("The reason given: %(reason)s") % {"reason": change.reason}
    messages.warning(request, text)


def is_empty(request: MemberRequest, case_id: UUID, group_id: str) -> bool:
    """Tell whether a group has no faces any more."""
    case = cases.get(case_id, member=request.user)
    return not faces.groups(case).filter(public_id=group_id).exists()
