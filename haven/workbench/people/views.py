"""Pages of people: groups of faces, and what is done to whole groups.

In      requests
Out     pages and parts of pages
Not     here: single faces (face_views.py), one person (person_views.py), searching for a face
        (haven.workbench.review)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import queries as analysis
from haven.workbench.cases import queries as cases
from haven.workbench.people import actions, forms, group_page, queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

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
        **group_page.about(case),
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
    return group_page.show(request, case, group_id)


@require_POST
def name(request: MemberRequest, case_id: UUID, group_id: str) -> HttpResponse:
    """Name a group, or correct its name."""
    form = forms.Name(request.POST)
    if not form.is_valid():
        case = cases.get(case_id, member=request.user, to="work")
        return group_page.show(request, case, group_id, form=form)
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
        group_page.say(request, case_id, error)
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
        group_page.say(request, case_id, error)
        return redirect("people:list", case_id)
    messages.success(request, _("The groups are now one."))
    return redirect("people:group", case_id, kept.public_id)


@require_safe
def changes(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Show what people changed, the latest first."""
    case = cases.get(case_id, member=request.user)
    found = list(queries.changes(case)[:_CHANGES_SHOWN])
    return page(
        request,
        "people/changes.html",
        **group_page.about(case),
        changes=queries.standing(found),
    )


@require_POST
def undo(request: MemberRequest, case_id: UUID, change_id: int) -> HttpResponse:
    """Take a change back, from the list of changes or from the page of a group."""
    back = forms.Back(request.POST).group()
    try:
        actions.undo(case_id, change_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("It is as it was before."))
    if back and faces.groups(cases.get(case_id, member=request.user)).filter(public_id=back):
        return group_page.answer(request, case_id, back)
    return group_page.to(request, "people:changes", case_id)
