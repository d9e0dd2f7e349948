"""The page of one person: who it is to the case, where the faces were found, what was said.

In      requests
Out     pages
Not     here: the faces of the group (views.py)
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
from haven.workbench.analysis import words
from haven.workbench.cases import queries as cases
from haven.workbench.people import (
    forms,
    group_page,
    person_actions,
    person_queries,
    queries,
    rules,
)

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case
    from haven.workbench.people.models import Person

_FACES_SHOWN = 18


@require_safe
def person(request: MemberRequest, case_id: UUID, person_id: UUID) -> HttpResponse:
    """Show one person."""
    case, found = person_actions.view(case_id, person_id, by=request.user, at=timezone.now())
    return _page(request, case, found)


@require_POST
def state(request: MemberRequest, case_id: UUID, person_id: UUID) -> HttpResponse:
    """State something about a person."""
    case = cases.get(case_id, member=request.user, to="work")
    found = person_queries.person(case, person_id)
    form = forms.statement(request.POST, others=_others(case, found))
    if form is None or not form.is_valid():
        return _page(request, case, found, wrong=form, status=422)
    try:
        person_actions.state(case_id, person_id, form.said(), by=request.user, at=timezone.now())
    except (BadInput, Conflict) as error:
        form.add_error(None, str(error.words))
        return _page(request, case, found, wrong=form, status=422)
    messages.success(request, _("It was kept, with who stated it and when."))
    return redirect("people:person", case_id, person_id)


@require_POST
def withdraw(
    request: MemberRequest, case_id: UUID, person_id: UUID, statement_id: int
) -> HttpResponse:
    """Take a statement back."""
    person_actions.withdraw(case_id, person_id, statement_id, by=request.user, at=timezone.now())
    messages.success(request, _("It was taken back. That it was stated stays on the record."))
    return redirect("people:person", case_id, person_id)


def _page(
    request: MemberRequest,
    case: Case,
    found: Person,
    *,
    wrong: forms.Statement | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page of a person."""
    group = found.group
    assert group is not None  # person_queries.person() finds no other  # noqa: S101
    near = queries.near_groups(case, group, rules.of_case(case.pk), at=timezone.now())
    others = _others(case, found)
    return page(
        request,
        "people/person.html",
        **group_page.about(case),
        person=found,
        group=group,
        about=person_queries.about(found),
        whereabouts=faces.whereabouts(group),
        face_ids=faces.first_faces([group], each=_FACES_SHOWN)[group.pk],
        alike=[(row, words.STRENGTHS[strength]) for row, strength in near.alike],
        forms=forms.statements(wrong, others=others),
        changes=person_queries.changes(found),
        status=status,
    )


def _others(case: Case, found: Person) -> list[Person]:
    """Return the other persons of a case, by name."""
    return list(person_queries.persons(case).exclude(pk=found.pk).order_by("name", "pk"))
