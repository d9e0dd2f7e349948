"""Groups, as stored: threads and posts, hiding and objecting, reports.

In      rows written by the actions of this part
Out     one class for each table
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     who moderates answers to a second person, and the author is heard
Not     here: people and messages (models.py)
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haven.hub.community.columns import PERSON, POST, REASON, SLUG, TITLE, to
from haven.hub.community.vocabulary import Audience, Why


class AcceptedRules(models.Model):
    """A member accepted a version of the house rules."""

    person = to(PERSON)
    version = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("acceptance of the house rules")
        verbose_name_plural = _("acceptances of the house rules")
        constraints = [
            models.UniqueConstraint(fields=["person", "version"], name="rules_are_accepted_once")
        ]

    def __str__(self) -> str:
        return f"member {self.person_id} accepted {self.version}"


class Joined(models.Model):
    """A member is in a group."""

    person = to(PERSON)
    topic = models.CharField(max_length=SLUG)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("place in a group")
        verbose_name_plural = _("places in groups")
        constraints = [
            models.UniqueConstraint(fields=["person", "topic"], name="group_is_joined_once")
        ]

    def __str__(self) -> str:
        return f"member {self.person_id} in {self.topic}"


class Thread(models.Model):
    """Posts about one question under a topic."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.CharField(max_length=SLUG)
    open_to = models.CharField(max_length=20, choices=Audience)  # as the topic says
    is_group = models.BooleanField()  # for those alone who are in the group
    title = models.CharField(_("title"), max_length=TITLE)
    author = to(PERSON)
    begun_at = models.DateTimeField()
    last_at = models.DateTimeField()  # of the latest post
    n_posts = models.PositiveIntegerField(default=0)
    n_hidden = models.PositiveIntegerField(default=0)
    is_title_hidden = models.BooleanField(default=False)  # as its first post

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = [models.Index(fields=["topic", "-last_at", "-id"], name="thread_of_topic")]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Post(models.Model):
    """What somebody wrote in a thread; hidden, its author and moderators alone see it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    thread = to(Thread)
    author = to(PERSON)
    text = models.TextField(_("text"), max_length=POST)
    posted_at = models.DateTimeField()
    is_first = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [
            models.Index(fields=["thread", "posted_at", "id"], name="post_of_thread"),
            models.Index(fields=["author", "-posted_at"], name="post_of_author"),
        ]

    def __str__(self) -> str:
        return f"post {self.pk}"


class Hiding(models.Model):
    """A moderator hid a post, for a reason; its author may object once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = to(Post, related_name="hidings")
    hidden_by = to(PERSON)
    hidden_at = models.DateTimeField()
    reason = models.TextField(_("reason"), max_length=REASON)
    objection = models.TextField(_("objection"), max_length=REASON, blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    waits = models.BooleanField(default=True)  # for another moderator to look

    class Meta:
        verbose_name = _("hiding of a post")
        verbose_name_plural = _("hidings of posts")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hiding_has_a_reason"),
            models.CheckConstraint(
                condition=Q(objection="", objected_at__isnull=True)
                | (~Q(objection="") & Q(objected_at__isnull=False)),
                name="hiding_is_objected_to_with_words",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(waits=False),
                name="hiding_that_is_lifted_waits_for_nobody",
            ),
            models.UniqueConstraint(
                fields=["post"], condition=Q(lifted_at__isnull=True), name="post_is_hidden_once"
            ),
        ]

    def __str__(self) -> str:
        return f"hiding {self.pk}"


class Look(models.Model):
    """Another moderator looked at a hidden post and said whether it stays so."""

    hiding = to(Hiding, related_name="looks")
    by = to(PERSON)
    hidden_by = to(PERSON)  # as in its hiding, so that a rule can compare
    at = models.DateTimeField()
    stays = models.BooleanField()
    answer = models.TextField(_("answer"), max_length=REASON)
    of_objection = models.BooleanField()

    class Meta:
        verbose_name = _("second look at a hidden post")
        verbose_name_plural = _("second looks at hidden posts")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=F("hidden_by")), name="look_is_by_another_than_hid"
            ),
            models.UniqueConstraint(fields=["hiding", "by"], name="look_is_once_by_one_person"),
        ]

    def __str__(self) -> str:
        return f"look {self.pk} at hiding {self.hiding_id}"


class Report(models.Model):
    """A member reports a post, or messages that were written to them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reporter = to(PERSON)
    about = to(PERSON)  # who wrote what is reported; is not told by whom
    post = to(Post, null=True, blank=True)
    contact = to("community.Contact", null=True, blank=True)
    why = models.CharField(_("why"), max_length=20, choices=Why)
    words = models.TextField(_("what should be known"), max_length=REASON, blank=True)
    made_at = models.DateTimeField()
    closed_by = to(PERSON, null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), max_length=REASON, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, contact__isnull=True)
                | Q(post__isnull=True, contact__isnull=False),
                name="report_is_of_a_post_or_of_messages",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, answer="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(answer="")),
                name="report_is_closed_with_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True)
                | (~Q(closed_by=F("about")) & ~Q(closed_by=F("reporter"))),
                name="report_is_closed_by_a_third",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class Disclosed(models.Model):
    """The copy of one message or post that a reporter chose to show to moderators."""

    report = to(Report, related_name="disclosed")
    said_by = to(PERSON)
    said_at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        verbose_name = _("disclosed copy")
        verbose_name_plural = _("disclosed copies")
        ordering = ["said_at", "pk"]

    def __str__(self) -> str:
        return f"copy {self.pk} of report {self.report_id}"
