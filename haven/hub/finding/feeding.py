"""The feed: what changed for a member, at a private address, for a reader of feeds.

In      a code that somebody brings; the member whose it is
Out     the address of a feed; the feed as Atom
Fails   FeedEnded (404): never made, ended, or its member is no more let in
Why     a feed reader cannot sign in: its address is a way in, to this and to nothing else
Not     here: who is asked for before anybody is known (site/feed_door.py)

The feed names tools and the fields that changed, never what they say: that is read in the Hub,
signed in. The code is made from the site's secret and lies in no table.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haven.accounts import queries as members
from haven.accounts.agencies.queries import STATUSES
from haven.accounts.mail import actions as mail
from haven.accounts.terms import queries as terms
from haven.hub.catalogue import describing
from haven.hub.finding import queries
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.finding.models import Feed

_ID_LENGTH = 32  # hexadecimal digits of a UUID
MOST_ENTRIES = 50


class FeedEnded(NotFound):
    """No feed is at this address."""

    code = "feed.ended"
    words = gettext_lazy("This address has ended. Make a new one in the Hub, under Following.")


def address(feed: Feed) -> str:
    """Return the private address of a feed, under the name of the settings."""
    return settings.HAVEN_ADDRESS + reverse("feed", args=[_code(feed.public_id)])


def holder(untrusted_code: str) -> int:
    """Return the key of the member whose feed a code opens, before anybody is known.

    Raises:
        FeedEnded: None.
    """
    try:
        public_id = uuid.UUID(hex=untrusted_code[:_ID_LENGTH])
    except ValueError as error:
        raise FeedEnded("no such feed") from error
    if not constant_time_compare(untrusted_code, _code(public_id)):
        raise FeedEnded("no such feed")
    with connection.cursor() as cursor:  # a function of the owner: all rows are behind the wall
        cursor.execute("SELECT haven_feed_holder(%s)", [public_id])
        ((key,),) = cursor.fetchall()
    if key is None:
        raise FeedEnded("the feed has ended")
    return int(key)


def member_of(key: int) -> Member:
    """Return the member whose feed it is, if they are let in; asked as that member.

    Raises:
        FeedEnded: They are not: suspended, left, or the terms are not accepted.
    """
    member = members.by_key(key)
    if member is None or not member.is_active or not terms.are_accepted(member):
        raise FeedEnded("the member of the feed is not let in")
    if member.agency.status != STATUSES.ACTIVE:
        raise FeedEnded("the agency of the feed's member does not take part")
    return member


def atom(member: Member) -> bytes:
    """Return what changed for a member as Atom, the latest first."""
    feed = Atom1Feed(
        title=_("Haven: changes in the catalogue of tools"),
        link=settings.HAVEN_ADDRESS + reverse("finding:following"),
        description="",
        language=member.language,
        feed_guid=f"urn:haven:feed:{member.pk}",
    )
    for one in queries.concerning(member)[:MOST_ENTRIES]:
        fields = describing.changed(one, member)
        feed.add_item(
            title=mail.plain(one.tool.name),  # a sign that XML forbids would end the whole feed
            link=settings.HAVEN_ADDRESS + reverse("catalogue:tool", args=[one.tool.slug]),
            description=", ".join(map(str, fields)) or _("new in the catalogue"),
            unique_id=f"urn:haven:change:{one.pk}",
            pubdate=one.at,
            updateddate=one.at,
        )
    return feed.writeString("utf-8").encode("utf-8")


def _code(public_id: uuid.UUID) -> str:
    """Return what only this site can make for a feed: its id and a seal."""
    seal = salted_hmac("haven.hub.finding.feed", public_id.hex, algorithm="sha256").hexdigest()
    return f"{public_id.hex}{seal}"
