"""Cases and who works on them, as stored.

In      rows written by actions.py
Out     Case, Membership, WrappedKey
Fails   IntegrityError: a constraint below is broken; its name says which promise
Not     here: who may see what (queries.py), what may be done (actions.py)
"""

import uuid

from django.conf import settings
from django.db import models
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
