"""Assessments, as stored: who answered what, when, and how it was closed.

In      rows written by actions.py and closing.py
Out     Assessment, Part, Answer, Dissent, Closing
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     an answer is never edited: a later one supersedes it and both stay; two people close
Not     here: what is asked (questionnaires.py), what answers mean (scoring.py)

All of it belongs to one agency. The database shows it to members of that agency alone, and the
site has no right to change or delete an answer or a dissent.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = 1200  # characters of a text, as in content/schema.json
SHORT = 200
_ID = 40


class Role(models.TextChoices):
    """What a member does in one assessment; the questionnaire says what it takes."""

    ASSESSOR = "assessor", _("assessor")
    TECHNICAL = "technical-reviewer", _("technical reviewer")
    LEGAL = "data-protection-reviewer", _("legal and data-protection reviewer")
    WELLBEING = "wellbeing-lead", _("wellbeing lead")
    ACCOUNTABLE = "accountable-officer", _("accountable senior officer")
    OBSERVER = "independent-observer", _("independent observer")


class Decision(models.TextChoices):
    """What is decided at the close."""

    GO = "go-on", _("go on")
    CONDITIONS = "go-on-with-conditions", _("go on, with conditions")
    NOT_NOW = "not-now", _("not now")
    NO = "no", _("no")


class Assessment(models.Model):
    """One questionnaire, answered by one agency."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    questionnaire = models.CharField(max_length=40)
    version = models.CharField(max_length=10)  # for ever: its words are those that were answered
    digest = models.CharField(max_length=64)  # SHA-256 of the file when it began
    title = models.CharField(max_length=SHORT)
    unit = models.CharField(max_length=SHORT)
    tool_name = models.CharField(max_length=SHORT, blank=True)
    tool_version = models.CharField(max_length=SHORT, blank=True)
    tool_slug = models.CharField(max_length=SHORT, blank=True)  # in the catalogue of the Hub
    purpose = models.CharField(max_length=LONGEST, blank=True)
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    because = models.CharField(max_length=_ID, blank=True)  # id of a trigger
    because_reason = models.CharField(max_length=LONGEST, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)  # None: it is open

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(previous__isnull=True)
                | (~models.Q(because="") & ~models.Q(because_reason="")),
                name="assessment_is_made_anew_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["agency", "begun_at"], name="assessment_by_agency")]

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.version} {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Tell whether answers are still given."""
        return self.closed_at is None


class Part(models.Model):
    """A role that a member took; one member may have several, and a role several members."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="parts")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=_ID, choices=Role)
    interest = models.CharField(max_length=500, blank=True)  # of one's own in what comes out
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ["taken_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "member", "role"], name="part_is_taken_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.assessment_id}"


class Answer(models.Model):
    """What one member answered to one thing; never changed, superseded by a later one."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=_ID)
    value = models.CharField(max_length=_ID, blank=True)
    text = models.CharField(max_length=LONGEST, blank=True)  # of the preparation
    basis = models.CharField(max_length=10, blank=True)
    likelihood_before = models.PositiveSmallIntegerField(null=True, blank=True)
    severity_before = models.PositiveSmallIntegerField(null=True, blank=True)
    likelihood_after = models.PositiveSmallIntegerField(null=True, blank=True)
    severity_after = models.PositiveSmallIntegerField(null=True, blank=True)
    controls = models.JSONField(default=list, blank=True)  # as in content/schema.json
    reason = models.CharField(max_length=LONGEST, blank=True)
    note = models.CharField(max_length=LONGEST, blank=True)
    evidence = models.CharField(max_length=LONGEST, blank=True)  # what shows it
    evidence_where = models.CharField(max_length=LONGEST, blank=True)  # and where it lies
    evidence_seen_on = models.DateField(null=True, blank=True)
    filled_from = models.JSONField(default=dict, blank=True)  # as in content/schema.json
    role = models.CharField(max_length=_ID, choices=Role)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "item"],
                condition=models.Q(supersedes__isnull=True),
                name="answer_comes_first_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(value__in=["not-applicable", "cannot-occur"])
                | ~models.Q(reason=""),
                name="answer_that_does_not_apply_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(evidence="", evidence_where="", evidence_seen_on=None)
                | (
                    ~models.Q(evidence="")
                    & ~models.Q(evidence_where="")
                    & models.Q(evidence_seen_on__isnull=False)
                ),
                name="answer_says_where_its_evidence_lies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} in {self.assessment_id}"


class Dissent(models.Model):
    """That a member sees something otherwise, or a reply to that; both stay in the document."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="dissents")
    about = models.CharField(max_length=_ID)  # an item, a theme or "whole"
    text = models.CharField(max_length=LONGEST)
    role = models.CharField(max_length=_ID, choices=Role)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    said_at = models.DateTimeField()
    replies_to = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reply"
    )

    class Meta:
        verbose_name = _("dissent")
        verbose_name_plural = _("dissents")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="dissent_says_something"),
        ]

    def __str__(self) -> str:
        return f"dissent {self.pk} in {self.assessment_id}"


class Closing(models.Model):
    """A close that one member proposed and another confirmed, or did not."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="closings")
    decision = models.CharField(max_length=30, choices=Decision)
    reason = models.CharField(max_length=LONGEST)
    role = models.CharField(max_length=_ID, choices=Role)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    is_agreed = models.BooleanField(null=True)  # None: it waits for the second person
    second_role = models.CharField(max_length=_ID, choices=Role, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    second_at = models.DateTimeField(null=True, blank=True)
    second_reason = models.CharField(max_length=LONGEST, blank=True)

    class Meta:
        verbose_name = _("close")
        verbose_name_plural = _("closes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="closing_has_a_reason"),
            models.CheckConstraint(
                condition=~models.Q(is_agreed=True)
                | (
                    models.Q(second_by__isnull=False)
                    & ~models.Q(second_by=models.F("proposed_by"))
                    & ~models.Q(second_role="")
                ),
                name="closing_takes_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(is_agreed__isnull=True, second_by__isnull=True)
                | models.Q(is_agreed__isnull=False, second_by__isnull=False),
                name="closing_is_answered_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=models.Q(is_agreed__isnull=True),
                name="closing_waits_once",
            ),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=models.Q(is_agreed=True),
                name="closing_is_final",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} for {self.assessment_id}"
