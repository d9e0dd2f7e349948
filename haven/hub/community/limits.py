"""Limits: how often one member may ask, write and report in a day.

In      a member's earlier rows, the moment
Out     nothing where there is room
Fails   TooManyRequests, TooManyPosts, TooManyMessages, TooManyReports
Why     consent is worth little where asking is free; a group is not one person's
Not     here: what is sent (actions.py, talking.py, reporting.py)

A day is the last 24 hours, so that no time zone is luckier. The member's own row is held while
it is counted: two requests at once cannot both take the last place.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from haven.hub.community.models import Contact, Message, Person, Post, Report
from haven.web.errors import Conflict

if TYPE_CHECKING:
    from django.db.models import Model

DAY = dt.timedelta(hours=24)
CONTACTS, POSTS, MESSAGES, REPORTS = 5, 20, 100, 20  # in a day


class TooMany(Conflict):
    """The number of a day is used up."""

    code = "community.too_many"
    words = _("That was often enough for one day.")


class TooManyRequests(TooMany):
    """Too many requests for contact."""

    code = "community.too_many_requests"
    words = format_lazy(
        _("You may ask {n} colleagues for contact in 24 hours. Ask the next one tomorrow."),
        n=CONTACTS,
    )


class TooManyPosts(TooMany):
    """Too many posts."""

    code = "community.too_many_posts"
    words = format_lazy(
        _("You may write {n} posts in 24 hours. Write the next one later."), n=POSTS
    )


class TooManyMessages(TooMany):
    """Too many messages."""

    code = "community.too_many_messages"
    words = format_lazy(
        _("You may write {n} messages in 24 hours. Write the next one later."), n=MESSAGES
    )


class TooManyReports(TooMany):
    """Too many reports."""

    code = "community.too_many_reports"
    words = format_lazy(
        _("You may report {n} times in 24 hours. If it is urgent, write to the curators by mail."),
        n=REPORTS,
    )


_COUNTED: tuple[tuple[type[Model], str, str, int, type[TooMany]], ...] = (
    (Contact, "asker", "asked_at", CONTACTS, TooManyRequests),
    (Post, "author", "posted_at", POSTS, TooManyPosts),
    (Message, "sender", "sent_at", MESSAGES, TooManyMessages),
    (Report, "reporter", "made_at", REPORTS, TooManyReports),
)


def require_room(kind: type[Model], person: Person, *, at: dt.datetime) -> None:
    """Return if a member may make one more row of a kind today; hold the member till then.

    Raises:
        TooManyRequests, TooManyPosts, TooManyMessages, TooManyReports: The day is used up.
    """
    _model, who, when, most, error = next(one for one in _COUNTED if one[0] is kind)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    rows: Any = kind._default_manager
    made = rows.filter(**{who: person, f"{when}__gt": at - DAY, f"{when}__lte": at}).count()
    if made >= most:
        raise error(f"member {person.pk} made {made} of {kind._meta.label} in a day")
