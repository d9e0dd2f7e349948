"""Cases and who works on them, as stored.

In      rows written by actions.py
Out     Case, Membership, WrappedKey, Clock, ClockChange
Fails   IntegrityError: a constraint below is broken; its name says which promise
Not     here: who may see what (queries.py), what may be done (actions.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Case(models.Model):
    """One investigation of one agency."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=60)  # the agency's own file number
    name = models.CharField(max_length=120)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    responsible = models.ForeignKey(  # the officer who answers for it (R-EV-6)
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number"], name="case_number_is_used_once_in_an_agency"
            ),
            models.CheckConstraint(
                condition=~models.Q(number="") & ~models.Q(name=""),
                name="case_has_a_number_and_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def days_left(self) -> int | None:
        """Return the days until its date; negative after it, None where it was not looked up."""
        keep_until = getattr(self, "keep_until", None)
        return (keep_until - timezone.localdate()).days if keep_until is not None else None


class Membership(models.Model):
    """A member works on a case, in one role."""

    class Role(models.TextChoices):
        LEAD = "lead", _("leads the case")
        WORKER = "worker", _("works on the case")
        READER = "reader", _("reads only")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=10, choices=Role)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "member"], name="member_is_on_a_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of case {self.case_id}"


class WrappedKey(models.Model):
    """The data key of a case, wrapped by a master key. Deleting it is erasing the case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    key_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # in each blob
    wrapped = models.BinaryField()
    master = models.CharField(max_length=64)  # id of the master key that wrapped it
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("wrapped key")
        verbose_name_plural = _("wrapped keys")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(master=""), name="wrapped_key_names_its_master_key"
            ),
        ]

    def __str__(self) -> str:
        return f"key of case {self.case_id}"


class Clock(models.Model):
    """Until when a case may be kept.

    Nothing of the case but its number is in it, so that administrators and supervisors of
    the agency can watch the dates without seeing a case.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="clock")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    case_public_id = models.UUIDField(unique=True)
    number = models.CharField(max_length=60)  # of the case
    opened_at = models.DateTimeField()  # the case
    keep_until = models.DateField()  # the last day on which the case may be worked on
    reminded_days = models.SmallIntegerField(null=True, blank=True)  # of the last reminder
    erasing = models.BooleanField(default=False)  # decided by two people; the case is not seen

    class Meta:
        verbose_name = _("retention clock")
        verbose_name_plural = _("retention clocks")
        indexes = [models.Index(fields=["agency", "keep_until"], name="clock_by_date")]

    def __str__(self) -> str:
        return f"clock of case {self.case_id}"


class ClockChange(models.Model):
    """One date that somebody set, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    before = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of a retention clock")
        verbose_name_plural = _("changes of retention clocks")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="clock_is_changed_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of the clock of case {self.case_id}"
