"""Applications, as stored; and how often the application page was used.

In      rows written by actions.py, deciding.py and limits.py
Out     Application, Use
Fails   the database refuses: one person as sponsor and second; an approval without both; a
        refusal without a reason; a second confirmed application of one address
Why     nobody is let in by one person, whatever the program does; and what anyone may type
        about an address binds nobody until its owner confirms it
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from haven.accounts.access import Role

CONFIRMED_STATES = ("confirmed", "sponsored", "approved")  # open, and the address is theirs
OPEN_STATES = ("unconfirmed", *CONFIRMED_STATES)


class Application(models.Model):
    """Somebody asks to become a member."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("address not confirmed yet")
        CONFIRMED = "confirmed", _("waits for a sponsor in the agency")
        SPONSORED = "sponsored", _("waits for a second person")
        APPROVED = "approved", _("approved, terms not accepted yet")
        JOINED = "joined", _("has joined")
        REFUSED = "refused", _("not approved")
        EXPIRED = "expired", _("ended without an answer")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.CASCADE, related_name="+")
    # Personal; empty once erased.
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=200, blank=True)
    agency_as_written = models.CharField(max_length=200, blank=True)
    duty = models.CharField(max_length=200, blank=True)
    supervisor_email = models.EmailField(blank=True)
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    reason = models.CharField(max_length=500, blank=True)  # of a refusal
    language = models.CharField(max_length=10, default="en")  # of letters
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.UNCONFIRMED)
    made_at = models.DateTimeField()
    state_at = models.DateTimeField()  # when this state began
    confirmed_at = models.DateTimeField(null=True, blank=True)  # None: whoever typed it
    expires_at = models.DateTimeField()  # when it ends by itself, while open
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    second = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True,
        related_name="application",
    )  # fmt: skip
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(state__in=CONFIRMED_STATES),
                name="address_has_one_confirmed_application",
            ),
            models.CheckConstraint(
                condition=Q(sponsor__isnull=True)
                | Q(second__isnull=True)
                | ~Q(sponsor=F("second")),
                name="application_is_approved_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "joined"])
                | (Q(sponsor__isnull=False) & Q(second__isnull=False)),
                name="application_is_not_approved_by_one",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused")
                | (Q(refused_by__isnull=False) & (~Q(reason="") | Q(erased_at__isnull=False))),
                name="application_is_refused_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | Q(erased_at__isnull=False),
                name="application_has_an_address_until_erased",
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class Use(models.Model):
    """How often something was done in one hour: from one place, for one address, by all."""

    name = models.CharField(max_length=120, unique=True)  # digests, never an address
    hour = models.BigIntegerField(db_index=True)  # hours of the epoch
    n = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.n}"
