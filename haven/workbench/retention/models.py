"""Orders to erase a case, and what is left of it afterwards, as stored.

In      rows written by actions.py and erasing.py
Out     Erasure
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     the row outlives its case: it is the order, the stub and the proof in one
Not     here: until when a case may be kept (haven.workbench.cases, Clock)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """An order to erase one case: asked by one person, confirmed by another, then done.

    There is no foreign key to the case, as there is no case in the end. `reason` is emptied
    when the case is erased; the record keeps it.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second person")
        CONFIRMED = "confirmed", _("is being erased")
        ERASED = "erased", _("erased")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Ground(models.TextChoices):
        DATE = "date", _("the date until which it may be kept has passed")
        ORDER = "order", _("an order of a court or an authority")
        PERSON = "person", _("a person concerned has a right to it")
        MISTAKE = "mistake", _("it should never have been kept")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case_key = models.BigIntegerField()  # the number the record knows it by
    case_public_id = models.UUIDField()
    case_number = models.CharField(max_length=60)
    case_opened_at = models.DateTimeField()
    keep_until = models.DateField()  # the date when erasing was asked
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    ground = models.CharField(max_length=10, choices=Ground)
    reason = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(default=dict)  # what was there: rows, n_files, size_bytes, digest
    key_id = models.UUIDField(null=True, blank=True)  # of the destroyed key
    key_destroyed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    rewritten_at = models.DateTimeField(null=True, blank=True)  # the tables that held templates

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_key"],
                condition=models.Q(state__in=["asked", "confirmed", "erased"]),
                name="case_is_erased_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(confirmed_by=models.F("asked_by")),
                name="erasure_is_confirmed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["confirmed", "erased"])
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="erasure_is_confirmed_by_someone_at_some_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="erased")
                | models.Q(erased_at__isnull=False, key_destroyed_at__isnull=False),
                name="erased_case_has_no_key",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.public_id}"
