"""Reveals, as stored: what was opened and why, each time it was held, a colleague's yes.

In      rows written by actions.py
Out     Reveal, Hold, SecondPerson, Choice
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a reason is given once for an item and holds for minutes; a picture is there only
        while something is held
Not     here: how long it lasted (wellbeing), which is its member's alone; pixels (analysis)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

PART, WHOLE = 3, 4  # steps of the ladder, as in wellbeing


def _member(*, null: bool = False) -> "models.ForeignKey[object, object]":
    """Return a key to a member."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=null, blank=null
    )


class SecondPerson(models.Model):
    """A member asks a colleague of the case to agree that a whole picture is opened."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a colleague")
        AGREED = "agreed", _("a colleague agreed")
        REFUSED = "refused", _("a colleague did not agree")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("analysis.Item", on_delete=models.CASCADE, related_name="+")
    asked_by = _member()
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_by = _member(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)  # a yes counts so long

    class Meta:
        verbose_name = _("request for a second person")
        verbose_name_plural = _("requests for a second person")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="asked", decided_by__isnull=True)
                | ~models.Q(state="asked") & models.Q(decided_by__isnull=False),
                name="second_person_decided_or_is_waited_for",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="second_person_is_another_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed") | models.Q(until__isnull=False),
                name="second_person_agrees_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} for a second person"


class Reveal(models.Model):
    """An item that a member opened up to a step, in one session, for minutes."""

    class Step(models.IntegerChoices):
        PART = PART, _("a part of the picture")
        WHOLE = WHOLE, _("the whole picture")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("analysis.Item", on_delete=models.CASCADE, related_name="+")
    member = _member()
    session = models.CharField(max_length=64)  # SHA-256 of the session's key
    step = models.PositiveSmallIntegerField(choices=Step)
    reason = models.CharField(max_length=300, blank=True)
    again = models.BooleanField(default=False)  # it was known, and asked for all the same
    second = models.ForeignKey(
        SecondPerson, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    opened = models.OneToOneField(
        "analysis.OpenedOriginal", on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reveal")
        verbose_name_plural = _("reveals")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["item", "member"], name="reveal_by_item")]

    def __str__(self) -> str:
        return f"reveal {self.pk}"


class Hold(models.Model):
    """One time that a member held a reveal: the short-lived grant for its pictures."""

    reveal = models.ForeignKey(Reveal, on_delete=models.CASCADE, related_name="holds")
    exposure = models.OneToOneField(
        "wellbeing.Exposure", on_delete=models.CASCADE, related_name="+"
    )
    step = models.PositiveSmallIntegerField(choices=Reveal.Step)
    began_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hold of a reveal")
        verbose_name_plural = _("holds of reveals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(step__in=[PART, WHOLE]), name="hold_is_of_part_or_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Choice(models.Model):
    """How a member likes originals drawn. Nothing is claimed for any way."""

    class Drawing(models.TextChoices):
        PLAIN = "plain", _("as it is")
        GREY = "grey", _("grey")
        MOSAIC = "mosaic", _("mosaic")
        LINES = "lines", _("line drawing")

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    drawing = models.CharField(max_length=10, choices=Drawing, default=Drawing.PLAIN)
    large = models.BooleanField(default=False)  # else the small window

    class Meta:
        verbose_name = _("choice of drawing")
        verbose_name_plural = _("choices of drawing")

    def __str__(self) -> str:
        return f"choice of member {self.member_id}"
