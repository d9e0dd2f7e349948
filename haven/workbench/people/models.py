"""What people decided about groups of faces, as stored.

In      rows written by actions.py
Out     Person, GroupChange
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     the program groups; only a person says who somebody is, and it can be undone
Not     here: the groups themselves (haven.workbench.analysis)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A group of faces that a member gave a name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    group = models.OneToOneField(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )  # None: the naming was undone; the record stays
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=500, blank=True)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    named_at = models.DateTimeField()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"person {self.public_id}"


class GroupChange(models.Model):
    """One change of a person to the groups of a case: who, when, what was and what is.

    `before` and `after` hold the same groups: {"groups": [{"id", "settled", "faces": [face
    ids]}], "people": [{"id", "group", "name", "note", "named_by", "named_at"}]}.
    """

    class Verb(models.TextChoices):
        SPLIT = "split", _("split")
        MERGE = "merge", _("merged")
        NAME = "name", _("named")
        RENAME = "rename", _("renamed")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=10, choices=Verb)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField()
    after = models.JSONField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of groups")
        verbose_name_plural = _("changes of groups")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "-id"], name="change_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_by__isnull=True, undone_at__isnull=True)
                | models.Q(undone_by__isnull=False, undone_at__isnull=False),
                name="change_is_undone_by_someone_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"
