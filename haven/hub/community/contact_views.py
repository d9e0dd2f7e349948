"""Pages of contacts: ask, answer, write, remove, report messages, block.

In      requests
Out     pages
Not     here: what asking and answering do (actions.py, reporting.py)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.community import actions, forms, queries, reporting
from haven.hub.community.fitting import fitting
from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20
_IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Ask a colleague for contact."""
    queries.require_officer(request.user)
    entry = queries.entry(person_id, member=request.user)
    form = forms.Ask(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.ask(
                person_id, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("Your request is sent. The colleague decides."))
            return redirect("community:contact", made.public_id)
    return page(
        request,
        "community/ask.html",
        current="colleagues",
        section="directory",
        form=form,
        person=entry.person,
        a_day=queries.A_DAY,
        status=422 if form.errors else 200,
    )


@require_safe
def contacts(request: MemberRequest) -> HttpResponse:
    shown = window(
        queries.listed(request.user),
        order=("-last_at", "-pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return page(
        request,
        "community/contacts.html",
        current="colleagues",
        section="contacts",
        window=shown,
        rows=[
            (one, queries.other(one, member=request.user), one.asker_id == request.user.pk)
            for one in shown
        ],
        blocked=queries.blocked(request.user),
        days=settings.HAVEN_MESSAGE_DAYS,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Show a contact with its messages, and take one."""
    form = forms.Write(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.write(
                contact_id, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
            )
        except Conflict as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("community:contact", contact_id)
    found = queries.contact(contact_id, member=request.user)
    other = queries.other(found, member=request.user)
    told = queries.messages(found, member=request.user)
    shown = fitting(told, order=("-sent_at", "-pk"), after=request.GET.get("after"))
    return page(
        request,
        "community/contact.html",
        current="colleagues",
        section="contacts",
        contact=found,
        other=other,
        is_mine=found.asker_id == request.user.pk,
        has_removed=queries.removed_up_to(found, member=request.user) is not None,
        last=told.first(),
        days=settings.HAVEN_MESSAGE_DAYS,
        window=shown,
        form=form,
        is_blocked=queries.has_blocked(request.user, other),
        a_day=queries.A_DAY,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Choose the messages that moderators may read, and report them."""
    found = queries.contact(contact_id, member=request.user)
    form = forms.Report(request.POST if request.method == "POST" else None)
    chosen = request.POST.getlist("message")
    if form.is_valid():
        try:
            made = reporting.report_messages(
                contact_id, _ids(chosen), form.said(), by=request.user, at=timezone.now()
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("Reported. Moderators read what you chose."))
            return redirect("community:report", made.public_id)
    shown = queries.messages(found, member=request.user)[: reporting.MOST]
    return page(
        request,
        "community/report_messages.html",
        current="colleagues",
        section="contacts",
        contact=found,
        other=queries.other(found, member=request.user),
        has_removed=queries.removed_up_to(found, member=request.user) is not None,
        shown=shown,
        chosen=chosen,
        form=form,
        status=422 if form.errors else 200,
    )


@require_POST
def accept(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    return _done(request, contact_id, actions.accept)


@require_POST
def decline(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    return _done(request, contact_id, actions.decline)


@require_POST
def withdraw(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    return _done(request, contact_id, actions.withdraw)


@require_POST
def end(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    return _done(request, contact_id, actions.end)


@require_POST
def remove(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Remove a conversation for the member, up to the last message that the page showed."""
    seen = request.POST.get("last", "")
    last_seen = UUID(seen) if _IS_ID.fullmatch(seen) else None
    try:
        actions.remove(contact_id, last_seen=last_seen, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("community:contact", contact_id)
    messages.success(request, _("The conversation is removed for you."))
    return redirect("community:contacts")


@require_POST
def block(request: MemberRequest, person_id: UUID) -> HttpResponse:
    someone = queries.someone(person_id, member=request.user)
    try:
        actions.block(someone, by=request.user, at=timezone.now())
    except BadInput as error:
        messages.warning(request, str(error.words))
    return redirect("community:contacts")


@require_POST
def unblock(request: MemberRequest, person_id: UUID) -> HttpResponse:
    someone = queries.someone(person_id, member=request.user)
    actions.unblock(someone, by=request.user, at=timezone.now())
    return redirect("community:contacts")


def _done(request: MemberRequest, contact_id: UUID, act: Callable[..., object]) -> HttpResponse:
    """Do something with a contact and show it; a conflict is said in words."""
    try:
        act(contact_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("community:contact", contact_id)


def _ids(chosen: list[str]) -> list[str]:
    """Return what can be chosen: ids of messages, and the reason of the request."""
    return [one for one in chosen if one == reporting.REASON or _IS_ID.fullmatch(one)]
