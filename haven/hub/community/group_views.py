"""Pages of groups: topics, threads, posts, reporting one.

In      requests
Out     pages
Not     here: what posting does (talking.py), who may read (reading.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.community import forms, reading, reporting, talking, topics
from haven.hub.community.fitting import fitting
from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20


@require_safe
def groups(request: MemberRequest) -> HttpResponse:
    return page(
        request,
        "community/groups.html",
        current="colleagues",
        section="groups",
        shelves=reading.shelves(request.user),
        has_accepted=reading.has_accepted(request.user),
    )


@require_safe
def topic(request: MemberRequest, slug: str) -> HttpResponse:
    found = reading.topic(slug, member=request.user)
    is_in = reading.is_in(found, member=request.user)
    shown = window(
        reading.threads(found, member=request.user),
        order=("-last_at", "-pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return page(
        request,
        "community/topic.html",
        current="colleagues",
        section="groups",
        topic=found,
        steps=reading.steps_of(found),
        is_in=is_in,
        has_joined=found.slug in reading.groups_of(request.user),
        n_in=reading.n_in(found) if found.is_group and is_in else None,
        has_accepted=reading.has_accepted(request.user),
        window=shown,
        own=request.user.pk,
        moderates=reading.moderates(request.user),
    )


@require_POST
def join(request: MemberRequest, slug: str) -> HttpResponse:
    try:
        talking.join(slug, by=request.user, at=timezone.now())
    except talking.RulesFirst as error:
        messages.warning(request, str(error.words))
        return redirect("community:rules")
    return redirect("community:topic", slug)


@require_POST
def leave(request: MemberRequest, slug: str) -> HttpResponse:
    talking.leave(slug, by=request.user, at=timezone.now())
    return redirect("community:topic", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: MemberRequest, slug: str) -> HttpResponse:
    """Begin a thread under a topic."""
    found = reading.topic(slug, member=request.user)
    form = forms.Begin(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = talking.begin(
                slug, title=said["title"], text=said["text"], by=request.user, at=timezone.now()
            )
        except Conflict as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("community:thread", made.public_id)
    return page(
        request,
        "community/begin.html",
        current="colleagues",
        section="groups",
        topic=found,
        steps=reading.steps_of(found),
        form=form,
        has_accepted=reading.has_accepted(request.user),
        a_day=reading.A_DAY,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: MemberRequest, thread_id: UUID) -> HttpResponse:
    """Show a thread, and take a post."""
    found = reading.thread(thread_id, member=request.user)
    form = forms.Post(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = talking.reply(
                thread_id, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
            )
        except Conflict as error:
            form.add_error(None, str(error.words))
        else:
            where = reverse("community:thread", args=[thread_id], query={"last": "1"})
            return redirect(f"{where}#post-{made.public_id}")
    after = request.GET.get("after")
    shown = fitting(
        reading.of_thread(found, member=request.user),
        order=("posted_at", "pk"),
        after=after,
        is_last=not after and "last" in request.GET,
    )
    about = topics.topic(found.topic)
    moderates = reading.moderates(request.user)
    return page(
        request,
        "community/thread.html",
        current="colleagues",
        section="groups",
        thread=found,
        topic=about,
        steps=reading.steps_of(about),
        window=shown,
        form=form,
        own=request.user.pk,
        moderates=moderates,
        shows_title=not found.is_title_hidden or moderates or found.author_id == request.user.pk,
        may_write=not about.is_group or about.slug in reading.groups_of(request.user),
        has_accepted=reading.has_accepted(request.user),
        a_day=reading.A_DAY,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Report a post to moderators."""
    found = reading.post(post_id, member=request.user)
    form = forms.Report(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = reporting.report_post(post_id, form.said(), by=request.user, at=timezone.now())
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("Reported. You read the answer here."))
            return redirect("community:report", made.public_id)
    return page(
        request,
        "community/report_post.html",
        current="colleagues",
        section="groups",
        post=found,
        form=form,
        status=422 if form.errors else 200,
    )
