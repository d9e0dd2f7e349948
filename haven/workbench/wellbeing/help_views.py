"""Help for the member, reached from every page.

In      requests
Out     the page of help
Not     here: which help (helping.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from haven.accounts import access
from haven.web.pages import page
from haven.workbench.wellbeing import forms, helping

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """Return whom a member can turn to."""
    return _listing(request, forms.Help())


@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Add a place for one's agency."""
    form = forms.Help(request.POST)
    if not form.is_valid():
        return _listing(request, form)
    helping.add(**form.cleaned_data, by=request.user, at=timezone.now())
    return redirect("wellbeing:help")


@require_POST
def remove(request: MemberRequest, place_id: int) -> HttpResponse:
    """Remove a place of one's agency."""
    helping.remove(place_id, by=request.user, at=timezone.now())
    return redirect("wellbeing:help")


def _listing(request: MemberRequest, form: forms.Help) -> HttpResponse:
    return page(
        request,
        "wellbeing/help.html",
        places=helping.places(request.user),
        bodies=helping.bodies(request.user),
        form=form,
        may_set=access.allows(request.user, "care.set"),
        status=422 if form.errors else 200,
    )
