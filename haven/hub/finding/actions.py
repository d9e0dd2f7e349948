"""What members keep of the catalogue: a short list, searches, follows; how they are told.

In      who, a tool or what was asked, when
Out     rows of that member; on the record, what goes out of the Hub or opens a way in
Fails   ToolNotFound, SearchNotFound; ListFull, TooManySearches, FollowsFull; SameName;
        NothingAsked
Why     what somebody looks for is no act for the record; that a list was taken out is
Not     here: needs (asking.py), what is new (queries.py)
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.hub.catalogue import queries as catalogue
from haven.hub.finding import queries
from haven.hub.finding.models import Feed, Follow, Listed, Search, Weekly
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.catalogue.finding import Asked
    from haven.hub.finding.queries import OnList


class ListFull(Conflict):
    """A short list holds so many tools and no more."""

    code = "shortlist.full"
    words = _("Your list holds 50 tools and no more. Take one off it first.")


class FollowsFull(Conflict):
    """A member follows so many tools and no more."""

    code = "follow.full"
    words = _("You follow 200 tools and cannot follow more. Let go of one first.")


class TooManySearches(Conflict):
    """A member keeps so many searches and no more."""

    code = "search.too_many"
    words = _("You keep 20 searches and cannot keep more. Remove one first.")


class SameName(Conflict):
    """Another kept search has the name."""

    code = "search.same_name"
    words = _("You kept a search under this name already. Choose another name.")


class NothingAsked(BadInput):
    """The search asks for everything."""

    code = "search.nothing_asked"
    words = _("Choose something or write a word first: this search finds every tool.")


@transaction.atomic
def add(slug: str, *, by: Member, at: datetime) -> None:
    """Put a tool on a member's short list; one that is there stays as it is.

    Raises:
        ToolNotFound: Not in the catalogue.
        ListFull: As it says.
    """
    tool, mine = catalogue.entry(slug), Listed.objects.filter(member=by)
    if mine.filter(tool=tool).exists():
        return
    if mine.count() >= queries.MOST_LISTED:
        raise ListFull(f"member {by.pk} has {queries.MOST_LISTED} tools listed")
    Listed.objects.get_or_create(member=by, tool=tool, defaults={"at": at})


def remove(slug: str, *, by: Member) -> None:
    """Take a tool off a member's short list, with its note."""
    Listed.objects.filter(member=by, tool__slug=slug).delete()


def note(slug: str, text: str, *, by: Member) -> None:
    """Write a note beside a tool on a member's short list.

    Raises:
        ToolNotFound: Not on the list.
    """
    rows = Listed.objects.filter(member=by, tool__slug=slug)
    if not rows.update(note=text.strip()):
        raise catalogue.ToolNotFound("not on the member's list")


@transaction.atomic
def take_out(how: str, *, by: Member, at: datetime) -> list[OnList]:
    """Return a member's short list to be saved as a file, and note on the record that it was."""
    found = queries.shortlist(by)
    keys = [one.shown.tool.pk for one in found]
    record("shortlist.export", actor=by, at=at, format=how, tools=keys)
    return found


@transaction.atomic
def follow(slug: str, *, by: Member, at: datetime) -> None:
    """Tell a member from now on when a tool's entry says something else.

    Raises:
        ToolNotFound: Not in the catalogue.
        FollowsFull: As it says.
    """
    tool, mine = catalogue.entry(slug), Follow.objects.filter(member=by)
    if mine.filter(tool=tool).exists():
        return
    if mine.count() >= queries.MOST_FOLLOWED:
        raise FollowsFull(f"member {by.pk} follows {queries.MOST_FOLLOWED} tools")
    Follow.objects.get_or_create(member=by, tool=tool, defaults={"at": at})


def unfollow(slug: str, *, by: Member) -> None:
    """Tell a member no more of a tool."""
    Follow.objects.filter(member=by, tool__slug=slug).delete()


def keep(name: str, asked: Asked, *, by: Member, at: datetime) -> Search:
    """Keep what a member asks the catalogue for.

    Raises:
        NothingAsked, TooManySearches, SameName: As they say.
    """
    if not asked:
        raise NothingAsked("a search without words and choices")
    if Search.objects.filter(member=by).count() >= queries.MOST_SEARCHES:
        raise TooManySearches(f"member {by.pk} keeps {queries.MOST_SEARCHES} searches")
    chosen: dict[str, Sequence[str]] = {
        list_: list(values) for list_, values in asked.chosen.items() if values
    }
    try:
        with transaction.atomic():
            return Search.objects.create(
                member=by, name=name.strip(), q=asked.q.strip(), chosen=chosen, looked_at=at
            )
    except IntegrityError as error:
        raise SameName(f"member {by.pk} keeps a search of that name") from error


def look(public_id: UUID, *, by: Member, at: datetime) -> Search:
    """Note that a member looks at what a kept search finds; what comes later is new.

    Raises:
        SearchNotFound: There is none, or it is another's.
    """
    found = queries.search(public_id, member=by)
    found.looked_at = at
    found.save(update_fields=["looked_at"])
    return found


def forget(public_id: UUID, *, by: Member) -> None:
    """Remove a kept search.

    Raises:
        SearchNotFound: There is none, or it is another's.
    """
    queries.search(public_id, member=by).delete()


@transaction.atomic
def set_weekly(*, is_wanted: bool, by: Member, at: datetime) -> None:
    """Send a member a letter each week, or none; saying so twice changes nothing."""
    if is_wanted:
        _row, is_changed = Weekly.objects.get_or_create(member=by, defaults={"told_until": at})
    else:
        is_changed = bool(Weekly.objects.filter(member=by).delete()[0])
    if is_changed:
        record("catalogue.set_letter", actor=by, at=at, is_wanted=is_wanted)


@transaction.atomic
def make_feed(*, by: Member, at: datetime) -> Feed:
    """Make the private address of a member's feed; the one before it ends."""
    new = {"public_id": uuid.uuid4(), "made_at": at}
    made, _is_first = Feed.objects.update_or_create(member=by, defaults=new)
    record("feed.make", actor=by, target=made, at=at)
    return made


@transaction.atomic
def end_feed(*, by: Member, at: datetime) -> None:
    """End the private address of a member's feed."""
    found = Feed.objects.filter(member=by).first()
    if found is not None:
        record("feed.end", actor=by, target=found, at=at)
        found.delete()
