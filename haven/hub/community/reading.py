"""Reading groups: which topics, threads and posts a member may read, and what waits to be decided.

In      the member who asks
Out     topics with what is in them, threads, posts, hidden posts, reports
Fails   ThreadNotFound, PostNotFound, HidingNotFound, ReportNotFound; topics.TopicNotFound
Why     a topic has an audience, and a group is read by those who are in it
Not     here: people and messages (queries.py)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q, QuerySet

from haven.accounts import access
from haven.hub.community import limits, topics
from haven.hub.community.models import (
    AcceptedRules,
    Disclosed,
    Hiding,
    Joined,
    Post,
    Report,
    Thread,
)
from haven.hub.community.topics import Topic, TopicNotFound
from haven.hub.community.vocabulary import HEARS
from haven.hub.guidance import queries as guidance
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.guidance.models import GuideStep

A_DAY = limits.POSTS


class ThreadNotFound(NotFound):
    """No thread that the member may read."""

    code = "thread.not_found"


class PostNotFound(NotFound):
    """No post that the member may read."""

    code = "post.not_found"


class HidingNotFound(NotFound):
    """No hidden post that is the member's or theirs to decide on."""

    code = "hiding.not_found"


class ReportNotFound(NotFound):
    """No report that is the member's or theirs to decide on."""

    code = "report.not_found"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A topic as one member sees it."""

    topic: Topic
    is_in: bool  # reads and writes there
    n_threads: int
    last_at: dt.datetime | None


def hears(member: Member, audience: str) -> bool:
    """Tell whether a member belongs to an audience."""
    return not HEARS[audience].isdisjoint(member.roles)


def moderates(member: Member) -> bool:
    """Tell whether a member moderates."""
    return access.allows(member, "community.moderate")


def shelves(member: Member) -> list[Shelf]:
    """Return the topics that are open to a member, with how much is in each."""
    joined = groups_of(member)
    counted = {
        one["topic"]: (one["n"], one["last"])
        for one in visible_to(member)
        .order_by()
        .values("topic")
        .annotate(n=Count("pk"), last=Max("last_at"))
    }
    return [
        Shelf(
            one,
            not one.is_group or one.slug in joined,
            *counted.get(one.slug, (0, None)),
        )
        for one in topics.every().values()
        if hears(member, one.open_to)
    ]


def topic(slug: str, *, member: Member) -> Topic:
    """Return a topic that is open to a member, in it or not.

    Raises:
        TopicNotFound: Not there, or for others.
    """
    found = topics.topic(slug)
    if not hears(member, found.open_to):
        raise TopicNotFound(f"topic {slug} is not for member {member.pk}")
    return found


def groups_of(member: Member) -> set[str]:
    """Return the groups a member is in."""
    return set(Joined.objects.filter(person_id=member.pk).values_list("topic", flat=True))


def steps_of(topic: Topic) -> list[GuideStep]:
    """Return the published pages on the steps of the work that a topic is about."""
    return [one for one in guidance.steps() if one.slug in topic.steps]


def n_in(topic: Topic) -> int:
    """Return how many are in a group; those in it and moderators may count."""
    return Joined.objects.filter(topic=topic.slug).count()


def is_in(topic: Topic, *, member: Member) -> bool:
    """Tell whether a member reads a topic: it is open, they are in it, or they moderate."""
    return not topic.is_group or moderates(member) or topic.slug in groups_of(member)


def visible_to(member: Member) -> QuerySet[Thread]:
    """Return the threads that a member may read."""
    open_to = [one.slug for one in topics.every().values() if hears(member, one.open_to)]
    found = Thread.objects.filter(topic__in=open_to)
    if not moderates(member):
        found = found.filter(Q(is_group=False) | Q(topic__in=groups_of(member)))
    return found.select_related("author")


def threads(topic: Topic, *, member: Member) -> QuerySet[Thread]:
    """Return the threads of a topic, the one with the latest post first."""
    return visible_to(member).filter(topic=topic.slug).order_by("-last_at", "-pk")


def thread(public_id: UUID, *, member: Member) -> Thread:
    """Return one thread.

    Raises:
        ThreadNotFound: Not there, or not for this member.
    """
    found = visible_to(member).filter(public_id=public_id).first()
    if found is None:
        raise ThreadNotFound("no such thread for this member")
    return found


def posts(member: Member) -> QuerySet[Post]:
    """Return the posts a member may read: hidden ones are for their author and moderators."""
    found = Post.objects.filter(thread__in=visible_to(member).order_by())
    if not moderates(member):
        found = found.filter(Q(is_hidden=False) | Q(author_id=member.pk))
    return found.select_related("author", "thread")


def of_thread(thread: Thread, *, member: Member) -> QuerySet[Post]:
    """Return the posts of a thread in their order."""
    found = posts(member).filter(thread=thread).prefetch_related("hidings")
    return found.order_by("posted_at", "pk")


def post(public_id: UUID, *, member: Member) -> Post:
    """Return one post.

    Raises:
        PostNotFound: Not there, or not for this member.
    """
    found = posts(member).filter(public_id=public_id).first()
    if found is None:
        raise PostNotFound("no such post for this member")
    return found


def has_accepted(member: Member) -> bool:
    """Tell whether a member has accepted the house rules that hold now."""
    version = topics.rules().version
    return AcceptedRules.objects.filter(person_id=member.pk, version=version).exists()


def hidings(member: Member) -> QuerySet[Hiding]:
    """Return hidden posts: a moderator all, an author the own ones."""
    found = Hiding.objects.select_related("post__author", "post__thread")
    if not moderates(member):
        found = found.filter(post__author_id=member.pk)
    return found.order_by("-hidden_at", "-pk")


def hiding(public_id: UUID, *, member: Member) -> Hiding:
    """Return one hidden post.

    Raises:
        HidingNotFound: Not there, or neither the member's nor theirs to decide on.
    """
    rows = hidings(member).prefetch_related("looks")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise HidingNotFound("no such hidden post for this member")
    return found


def may_decide(hiding: Hiding, *, member: Member) -> bool:
    """Tell whether a member may decide on a hidden post: one who did not, and did not write it."""
    decided = {one.by_id for one in hiding.looks.all()}
    concerned = {hiding.hidden_by_id, hiding.post.author_id, *decided}
    return moderates(member) and hiding.waits and member.pk not in concerned


def reports(member: Member) -> QuerySet[Report]:
    """Return reports: a moderator all but those about or by them, and everyone the own ones."""
    found = Report.objects.order_by("-made_at", "-pk")
    if moderates(member):
        return found.exclude(about_id=member.pk).select_related("about", "reporter")
    return found.filter(reporter_id=member.pk)


def report(public_id: UUID, *, member: Member) -> Report:
    """Return one report.

    Raises:
        ReportNotFound: Not there, or neither the member's nor theirs to decide on.
    """
    found = reports(member).filter(public_id=public_id).first()
    if found is None:
        raise ReportNotFound("no such report for this member")
    return found


def disclosed(report: Report) -> QuerySet[Disclosed]:
    """Return the copies that came with a report which the member may read."""
    return report.disclosed.prefetch_related("said_by").order_by("said_at", "pk")


def post_of(report: Report, *, member: Member) -> Post | None:
    """Return the post that was reported; None: of messages, hidden since, or of a group left."""
    return posts(member).filter(pk=report.post_id).first() if report.post_id else None


def n_waiting(member: Member) -> tuple[int, int]:
    """Return how many reports and hidden posts wait for a moderator; none for anyone else."""
    if not moderates(member):
        return 0, 0
    open_reports = reports(member).filter(closed_at__isnull=True).exclude(reporter_id=member.pk)
    decided = Q(hidden_by_id=member.pk) | Q(post__author_id=member.pk) | Q(looks__by_id=member.pk)
    waits = hidings(member).filter(waits=True).exclude(decided)
    return open_reports.count(), waits.count()
