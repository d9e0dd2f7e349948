"""Talking: accept the rules, join a group, begin a thread, answer in one.

In      who, where, words, the moment
Out     the new rows; an entry in the record that something was posted, never what
Fails   TopicNotFound, ThreadNotFound; RulesFirst, RulesChanged, JoinFirst;
        limits.TooManyPosts
Why     who writes has agreed to the rules that hold now
Not     here: hiding posts (moderating.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.hub.community import limits, reading, topics
from haven.hub.community.actions import person_of
from haven.hub.community.models import AcceptedRules, Joined, Post, Thread
from haven.web.errors import BadInput, Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.community.topics import Topic


class RulesFirst(Conflict):
    """The rules that hold now are not accepted."""

    code = "community.rules_first"
    words = _("First read the house rules and accept them.")


class RulesChanged(BadInput):
    """Another version was read."""

    code = "community.rules_changed"
    words = _("The house rules have changed. Read them again.")


class JoinFirst(Conflict):
    """A group is for those who are in it."""

    code = "community.join_first"
    words = _("Join the group first.")


@transaction.atomic
def accept_rules(version: str, *, by: Member, at: datetime) -> None:
    """Accept the house rules as they were read.

    Raises:
        RulesChanged: Another version holds now.
    """
    if version != topics.rules().version:
        raise RulesChanged(f"version {version[:12]} was read")
    _row, is_new = AcceptedRules.objects.get_or_create(
        person=person_of(by), version=version, defaults={"at": at}
    )
    if is_new:
        record("community.accept_rules", actor=by, target=person_of(by), at=at, version=version)


@transaction.atomic
def join(slug: str, *, by: Member, at: datetime) -> None:
    """Join a group, with its rules in sight.

    Raises:
        TopicNotFound: Not there, or for others.
        RulesFirst: The house rules come before it.
    """
    topic = reading.topic(slug, member=by)
    _require_rules(by)
    if topic.is_group:
        _row, is_new = Joined.objects.get_or_create(
            person=person_of(by), topic=topic.slug, defaults={"at": at}
        )
        if is_new:
            record("community.join", actor=by, target=person_of(by), at=at, topic=topic.slug)


@transaction.atomic
def leave(slug: str, *, by: Member, at: datetime) -> None:
    """Leave a group; what was written stays with a name.

    Raises:
        TopicNotFound: Not there, or for others.
    """
    topic = reading.topic(slug, member=by)
    gone, _each = Joined.objects.filter(person_id=by.pk, topic=topic.slug).delete()
    if gone:
        record("community.leave", actor=by, target=person_of(by), at=at, topic=topic.slug)


@transaction.atomic
def begin(slug: str, *, title: str, text: str, by: Member, at: datetime) -> Thread:
    """Begin a thread under a topic, with its first post.

    Raises:
        TopicNotFound, RulesFirst, JoinFirst: As they say.
        TooManyPosts: The day is used up.
    """
    topic = reading.topic(slug, member=by)
    _require_may_write(topic, by)
    person = person_of(by)
    limits.require_room(Post, person, at=at)
    made = Thread.objects.create(
        topic=topic.slug,
        open_to=topic.open_to,
        is_group=topic.is_group,
        title=title.strip(),
        author=person,
        begun_at=at,
        last_at=at,
        n_posts=1,
    )
    first = Post.objects.create(
        thread=made, author=person, text=text.strip(), posted_at=at, is_first=True
    )
    record("post.write", actor=by, target=first, at=at, topic=topic.slug)
    return made


@transaction.atomic
def reply(public_id: UUID, *, text: str, by: Member, at: datetime) -> Post:
    """Write a post in a thread.

    Raises:
        ThreadNotFound, RulesFirst, JoinFirst: As they say.
        TooManyPosts: The day is used up.
    """
    thread = reading.thread(public_id, member=by)
    _require_may_write(topics.topic(thread.topic), by)
    person = person_of(by)
    limits.require_room(Post, person, at=at)
    made = Post.objects.create(thread=thread, author=person, text=text.strip(), posted_at=at)
    Thread.objects.filter(pk=thread.pk).update(last_at=at, n_posts=F("n_posts") + 1)
    record("post.write", actor=by, target=made, at=at, topic=thread.topic)
    return made


def _require_may_write(topic: Topic, by: Member) -> None:
    """Return if a member may write under a topic.

    Raises:
        RulesFirst: The house rules are not accepted as they hold now.
        JoinFirst: It is a group, and the member is not in it.
    """
    _require_rules(by)
    if topic.is_group and topic.slug not in reading.groups_of(by):
        raise JoinFirst(f"member {by.pk} is not in {topic.slug}")


def _require_rules(by: Member) -> None:
    if not reading.has_accepted(by):
        raise RulesFirst(f"member {by.pk} has not accepted the rules")
