"""Calendars: events in the format that calendar programs read (RFC 5545).

In      events, the address of each event's page
Out     bytes of an .ics file
Fails   never
Why     a zone is written out with its rules, so that summer time is right everywhere
Not     here: who may see an event (gathering.py)

A file that leaves the Hub says what is planned, when and where; who comes is not known to it,
and no text of the event goes with it, but the address of its page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as Entry

if TYPE_CHECKING:
    from haven.hub.community.models import Event

_PRODUCT = "-//Haven//Hub//EN"
_DOMAIN = "events.haven.invalid"  # of no server; it only makes the numbers unlike others


def of(events: Iterable[tuple[Event, str]]) -> bytes:
    """Return a calendar of events, each with the address of its page."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Haven: events"))
    for event, address in events:
        calendar.add_component(_entry(event, address))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(event: Event, address: str) -> Entry:
    zone = ZoneInfo(event.time_zone)
    entry = Entry()
    entry.add("uid", f"{event.public_id}@{_DOMAIN}")
    entry.add("dtstamp", event.changed_at)
    entry.add("last-modified", event.changed_at)
    entry.add("sequence", event.n_changes)
    entry.add("summary", event.title)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    where = [event.place] if event.place else []
    entry.add("location", ", ".join([*where, *([_("online")] if event.is_online else [])]))
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    entry.add("class", "CONFIDENTIAL")
    entry.add("url", address)
    return entry
