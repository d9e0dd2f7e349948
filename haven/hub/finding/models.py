"""Finding, as stored: what members keep of the catalogue, and what they lack in it.

In      rows written by the actions of this app
Out     Listed, Search, Follow, Weekly, Feed of one member; Need, Seconding of all
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a short list is its member's alone (site/policies.py); a need is for everyone to read
Not     here: tools (catalogue), which needs a member may see (queries.py)
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_NOTE, LONGEST_NAME, LONGEST_TITLE, LONGEST_NEED = 500, 80, 120, 1500


def _of_member() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")


def _tool() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("catalogue.Tool", on_delete=models.CASCADE, related_name="+")


class Listed(models.Model):
    """A tool on a member's short list."""

    member = _of_member()
    tool = _tool()
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("tool on a short list")
        verbose_name_plural = _("tools on short lists")
        constraints = [
            models.UniqueConstraint(fields=["member", "tool"], name="tool_is_listed_once")
        ]

    def __str__(self) -> str:
        return f"listed {self.pk}"


class Search(models.Model):
    """What a member asked the catalogue for, and kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = _of_member()
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    q = models.CharField(max_length=200, blank=True)
    chosen = models.JSONField(default=dict)  # by a list of the catalogue: values
    looked_at = models.DateTimeField()  # what is new is new since then

    class Meta:
        verbose_name = _("kept search")
        verbose_name_plural = _("kept searches")
        constraints = [
            models.UniqueConstraint(fields=["member", "name"], name="search_has_a_name_of_its_own")
        ]

    def __str__(self) -> str:
        return f"search {self.public_id}"


class Follow(models.Model):
    """That a member wants to know when a tool's entry says something else."""

    member = _of_member()
    tool = _tool()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("followed tool")
        verbose_name_plural = _("followed tools")
        constraints = [
            models.UniqueConstraint(fields=["member", "tool"], name="tool_is_followed_once")
        ]

    def __str__(self) -> str:
        return f"follow {self.pk}"


class Weekly(models.Model):
    """That a member wants a letter each week; without this row there is none."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    told_until = models.DateTimeField()  # the next letter tells what came after

    class Meta:
        verbose_name = _("weekly letter")
        verbose_name_plural = _("weekly letters")

    def __str__(self) -> str:
        return f"weekly letter {self.pk}"


class Feed(models.Model):
    """A private address at which a feed reader asks; its code is made from the site's secret."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")

    def __str__(self) -> str:
        return f"feed {self.pk}"


class Need(models.Model):
    """Something that people who protect children lack."""

    class Kind(models.TextChoices):
        """How a need is known."""

        MEMBER = "member", _("said by a member")
        PRACTITIONERS = "practitioners", _("said by people who do this work")
        STUDY = "study", _("shown by a study or a review")
        USERS = "users", _("said in public by users of open tools")
        SURVEY = "survey", _("not seen in our own survey of tools")
        COUNTED = "counted", _("counted in this catalogue: no tool is known here")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        BEING_ANSWERED = "being-answered", _("being answered")
        ANSWERED = "answered", _("met")
        CLOSED = "closed", _("closed with a reason")
        WITHDRAWN = "withdrawn", _("taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.CharField(max_length=60, blank=True)  # of what the board opens with
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.TextField(_("what is needed"), max_length=LONGEST_NEED)
    helps = models.TextField(max_length=1000, blank=True)
    caution = models.TextField(max_length=1000, blank=True)
    kind = models.CharField(max_length=14, choices=Kind)
    steps = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    techniques = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    media = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_restricted = models.BooleanField(default=True)  # for those who investigate alone
    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    said_at = models.DateTimeField()
    answer = models.TextField(max_length=1000, blank=True)
    met_by = models.ManyToManyField("catalogue.Tool", related_name="+")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        indexes = [models.Index(fields=["state", "-said_at"], name="need_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=~models.Q(slug=""), name="need_is_loaded_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="member", said_by__isnull=False)
                | (~models.Q(kind="member") & ~models.Q(slug="")),
                name="need_is_said_by_a_member_or_a_file",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["answered", "closed"])
                | (models.Q(answered_by__isnull=False) & ~models.Q(answer="")),
                name="need_is_met_or_closed_by_somebody_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"need {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still waits."""
        return self.state in (self.State.OPEN, self.State.BEING_ANSWERED)


class Seconding(models.Model):
    """That a member lacks the same."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="secondings")
    member = _of_member()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("seconding of a need")
        verbose_name_plural = _("secondings of needs")
        constraints = [
            models.UniqueConstraint(fields=["need", "member"], name="need_is_seconded_once")
        ]

    def __str__(self) -> str:
        return f"seconding {self.pk}"
