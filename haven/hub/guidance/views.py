"""Pages of guidance: steps of the work, principles, the library, wellbeing.

In      requests
Out     pages
Not     here: which pages there are (queries.py), what they say (showing.py), the desk
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from haven.hub.guidance import actions, queries, showing
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def steps(request: MemberRequest) -> HttpResponse:
    return page(request, "guidance/steps.html", current="guide", pages=queries.steps())


@require_safe
def step(request: MemberRequest, slug: str) -> HttpResponse:
    found = queries.one(queries.steps(), slug)
    return showing.page_of(request, found, current="guide", steps=queries.steps())


@require_safe
def principles(request: MemberRequest) -> HttpResponse:
    return page(
        request, "guidance/principles.html", current="principles", pages=queries.principles()
    )


@require_safe
def principle(request: MemberRequest, slug: str) -> HttpResponse:
    found = queries.one(queries.principles(), slug)
    return showing.page_of(request, found, current="principles")


@require_safe
def library(request: MemberRequest) -> HttpResponse:
    read = queries.acknowledged(member=request.user)
    rows = [(one, (one.pk, one.version) in read) for one in queries.documents()]
    return page(request, "guidance/library.html", current="library", rows=rows)


@require_safe
def document(request: MemberRequest, slug: str) -> HttpResponse:
    found = queries.one(queries.documents(), slug)
    has_read = queries.has_acknowledged(found, member=request.user)
    is_late = found.review_by < timezone.localdate()
    return showing.page_of(request, found, current="library", has_read=has_read, is_late=is_late)


@require_POST
def acknowledge(request: MemberRequest, slug: str) -> HttpResponse:
    version = request.POST.get("version", "")
    actions.acknowledge(slug, version=version, by=request.user, at=timezone.now())
    return redirect("guidance:document", slug=slug)


@require_safe
def care(request: MemberRequest) -> HttpResponse:
    return page(request, "guidance/care.html", current="care", pages=queries.care())


@require_safe
def care_page(request: MemberRequest, slug: str) -> HttpResponse:
    found = queries.one(queries.care(), slug)
    return showing.page_of(request, found, current="care")
