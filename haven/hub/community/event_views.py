"""Pages of events and announcements, files of calendars, the kit for trainings.

In      requests; of a calendar program its private address
Out     pages; text/calendar
Not     here: what adding does (gathering.py), the format (calendars.py)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import names
from haven.hub.community import calendars, forms, gathering
from haven.hub.community.fitting import fitting
from haven.web.errors import Conflict
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20
_TYPE = "text/calendar; charset=utf-8"


@require_safe
def announcements(request: MemberRequest) -> HttpResponse:
    told = gathering.announcements(request.user)
    shown = fitting(told, order=("-at", "-pk"), after=request.GET.get("after"))
    return page(
        request,
        "community/announcements.html",
        current="colleagues",
        section="announcements",
        window=shown,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: MemberRequest) -> HttpResponse:
    """Make an announcement."""
    form = forms.Announce(request.POST if request.method == "POST" else None)
    if form.is_valid():
        gathering.announce(form.words(), by=request.user, at=timezone.now())
        return redirect("community:announcements")
    return page(
        request,
        "community/announce.html",
        current="colleagues",
        section="announcements",
        form=form,
        status=422 if form.errors else 200,
    )


@require_POST
def withdraw(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    gathering.withdraw(announcement_id, by=request.user, at=timezone.now())
    return redirect("community:announcements")


@require_safe
def events(request: MemberRequest) -> HttpResponse:
    shown = window(
        gathering.coming(request.user, at=timezone.now()),
        order=("starts_at", "pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return _events(request, shown)


@require_safe
def event(request: MemberRequest, event_id: UUID) -> HttpResponse:
    return _event(request, event_id, forms.WhyCancelled())


@require_safe
def event_file(request: MemberRequest, event_id: UUID) -> HttpResponse:
    found = gathering.event(event_id, member=request.user)
    return _calendar(request, [found], "attachment; filename=event.ics")


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    """Add an event."""
    form = forms.Occasion(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = gathering.add_event(form.occasion(), by=request.user, at=timezone.now())
        return redirect("community:event", made.public_id)
    return _form(request, form, event=None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """Let an event say something else."""
    found = gathering.event(event_id, member=request.user)
    data = request.POST if request.method == "POST" else None
    form = forms.Occasion(data, initial=_initial(found))
    if form.is_valid():
        try:
            gathering.change_event(event_id, form.occasion(), by=request.user, at=timezone.now())
        except Conflict as error:
            messages.warning(request, str(error.words))
        return redirect("community:event", event_id)
    return _form(request, form, event=found)


@require_POST
def cancel(request: MemberRequest, event_id: UUID) -> HttpResponse:
    form = forms.WhyCancelled(request.POST)
    if not form.is_valid():
        return _event(request, event_id, form)
    try:
        gathering.cancel_event(
            event_id, why=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("community:event", event_id)


@require_POST
def make_feed(request: MemberRequest) -> HttpResponse:
    """Make a private address and show it once."""
    token = gathering.make_feed(by=request.user, at=timezone.now())
    address = request.build_absolute_uri(reverse("community:feed", args=[token]))
    shown = window(
        gathering.coming(request.user, at=timezone.now()),
        order=("starts_at", "pk"),
        size=_ON_A_PAGE,
    )
    return _events(request, shown, address=address)


@require_POST
def end_feed(request: MemberRequest) -> HttpResponse:
    gathering.end_feed(by=request.user, at=timezone.now())
    messages.success(request, _("The address of your calendar leads nowhere any more."))
    return redirect("community:events")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the calendar of whoever has this address; nobody is signed in."""
    return _calendar(request, gathering.of_feed(token, at=timezone.now()), "inline")


@require_safe
def training(request: MemberRequest) -> HttpResponse:
    return page(request, "community/training.html", current="colleagues", section="events")


def _events(request: MemberRequest, shown: Any, address: str = "") -> HttpResponse:
    return page(
        request,
        "community/events.html",
        current="colleagues",
        section="events",
        window=shown,
        rows=[(one, *_local(one), names.language(one.language)) for one in shown],
        has_feed=gathering.has_feed(request.user),
        address=address,
    )


def _event(request: MemberRequest, event_id: UUID, form: forms.WhyCancelled) -> HttpResponse:
    found = gathering.event(event_id, member=request.user)
    starts, ends = _local(found)
    return page(
        request,
        "community/event.html",
        current="colleagues",
        section="events",
        event=found,
        starts=starts,
        ends=ends,
        language=names.language(found.language),
        form=form,
        status=422 if form.errors else 200,
    )


def _form(request: MemberRequest, form: forms.Occasion, *, event: Any) -> HttpResponse:
    return page(
        request,
        "community/event_form.html",
        current="colleagues",
        section="events",
        form=form,
        event=event,
        status=422 if form.errors else 200,
    )


def _local(event: Any) -> tuple[Any, Any]:
    """Return begin and end as the clocks at the event show them."""
    zone = ZoneInfo(event.time_zone)
    return tuple(
        one.astimezone(zone).replace(tzinfo=None) for one in (event.starts_at, event.ends_at)
    )


def _initial(event: Any) -> dict[str, Any]:
    """Return what the form of an event says before somebody types."""
    starts, ends = _local(event)
    same = ("title", "text", "time_zone", "is_online", "place", "language", "open_to")
    return {**{name: getattr(event, name) for name in same}, "starts": starts, "ends": ends}


def _calendar(request: HttpRequest, found: Iterable[Any], how: str) -> HttpResponse:
    """Return events as a file for calendars, each with the address of its page."""
    entries = [
        (one, request.build_absolute_uri(reverse("community:event", args=[one.public_id])))
        for one in found
    ]
    headers = {"Content-Disposition": how, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(calendars.of(entries), content_type=_TYPE, headers=headers)
