"""Sessions: how long one lasts, and how all of a member's are ended.

In      a request; a member, who ends the sessions, the reason
Out     why a session has ended, if it has; no session of the member left
Fails   closed: a session that does not say when it began has ended
Why     a screen left open is an open door (R-SEC-2: 15 and 30 minutes, 12 hours)
Not     here: sending the person to the sign-in (middleware.py), what a session may do
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from haven.accounts.models import Member
from haven.audit.actions import record

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

SINCE, SEEN = "haven.since", "haven.seen"  # seconds of the epoch, in the session
SEEN_EVERY_S = 30  # how exactly the last act is kept; a write for each request would cost more
IDLE, TOO_LONG, ENDED = "idle", "too_long", "ended"
OTHERS = "others"
AGAIN = "The first link was opened again."  # on the record, in the record's language
WORDS = {
    IDLE: _("You were away for a while, so Haven closed the session. Sign in to go on."),
    TOO_LONG: _("The session was open for a working day and has ended. Sign in to go on."),
    ENDED: _("This session was ended. Sign in to go on."),
}

V = TypeVar("V", bound=Callable[..., object])


def passive(view: V) -> V:
    """Mark a view whose part a page asks for by itself: that is no sign of a person.

    Asked for as a whole page, by following a link, it is one all the same.
    """
    view.is_passive = True  # type: ignore[attr-defined]
    return view


def is_by_token(request: HttpRequest) -> bool:
    """Tell whether a program came with a token, which was checked, and without a session."""
    return getattr(request, "token", None) is not None


def begin(session: SessionBase) -> None:
    """Note in a new session when it began."""
    session[SINCE] = session[SEEN] = time.time()


def why_over(request: HttpRequest, member: Member) -> str:
    """Return why this session has ended: IDLE, TOO_LONG, ENDED, or "" if it has not."""
    now = time.time()
    since, seen = (request.session.get(name) for name in (SINCE, SEEN))
    if since is None or seen is None:
        return ENDED
    if member.signed_out_at is not None and since <= member.signed_out_at.timestamp():
        return ENDED
    if now - since > settings.HAVEN_SESSION_S:
        return TOO_LONG
    return IDLE if now - seen > idle_limit_s(request.path) else ""


def idle_limit_s(path: str) -> int:
    """Return how long one may be away from this address, in seconds."""
    is_hub = path.startswith(settings.HAVEN_HUB_PREFIX)
    return int(settings.HAVEN_IDLE_HUB_S if is_hub else settings.HAVEN_IDLE_WORKBENCH_S)


def last_act(request: HttpRequest) -> dt.datetime:
    """Return when the person last did something in this session, to SEEN_EVERY_S."""
    return dt.datetime.fromtimestamp(request.session.get(SEEN, 0.0), dt.UTC)


def touch(request: HttpRequest) -> None:
    """Note that the person did something, and from where, at most every SEEN_EVERY_S."""
    is_new = SEEN not in request.session or not request.session.get("haven.listed")
    if not is_new and time.time() - request.session[SEEN] < SEEN_EVERY_S:
        return
    request.session[SEEN] = time.time()
    request.session["haven.listed"] = True
    UserSession.objects.create_from_request(request)


def list_again(request: HttpRequest) -> None:
    """Let a session whose key has changed appear in the list under the new one."""
    request.session.pop("haven.listed", None)


@transaction.atomic
def end_one(request: HttpRequest, session_id: int, *, at: dt.datetime) -> bool:
    """End one of the member's own sessions; return whether it was this one.

    Raises:
        Http404: Not there, or not the member's.
    """
    member = request.user
    one = get_object_or_404(UserSession, pk=session_id, user_id=member.pk)
    is_this = one.is_current()
    record("member.end_sessions", actor=member, target=member, at=at, which="one")  # type: ignore[arg-type]
    one.end()
    return bool(is_this)


@transaction.atomic
def end_all(member: Member, *, by: Member | None, at: dt.datetime, reason: str) -> None:
    """End every session of a member; the next request of each finds none.

    Args:
        member: Whose sessions.
        by: Who ends them; None on the console.
        at: The moment; sessions that began later stay.
        reason: Why, in a sentence for the record.
    """
    Member.objects.filter(pk=member.pk).update(signed_out_at=at)
    member.signed_out_at = at
    for one in UserSession.objects.filter(user_id=member.pk, created_at__lte=at):
        one.end()
    record("member.end_sessions", actor=by, target=member, at=at, reason=reason)


def end_unfinished(member: Member, *, at: dt.datetime) -> None:
    """End the sessions a new member began before, without having set up a factor."""
    if UserSession.objects.filter(user_id=member.pk).exists():
        end_all(member, by=member, at=at, reason=AGAIN)
