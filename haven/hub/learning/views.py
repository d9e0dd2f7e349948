"""Pages of learning: courses, lessons, quizzes, certificates, the glossary.

In      requests
Out     pages and parts of pages
Not     here: what reading and answering do (actions.py), how a text looks (texts.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.base import sources
from haven.hub.learning import actions, courses, forms, glossary, queries, quizzes, texts
from haven.web.pages import own_path, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    return page(
        request,
        "learning/courses.html",
        current="courses",
        progress=queries.progress(request.user),
        certificates=queries.certificates(request.user),
    )


@require_safe
def course(request: MemberRequest, slug: str) -> HttpResponse:
    found = courses.course(slug)
    return page(
        request,
        "learning/course.html",
        current="courses",
        course=found,
        mine=queries.of_course(found, request.user),
        tried=queries.attempt(found, request.user),
        see_also=[courses.course(other) for other in found.see_also],
    )


@require_safe
def lesson(request: MemberRequest, slug: str, lesson: str) -> HttpResponse:
    found = courses.course(slug)
    one = found.lesson(lesson)
    before, after = found.around(one)
    depth = queries.depth(request.user)
    return page(
        request,
        "learning/lesson.html",
        current="courses",
        course=found,
        lesson=one,
        before=before,
        after=after,
        depth=depth,
        depths=queries.DEPTH.choices,
        text=texts.of_lesson(one, depth),
        is_read=one.slug in queries.of_course(found, request.user).read,
    )


@require_POST
def depth(request: MemberRequest) -> HttpResponse:
    """Keep how deep a member reads, and go back to the lesson."""
    actions.choose_depth(request.POST.get("depth", ""), by=request.user)
    back = own_path(request, request.POST.get("back", ""))
    return redirect(back or "learning:courses")


@require_POST
def read(request: MemberRequest, slug: str, lesson: str) -> HttpResponse:
    """Keep that a lesson was read, and go on to the next one or to the quiz."""
    actions.read(slug, lesson, by=request.user, at=timezone.now())
    found = courses.course(slug)
    _before, after = found.around(found.lesson(lesson))
    if after is None:
        return redirect("learning:course", slug)
    return redirect("learning:lesson", slug, after.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: MemberRequest, slug: str) -> HttpResponse:
    """Show the next question, what a given answer is worth, or the result."""
    if request.method == "POST":
        return _answered(request, slug)
    found = courses.course(slug)
    tried = queries.attempt(found, request.user)
    shown = quizzes.shown(found, tried, request.user, answered=request.GET.get("answered", ""))
    return page(
        request,
        f"learning/{shown.kind}.html",
        current="courses",
        course=found,
        tried=tried,
        mine=queries.of_course(found, request.user),
        shown=shown,
    )


def _answered(request: MemberRequest, slug: str) -> HttpResponse:
    """Keep an answer and lead to what it is worth; without a choice, to the question."""
    form = forms.Answer(request.POST)
    if not form.is_valid():
        return redirect("learning:quiz", slug)
    said = form.cleaned_data
    actions.answer(slug, said["question"], said["choice"], by=request.user, at=timezone.now())
    where = reverse("learning:quiz", args=[slug], query={"answered": said["question"]})
    return redirect(where)


@require_POST
def begin_again(request: MemberRequest, slug: str) -> HttpResponse:
    actions.begin_again(slug, by=request.user, at=timezone.now())
    return redirect("learning:quiz", slug)


@require_POST
def give(request: MemberRequest, slug: str) -> HttpResponse:
    given = actions.give_certificate(slug, by=request.user, at=timezone.now())
    return redirect("learning:certificate", given.shown_code)


@require_safe
def certificates(request: MemberRequest) -> HttpResponse:
    """Check a code, and show a member their own certificates."""
    code = forms.Code(request.GET).typed()
    return page(
        request,
        "learning/certificates.html",
        current="courses",
        code=code,
        found=queries.checked(code),
        own=queries.certificates(request.user),
    )


@require_safe
def certificate(request: MemberRequest, code: str) -> HttpResponse:
    found = queries.certificate(code, member=request.user)
    return page(request, "learning/certificate.html", current="courses", certificate=found)


@require_safe
def glossary_page(request: MemberRequest) -> HttpResponse:
    asked = forms.Find(request.GET).asked()
    number, parts = forms.Part(request.GET).number(), glossary.parts()
    found = glossary.holding(asked) if asked else parts[number - 1]
    terms = [
        (
            one,
            [(other, texts.address(glossary.every()[other])) for other in one.see],
            [*map(sources.source, one.sources)],
        )
        for one in found[: glossary.PART]
    ]
    return page(
        request,
        "learning/glossary.html",
        part="terms",
        current="glossary",
        asked=asked,
        terms=terms,
        n_more=len(found) - len(terms),
        number=number,
        parts=[] if asked else [(part[0].term, part[-1].term) for part in parts],
    )
