"""Gathering: announcements, events, and the private address of a member's calendar.

In      who, what, when and where, the moment
Out     the changed rows; entries in the record
Fails   NotAllowed; EventNotFound, AnnouncementNotFound; CancelledAlready; ReasonMissing
Why     a date belongs in the calendar that somebody looks at
Not     here: the format of calendars (calendars.py)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.hub.community import queries, reading
from haven.hub.community.actions import person_of
from haven.hub.community.models import Announcement, Event, Feed
from haven.hub.community.vocabulary import HEARS
from haven.web.errors import Conflict, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

ACT = "community.announce"
_TOKEN_BYTES = 24  # 192 bits, which nobody tries out
_BACK = dt.timedelta(days=90)  # how long a feed keeps what is past
_MOST = 500  # events in a feed


class EventNotFound(NotFound):
    """No event that the member may see."""

    code = "event.not_found"


class AnnouncementNotFound(NotFound):
    """No announcement that the member may see."""

    code = "announcement.not_found"


class FeedNotFound(NotFound):
    """No calendar has this address, or its member may not see events any more."""

    code = "feed.not_found"


class CancelledAlready(Conflict):
    """It does not take place."""

    code = "event.cancelled"
    words = _("This event is cancelled.")


@dataclass(frozen=True, slots=True)
class Words:
    """An announcement."""

    title: str
    text: str
    language: str
    open_to: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event."""

    title: str
    text: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str
    is_online: bool
    place: str
    language: str
    open_to: str


def announcements(member: Member) -> QuerySet[Announcement]:
    """Return the announcements for a member, the latest first."""
    told = Announcement.objects.filter(withdrawn_at=None, open_to__in=_heard(member))
    return told.order_by("-at", "-pk")


def events(member: Member) -> QuerySet[Event]:
    """Return the events for a member, cancelled ones too, by their start."""
    return Event.objects.filter(open_to__in=_heard(member)).order_by("starts_at", "pk")


def coming(member: Member, *, at: dt.datetime) -> QuerySet[Event]:
    """Return the events for a member that are not over."""
    return events(member).filter(ends_at__gte=at)


def event(public_id: UUID, *, member: Member) -> Event:
    """Return one event.

    Raises:
        EventNotFound: Not there, or for others.
    """
    found = events(member).filter(public_id=public_id).first()
    if found is None:
        raise EventNotFound("no such event for this member")
    return found


def has_feed(member: Member) -> bool:
    """Tell whether a member has a private calendar address."""
    return Feed.objects.filter(person_id=member.pk).exists()


def of_feed(token: str, *, at: dt.datetime) -> QuerySet[Event]:
    """Return the events of the member whose calendar has this address.

    Raises:
        FeedNotFound: Nobody's, or its member is not active any more.
    """
    kept = Feed.objects.filter(digest=_digest(token)).first()
    member = queries.member_of(kept.person_id) if kept else None
    if member is None or not member.is_active or member.status != "active":
        raise FeedNotFound("no calendar at this address")
    if member.agency.status != "active":
        raise FeedNotFound("the agency of this calendar does not take part")
    return events(member).filter(ends_at__gte=at - _BACK)[:_MOST]


@transaction.atomic
def announce(words: Words, *, by: Member, at: dt.datetime) -> Announcement:
    """Tell members something.

    Raises:
        NotAllowed: `by` is no curator.
    """
    access.require(by, ACT)
    made = Announcement.objects.create(**asdict(words), by=person_of(by), at=at)
    record("announcement.make", actor=by, target=made, at=at)
    return made


@transaction.atomic
def withdraw(public_id: UUID, *, by: Member, at: dt.datetime) -> None:
    """Take an announcement back.

    Raises:
        NotAllowed: `by` is no curator.
        AnnouncementNotFound: Not there any more.
    """
    access.require(by, ACT)
    found = announcements(by).select_for_update(no_key=True).filter(public_id=public_id).first()
    if found is None:
        raise AnnouncementNotFound("no such announcement")
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    record("announcement.withdraw", actor=by, target=found, at=at)


@transaction.atomic
def add_event(said: Occasion, *, by: Member, at: dt.datetime) -> Event:
    """Add an event.

    Raises:
        NotAllowed: `by` is no curator.
    """
    access.require(by, ACT)
    made = Event.objects.create(**asdict(said), made_by=person_of(by), made_at=at, changed_at=at)
    record("event.add", actor=by, target=made, at=at)
    return made


@transaction.atomic
def change_event(public_id: UUID, said: Occasion, *, by: Member, at: dt.datetime) -> Event:
    """Let an event say something else; calendars learn of it.

    Raises:
        NotAllowed: `by` is no curator.
        EventNotFound, CancelledAlready: As they say.
    """
    access.require(by, ACT)
    held = _held(public_id, by)
    for name, value in asdict(said).items():
        setattr(held, name, value)
    held.changed_at, held.n_changes = at, held.n_changes + 1
    held.save()
    record("event.change", actor=by, target=held, at=at)
    return held


@transaction.atomic
def cancel_event(public_id: UUID, *, why: str, by: Member, at: dt.datetime) -> Event:
    """Cancel an event; it stays in calendars as cancelled.

    Raises:
        NotAllowed: `by` is no curator.
        EventNotFound, CancelledAlready, ReasonMissing: As they say.
    """
    access.require(by, ACT)
    held = _held(public_id, by)
    record("event.cancel", actor=by, target=held, at=at, reason=why)
    held.cancelled_at, held.why_cancelled = at, why.strip()
    held.changed_at, held.n_changes = at, held.n_changes + 1
    held.save()
    return held


@transaction.atomic
def make_feed(*, by: Member, at: dt.datetime) -> str:
    """Return a new private address of a member's calendar; an earlier one ends.

    It is shown once: the digest alone is kept.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    person = person_of(by)
    Feed.objects.update_or_create(
        person=person, defaults={"digest": _digest(token), "made_at": at}
    )
    record("calendar.make", actor=by, target=person, at=at)
    return token


@transaction.atomic
def end_feed(*, by: Member, at: dt.datetime) -> None:
    """Let the private address of a member's calendar lead nowhere."""
    gone, _each = Feed.objects.filter(person_id=by.pk).delete()
    if gone:
        record("calendar.end", actor=by, target=person_of(by), at=at)


def _held(public_id: UUID, by: Member) -> Event:
    """Return an event that takes place and that nobody else can change meanwhile."""
    seen = event(public_id, member=by)
    held = Event.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if held.cancelled_at is not None:
        raise CancelledAlready(f"event {held.pk} is cancelled")
    return held


def _heard(member: Member) -> list[str]:
    """Return the audiences a member belongs to."""
    return [audience for audience in HEARS if reading.hears(member, audience)]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
