"""Pages of guidance: steps of the work, principles, the library, wellbeing.

In      requests
Out     pages
Not     here: which pages there are (queries.py), what they say (showing.py), the desk, work on
        translations (translation_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from haven.hub.base import translated
from haven.hub.guidance import actions, checking_in, queries, showing
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def steps(request: MemberRequest) -> HttpResponse:
    pages = queries.in_language(queries.steps(), translated.current())
    return page(request, "guidance/steps.html", current="guide", pages=pages)


@require_safe
def step(request: MemberRequest, slug: str) -> HttpResponse:
    read = queries.read(queries.steps(), slug, _asked(request))
    steps = queries.in_language(queries.steps(), translated.current())
    return showing.read_page(request, read, current="guide", steps=steps)


@require_safe
def principles(request: MemberRequest) -> HttpResponse:
    pages = queries.in_language(queries.principles(), translated.current())
    return page(request, "guidance/principles.html", current="principles", pages=pages)


@require_safe
def principle(request: MemberRequest, slug: str) -> HttpResponse:
    read = queries.read(queries.principles(), slug, _asked(request))
    return showing.read_page(request, read, current="principles")


@require_safe
def library(request: MemberRequest) -> HttpResponse:
    has_read = queries.acknowledged(member=request.user)
    pages = queries.in_language(queries.documents(), translated.current())
    rows = [(one, (one.original.pk, one.original.version) in has_read) for one in pages]
    return page(request, "guidance/library.html", current="library", rows=rows)


@require_safe
def document(request: MemberRequest, slug: str) -> HttpResponse:
    read = queries.read(queries.documents(), slug, _asked(request))
    has_read = queries.has_acknowledged(read.original, member=request.user)
    is_late = read.original.review_by < timezone.localdate()
    return showing.read_page(request, read, current="library", has_read=has_read, is_late=is_late)


@require_POST
def acknowledge(request: MemberRequest, slug: str) -> HttpResponse:
    version = request.POST.get("version", "")
    actions.acknowledge(slug, version=version, by=request.user, at=timezone.now())
    return redirect("guidance:document", slug=slug)


@require_safe
def care(request: MemberRequest) -> HttpResponse:
    pages = queries.in_language(queries.care(), translated.current())
    return page(request, "guidance/care.html", current="care", pages=pages)


@require_safe
def care_page(request: MemberRequest, slug: str) -> HttpResponse:
    read = queries.read(queries.care(), slug, _asked(request))
    return showing.read_page(request, read, current="care")


@require_safe
def check_in(request: MemberRequest) -> HttpResponse:
    shown = checking_in.in_language(_asked(request))
    return page(request, "guidance/check_in.html", current="care", shown=shown)


def _asked(request: MemberRequest) -> str:
    """Return the language to read in: the member's, or English where that is asked for."""
    return translated.SOURCE if "english" in request.GET else translated.current()
