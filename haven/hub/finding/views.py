"""Pages of what a member keeps: the guided finder, the short list, what they follow.

In      requests
Out     pages, the short list as a file
Not     here: what may be done (actions.py), the needs board (need_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.catalogue import describing
from haven.hub.catalogue import forms as catalogue_forms
from haven.hub.finding import actions, exporting, feeding, forms, guiding, queries, typesetting
from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import own_path, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from haven.accounts.requests import MemberRequest


_ON_A_PAGE, _FOLLOWED, _LATEST = 20, 40, 10


@require_safe
def find(request: MemberRequest) -> HttpResponse:
    """Ask the next question; after the last lead to the tools, or say that there is none."""
    guided = guiding.guided(request.GET.dict(), member=request.user)
    if guided.question is None and guided.n_tools:
        return redirect(f"{reverse('catalogue:list')}?{guided.asked.query}")
    return page(
        request,
        "finding/find.html",
        current="tools",
        guided=guided,
        n_questions=len(guiding.QUESTIONS),
        tools_query=guided.asked.query,
        need_query=_need(guided),
    )


@require_safe
def shortlist(request: MemberRequest) -> HttpResponse:
    rows, after = queries.listed(request.user), request.GET.get("after")
    shown = window(rows, order=queries.BY_TOOL, after=after, size=_ON_A_PAGE)
    listed = queries.as_seen(shown.rows, member=request.user)
    return page(
        request,
        "finding/shortlist.html",
        current="shortlist",
        window=shown,
        listed=listed,
        compared=urlencode([("tool", one.shown.tool.slug) for one in listed[:4]]),
        most=queries.MOST_LISTED,
        longest_note=queries.LONGEST_NOTE,
    )


@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Put the tool of the button on the list, and go back to where it stood."""
    slug = _slug(request)
    return _done(request, lambda: actions.add(slug, by=request.user, at=timezone.now()))


@require_POST
def remove(request: MemberRequest) -> HttpResponse:
    return _done(request, lambda: actions.remove(_slug(request), by=request.user))


@require_POST
def note(request: MemberRequest, slug: str) -> HttpResponse:
    form = forms.Note(request.POST)
    if form.is_valid():
        actions.note(slug, form.cleaned_data["note"], by=request.user)
        messages.success(request, _("Your note is kept."))
    else:
        messages.warning(request, _("The note is too long."))
    return redirect("finding:shortlist")


@require_safe
def table(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    listed = actions.take_out("csv", by=request.user, at=now)
    body = exporting.as_csv(listed, on=timezone.localdate(now))
    return _file(body, "text/csv; charset=utf-8", "csv")


@require_safe
def document(request: MemberRequest) -> HttpResponse:
    """Return the list as a PDF; in English where the fonts lack the reader's letters."""
    now = timezone.now()
    listed = actions.take_out("pdf", by=request.user, at=now)
    language = translation.get_language()
    with translation.override(language if language in typesetting.SETTABLE else "en"):
        told = exporting.told(listed, on=timezone.localdate(now))
    return _file(typesetting.pdf(told), "application/pdf", "pdf")


@require_safe
def following(request: MemberRequest) -> HttpResponse:
    feed, followed = queries.feed(request.user), queries.followed(request.user)
    after, latest = request.GET.get("after"), queries.concerning(request.user)[:_LATEST]
    return page(
        request,
        "finding/following.html",
        current="following",
        kept=queries.searches(request.user),
        window=window(followed, order=queries.BY_TOOL, after=after, size=_FOLLOWED),
        latest=[(one, describing.changed(one, request.user)) for one in latest],
        weekly=queries.weekly(request.user),
        feed_address=feeding.address(feed) if feed else "",
    )


@require_POST
def follow(request: MemberRequest, slug: str) -> HttpResponse:
    return _done(request, lambda: actions.follow(slug, by=request.user, at=timezone.now()))


@require_POST
def unfollow(request: MemberRequest, slug: str) -> HttpResponse:
    return _done(request, lambda: actions.unfollow(slug, by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: MemberRequest) -> HttpResponse:
    """Keep what the query of the address asks for, under a name."""
    asked = catalogue_forms.Find(request.GET).asked()
    form = forms.Keep(request.POST or None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            actions.keep(name, asked, by=request.user, at=timezone.now())
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("finding:following")
    status = 422 if form.errors else 200
    return page(
        request,
        "finding/keep.html",
        current="tools",
        form=form,
        query=asked.query,
        status=status,
    )


@require_POST
def look(request: MemberRequest, search_id: UUID) -> HttpResponse:
    """Show what a kept search finds; what comes from now on is new."""
    found = actions.look(search_id, by=request.user, at=timezone.now())
    return redirect(f"{reverse('catalogue:list')}?{queries.asked(found).query}")


@require_POST
def forget(request: MemberRequest, search_id: UUID) -> HttpResponse:
    actions.forget(search_id, by=request.user)
    return redirect("finding:following")


@require_POST
def letter(request: MemberRequest) -> HttpResponse:
    is_wanted = request.POST.get("wanted") == "yes"
    actions.set_weekly(is_wanted=is_wanted, by=request.user, at=timezone.now())
    return redirect("finding:following")


@require_POST
def make_feed(request: MemberRequest) -> HttpResponse:
    actions.make_feed(by=request.user, at=timezone.now())
    return redirect("finding:following")


@require_POST
def end_feed(request: MemberRequest) -> HttpResponse:
    actions.end_feed(by=request.user, at=timezone.now())
    return redirect("finding:following")


def _slug(request: MemberRequest) -> str:
    """Return the tool of a button; PostgreSQL takes no text with a zero byte."""
    return request.POST.get("tool", "").replace("\0", "")


def _done(request: MemberRequest, act: Callable[[], object]) -> HttpResponse:
    """Do what a button says and go back to the page it stood on."""
    try:
        act()
    except Conflict as error:
        messages.warning(request, str(error.words))
    back = own_path(request, request.headers.get("Referer", ""))
    return redirect(back or "finding:shortlist")


def _need(guided: guiding.Guided) -> str:
    """Return the query with which the form of a need is filled from answers."""
    chosen = guided.asked.chosen
    query = QueryDict(mutable=True)
    for name, list_ in (("step", "steps"), ("media", "media")):
        if chosen.get(list_):
            query[name] = chosen[list_][0]
    return query.urlencode()


def _file(body: bytes, kind: str, ending: str) -> HttpResponse:
    name = f"haven-tools-{timezone.localdate().isoformat()}.{ending}"
    return HttpResponse(
        body,
        content_type=kind,
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
