"""Pages of people: groups of faces and decisions about them.

In      requests
Out     pages and parts of pages
Not     here: what a decision does (actions.py), searching for a face (haven.workbench.review)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import queries as analysis
from haven.workbench.analysis import words
from haven.workbench.cases import queries as cases
from haven.workbench.people import actions, forms, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

_CHANGES_SHOWN = 100


@require_safe
def people(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Show the groups of a case, largest first."""
    case = actions.view_people(case_id, by=request.user, at=timezone.now())
    with_single = request.GET.get("single") == "1"
    groups, rows = queries.people(
        case, request.GET.get("after"), least_faces=1 if with_single else 2
    )
    return page(
        request,
        "people/people.html",
        part="people",
        **_about(case),
        runs=analysis.progress(case, now=timezone.now()),
        window=groups,
        rows=rows,
        with_single=with_single,
        count=faces.groups(case, least_faces=1 if with_single else 2).count(),
        last_change=queries.last_change(case),
    )


@require_safe
def group(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Show one group with its faces."""
    case = actions.view_group(case_id, group_id, by=request.user, at=timezone.now())
    return _group_page(request, case, group_id)


@require_POST
def name(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Name a group, or correct its name."""
    form = forms.Name(request.POST)
    if not form.is_valid():
        case = cases.get(case_id, member=request.user, to="work")
        return _group_page(request, case, group_id, form=form)
    actions.name(case_id, group_id, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("The name was kept, with who gave it and when."))
    return redirect("people:group", case_id, group_id)


@require_POST
def split(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Take chosen faces out of a group."""
    form = forms.Faces(request.POST)
    form.is_valid()
    chosen = form.cleaned_data.get("face", [])
    try:
        new = actions.split(case_id, group_id, face_ids=chosen, by=request.user, at=timezone.now())
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
        return redirect("people:group", case_id, group_id)
    messages.success(request, _("The chosen faces are now a group of their own."))
    return redirect("people:group", case_id, new.public_id)


@require_POST
def merge(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Make one group of several."""
    form = forms.Groups(request.POST)
    form.is_valid()
    chosen = form.cleaned_data.get("group", [])
    try:
        kept = actions.merge(case_id, chosen, by=request.user, at=timezone.now())
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
        return redirect("people:list", case_id)
    messages.success(request, _("The groups are now one."))
    return redirect("people:group", case_id, kept.public_id)


@require_safe
def changes(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Show what people changed, the latest first."""
    case = cases.get(case_id, member=request.user)
    found = list(queries.changes(case)[:_CHANGES_SHOWN])
    return page(request, "people/changes.html", **_about(case), changes=queries.standing(found))


@require_POST
def undo(request: MemberRequest, case_id: UUID, change_id: int) -> HttpResponse:
    """Take a change back."""
    try:
        actions.undo(case_id, change_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("It is as it was before."))
    return redirect("people:changes", case_id)


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _group_page(
    request: MemberRequest, case: Case, group_id: str, *, form: forms.Name | None = None
) -> HttpResponse:
    """Return the page of one group."""
    found = faces.group(case, group_id)
    person = queries.persons([found]).get(found.pk)
    initial = {"name": person.name, "note": person.note} if person else None
    shown = window(
        faces.faces_of(found),
        order=("-quality", "-id"),
        after=request.GET.get("after"),
        size=queries.FACES_ON_A_PAGE,
    )
    return page(
        request,
        "people/group.html",
        **_about(case),
        group=found,
        person=person,
        form=form or forms.Name(initial=initial),
        window=shown,
        faces=[(face, words.quality(face.quality)) for face in shown.rows],
        similar=[
            (row, words.STRENGTHS[strength])
            for row, strength in queries.similar_groups(case, found)
        ],
        status=422 if form else 200,
    )
