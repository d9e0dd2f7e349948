"""Reports of experience, questions to makers and what makers say, as stored.

In      rows written by the actions of this app
Out     Report, Question, Saying, Voice, Flag
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     what colleagues met with a tool weighs more than what its maker promises, if it is known
        who looked at it, when, and what ties them to the maker
Not     here: who reads what (queries.py)

Of its author a row keeps what readers may meet, as it was on that day: members' own rows are
behind a wall, and a maker must never be one join away from a name.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.hub.catalogue.models import Maker, Tool
from haven.hub.catalogue.vocabulary import Media
from haven.hub.experience import vocabulary as words

LONG, SHORT = 2000, 1000


class Report(models.Model):
    """What a member met when using a tool."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("report", "waits for a curator")
        PUBLISHED = "published", pgettext_lazy("report", "published")
        REFUSED = "refused", pgettext_lazy("report", "not published")
        OBJECTED = "objected", pgettext_lazy("report", "a second curator looks at it")
        UPHELD = "upheld", pgettext_lazy("report", "not published, as a second curator agrees")
        HIDDEN = "hidden", pgettext_lazy("report", "hidden")
        WITHDRAWN = "withdrawn", pgettext_lazy("report", "taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="reports")
    version = models.CharField(max_length=60)
    tried_on = models.DateField()
    tried = models.TextField(max_length=SHORT)
    data = models.CharField(max_length=10, choices=words.Data)
    media = ArrayField(models.CharField(max_length=40, choices=Media.choices))
    worked = models.TextField(max_length=LONG, blank=True)
    did_not = models.TextField(max_length=LONG, blank=True)
    effort = models.CharField(max_length=10, choices=words.Effort)
    again = models.CharField(max_length=10, choices=words.Again)
    care = models.CharField(max_length=10, choices=words.Care)
    care_words = models.TextField(max_length=SHORT, blank=True)
    stake = models.CharField(max_length=10, choices=words.Stake)
    stake_words = models.CharField(max_length=500, blank=True)
    # Of the author, as it was on that day.
    author = models.CharField(max_length=15, choices=words.Author)
    region = models.CharField(max_length=10, choices=words.Region, blank=True)
    shown_name = models.CharField(max_length=200, blank=True)  # as the author chose
    shown_agency = models.CharField(max_length=200, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    # What became of it.
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=SHORT, blank=True)
    objection = models.TextField(max_length=SHORT, blank=True)
    objected_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    second_at = models.DateTimeField(null=True)
    second_answer = models.TextField(max_length=SHORT, blank=True)
    published_at = models.DateTimeField(null=True)
    # Of a published one that was hidden; empty again where a second curator shows it.
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    hidden_at = models.DateTimeField(null=True)
    hidden_because = models.TextField(max_length=SHORT, blank=True)

    class Meta:
        verbose_name = _("report of experience")
        verbose_name_plural = _("reports of experience")
        ordering = ["-written_at", "-pk"]
        indexes = [
            models.Index(fields=["tool", "state", "published_at"], name="experience_of_tool"),
            models.Index(fields=["state", "written_at"], name="experience_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "written_by", "version"],
                condition=~models.Q(state__in=["withdrawn", "upheld"]),
                name="one_report_of_a_version_by_each_member",
            ),
            models.CheckConstraint(
                condition=~models.Q(worked="") | ~models.Q(did_not=""),
                name="report_says_what_worked_or_what_did_not",
            ),
            models.CheckConstraint(
                condition=models.Q(stake="none") | ~models.Q(stake_words=""),
                name="report_says_in_words_what_ties_its_author",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("written_by")),
                name="nobody_publishes_their_own_report",
            ),
            models.CheckConstraint(
                condition=models.Q(second_by__isnull=True)
                | (
                    ~models.Q(second_by=models.F("written_by"))
                    & ~models.Q(second_by=models.F("decided_by"))
                ),
                name="second_look_at_a_report_is_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(published_at__isnull=False, decided_by__isnull=False),
                name="report_is_published_by_somebody_on_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["refused", "objected", "upheld"])
                | (~models.Q(answer="") & models.Q(decided_by__isnull=False))
                | models.Q(hidden_by__isnull=False),
                name="report_is_refused_by_somebody_with_an_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(hidden_by__isnull=True, hidden_because="")
                | (
                    models.Q(hidden_by__isnull=False)
                    & ~models.Q(hidden_because="")
                    & ~models.Q(hidden_by=models.F("written_by"))
                ),
                name="report_is_hidden_by_another_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="hidden") | models.Q(hidden_by__isnull=False),
                name="hidden_report_was_hidden_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published") | models.Q(hidden_by__isnull=True),
                name="published_report_is_not_hidden",
            ),
        ]

    def __str__(self) -> str:
        return f"report of experience {self.public_id}"


class Question(models.Model):
    """What a member asks the maker of a tool, for everyone to read."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("question", "waits for a curator")
        PUBLISHED = "published", pgettext_lazy("question", "put to the maker")
        REFUSED = "refused", pgettext_lazy("question", "not put to the maker")
        WITHDRAWN = "withdrawn", pgettext_lazy("question", "taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField(max_length=SHORT)
    author = models.CharField(max_length=15, choices=words.Author)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=SHORT, blank=True)  # of the curator, where refused
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question to a maker")
        verbose_name_plural = _("questions to makers")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["tool", "state", "published_at"], name="question_of_tool"),
            models.Index(fields=["state", "asked_at"], name="question_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="nobody_decides_on_their_own_question",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(published_at__isnull=False, decided_by__isnull=False),
                name="question_is_put_by_somebody_on_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(answer=""),
                name="question_is_refused_with_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.public_id}"


class Voice(models.Model):
    """That the members of a provider speak for a maker of the catalogue."""

    agency = models.ForeignKey(
        "accounts.Agency", on_delete=models.PROTECT, related_name="+", verbose_name=_("provider")
    )
    maker = models.ForeignKey(Maker, on_delete=models.CASCADE, related_name="voices")
    tied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    tied_at = models.DateTimeField()

    class Meta:
        verbose_name = _("who speaks for a maker")
        verbose_name_plural = _("who speaks for makers")
        ordering = ["maker__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "maker"], name="provider_speaks_once")
        ]

    def __str__(self) -> str:
        return f"voice {self.pk}"


class Saying(models.Model):
    """What a maker says to a question or to a report; it changes no grade and no count."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="sayings", null=True
    )
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="sayings", null=True)
    text = models.TextField(max_length=LONG)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    said_at = models.DateTimeField()
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    hidden_at = models.DateTimeField(null=True)
    hidden_because = models.TextField(max_length=SHORT, blank=True)

    class Meta:
        verbose_name = _("what a maker says")
        verbose_name_plural = _("what makers say")
        ordering = ["said_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(question__isnull=True, report__isnull=False)
                | models.Q(question__isnull=False, report__isnull=True),
                name="maker_speaks_to_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(hidden_by__isnull=True, hidden_because="")
                | (models.Q(hidden_by__isnull=False) & ~models.Q(hidden_because="")),
                name="what_a_maker_says_is_hidden_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"saying {self.public_id}"


class Flag(models.Model):
    """That a member asks curators to look once more at what everyone reads."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="flags", null=True)
    saying = models.ForeignKey(Saying, on_delete=models.CASCADE, related_name="flags", null=True)
    why = models.TextField(max_length=SHORT)  # read by curators alone
    flagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    flagged_at = models.DateTimeField()
    # What a curator decided; empty while it waits.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    closed_at = models.DateTimeField(null=True)
    led_to_hiding = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["flagged_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(saying__isnull=True, report__isnull=False)
                | models.Q(saying__isnull=False, report__isnull=True),
                name="flag_is_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["report", "flagged_by"], name="member_flags_a_report_once"
            ),
            models.UniqueConstraint(
                fields=["saying", "flagged_by"], name="member_flags_a_saying_once"
            ),
            models.CheckConstraint(condition=~models.Q(why=""), name="flag_says_why"),
            models.CheckConstraint(
                condition=models.Q(
                    closed_by__isnull=True, closed_at__isnull=True, led_to_hiding__isnull=True
                )
                | (
                    models.Q(
                        closed_by__isnull=False,
                        closed_at__isnull=False,
                        led_to_hiding__isnull=False,
                    )
                    & ~models.Q(closed_by=models.F("flagged_by"))
                ),
                name="flag_is_closed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"
