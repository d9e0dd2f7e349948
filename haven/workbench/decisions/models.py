"""Decisions, the answers of a second person, and whether two are needed, as stored.

In      rows written by actions.py
Out     Decision, Answer, TwoPeople
Fails   IntegrityError: a constraint below is broken; its name says which promise. A trigger
        (migration 0002) refuses every change of a row, whoever asks
Why     a decision is final: a later one supersedes it and both stay
Not     here: how a decision stands (queries.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TwoPeople(models.Model):
    """Whether an agency wants two people for an identification; the latest row counts.

    On from the start. Off takes a legal basis (AI Act, article 14(5); R-AI-3).
    """

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField()
    basis = models.CharField(max_length=300, blank=True)  # the law that allows it off
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rule of two people")
        verbose_name_plural = _("rules of two people")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_on=True) | ~models.Q(basis=""),
                name="one_person_is_enough_only_on_a_legal_basis",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="rule_of_two_people_is_set_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"rule {self.pk} of agency {self.agency_id}"


class Decision(models.Model):
    """What a member decided, and why. Never changed; a later one may supersede it."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("who somebody is")
        NOT_SAME = "not_same", _("not the same person")
        LEAD = "lead", _("a lead is supported or refuted")
        STOP = "stop", _("the review of an exhibit ends")
        OWN = "own", _("another decision")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    said = models.CharField(max_length=300)  # the identity, the verdict: what is decided
    reason = models.CharField(max_length=1000)
    group = models.ForeignKey(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    other_group = models.ForeignKey(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    exhibit = models.ForeignKey(
        "evidence.Exhibit", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="later", null=True, blank=True
    )
    needs_second = models.BooleanField()
    rule = models.ForeignKey(  # that one person is enough; None: the rule from the start
        TwoPeople, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "-id"], name="decision_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(said="") & ~models.Q(reason=""),
                name="decision_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="identity")
                | models.Q(group__isnull=False)
                & (models.Q(needs_second=True) | models.Q(rule__isnull=False)),
                name="identity_takes_two_people_or_a_rule_on_record",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="not_same")
                | models.Q(group__isnull=False, other_group__isnull=False)
                & ~models.Q(group=models.F("other_group")),
                name="not_the_same_person_names_two_groups",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="lead") | models.Q(lead__isnull=False),
                name="decision_on_a_lead_names_it",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="stop") | models.Q(exhibit__isnull=False),
                name="end_of_a_review_names_the_exhibit",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.public_id}"


class Answer(models.Model):
    """What the second person said to a decision that needs two."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="answer")
    proposed_by = models.ForeignKey(  # as in the decision, so that a constraint can compare
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    agrees = models.BooleanField()
    reason = models.CharField(max_length=1000)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer of a second person")
        verbose_name_plural = _("answers of second people")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(made_by=models.F("proposed_by")),
                name="second_person_is_another_one",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="second_person_says_why"),
        ]

    def __str__(self) -> str:
        return f"answer to decision {self.decision_id}"
