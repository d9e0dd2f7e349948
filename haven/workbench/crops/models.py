"""Pictures of objects, and looks at them, as stored.

In      rows written by actions.py and cutting.py
Out     Crop, Look
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     one row says what was cut out of what, who wanted it, who released it and what left
Not     here: the file itself (storing.py), how a crop stands (queries.py)
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def _member(*, null: bool = False) -> "models.ForeignKey[object, object]":
    """Return a key to a member."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=null, blank=null
    )


class Crop(models.Model):
    """A picture of an object, cut out of an item in which it was drawn."""

    class State(models.TextChoices):
        CUTTING = "cutting", _("being cut out")
        FAILED = "failed", _("not cut out")
        READY = "ready", _("cut out, not proposed yet")
        PROPOSED = "proposed", _("waits for a second person")
        RELEASED = "released", _("released")
        REFUSED = "refused", _("not released")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("analysis.Item", on_delete=models.CASCADE, related_name="+")
    box = ArrayField(models.FloatField(), size=4)  # left, top, right, bottom, shares of the item
    black = models.JSONField(default=list)  # boxes of the same kind, blacked out
    made_by = _member()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.CUTTING)
    error_code = models.CharField(max_length=40, blank=True)

    sha256 = models.CharField(max_length=64, blank=True)  # of the file that may be given out
    size_bytes = models.PositiveIntegerField(null=True, blank=True)
    width_px = models.PositiveIntegerField(null=True, blank=True)
    height_px = models.PositiveIntegerField(null=True, blank=True)
    faces = models.JSONField(default=list)  # boxes of the faces it was checked against
    models_used = models.JSONField(default=dict)  # digests of the networks that looked

    what = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=1000, blank=True)
    audience = models.CharField(max_length=300, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)

    answered_by = _member(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=1000, blank=True)  # why it is released, or is not
    withdrawn_by = _member(null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=1000, blank=True)
    n_exports = models.PositiveIntegerField(default=0)  # times the file left

    class Meta:
        verbose_name = _("picture of an object")
        verbose_name_plural = _("pictures of objects")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("made_by")),
                name="crop_is_answered_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "refused"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="crop_is_released_or_refused_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "proposed", "released"]) | ~Q(sha256=""),
                name="crop_that_is_there_has_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(n_exports=0) | Q(answered_by__isnull=False),
                name="crop_leaves_after_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawn_by__isnull=False),
                name="crop_is_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"crop {self.pk}"


class Look(models.Model):
    """One look at a crop in one session: the short-lived grant for its picture."""

    crop = models.ForeignKey(Crop, on_delete=models.CASCADE, related_name="looks")
    exposure = models.OneToOneField(
        "wellbeing.Exposure", on_delete=models.CASCADE, related_name="+"
    )
    member = _member()
    session = models.CharField(max_length=64)  # SHA-256 of the session's key
    began_at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at a picture of an object")
        verbose_name_plural = _("looks at pictures of objects")

    def __str__(self) -> str:
        return f"look {self.pk}"
