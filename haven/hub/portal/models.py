"""Tools that makers submit, as stored.

In      rows written by actions.py
Out     Submission
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a tool comes in when one curator has checked the published criteria and another one
        publishes it; both stand in the row
Not     here: the criteria (hub/catalogue/rules.py), the entry that comes of it
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.hub.catalogue.models import Tool

_SLUG = models.CharField(max_length=60)


class Submission(models.Model):
    """A tool that a maker would have in the catalogue."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("submission", "waits for a check of the criteria")
        CHECKED = "checked", pgettext_lazy("submission", "checked; another curator publishes")
        PUBLISHED = "published", pgettext_lazy("submission", "in the catalogue")
        REFUSED = "refused", pgettext_lazy("submission", "not taken in")
        WITHDRAWN = "withdrawn", pgettext_lazy("submission", "taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    maker = models.CharField(max_length=200)  # its name in the catalogue, also if it is new there
    country = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    entry = models.JSONField()  # fields of the tool, as the catalogue takes them
    claims = models.JSONField()  # [{"says": ..., "source": ...}]
    rules_met = ArrayField(
        _SLUG.clone(), default=list
    )  # rules of refusal that the maker says yes to
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rule = models.CharField(max_length=60, blank=True)  # of refusal, by which it is not taken in
    missed = ArrayField(_SLUG.clone(), default=list)  # criteria that do not hold
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    checked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=1000, blank=True)
    objection = models.TextField(max_length=1000, blank=True)  # once: another curator checks anew
    objected_at = models.DateTimeField(null=True)
    tool = models.OneToOneField(
        Tool, on_delete=models.SET_NULL, related_name="submission", null=True
    )

    class Meta:
        verbose_name = _("submitted tool")
        verbose_name_plural = _("submitted tools")
        ordering = ["-submitted_at", "-pk"]
        indexes = [models.Index(fields=["state", "submitted_at"], name="submission_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checked_by__isnull=True)
                | ~models.Q(checked_by=models.F("submitted_by")),
                name="maker_checks_no_submission",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | (
                    models.Q(checked_by__isnull=False, decided_by__isnull=False)
                    & ~models.Q(decided_by=models.F("checked_by"))
                    & ~models.Q(decided_by=models.F("submitted_by"))
                ),
                name="submission_is_published_by_two",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(rule="") | ~models.Q(answer=""),
                name="submission_is_refused_by_a_rule_or_with_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"submission {self.public_id}"
