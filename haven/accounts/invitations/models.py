"""Invitations, as stored.

In      rows written by actions.py
Out     Invitation
Fails   the database refuses a second open invitation of one address
Not     here: the link (accounts/one_time_links)
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from haven.accounts.access import Role


class Invitation(models.Model):
    """Somebody was asked to become a member."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REVOKED = "revoked", _("taken back")

    agency = models.ForeignKey("accounts.Agency", on_delete=models.CASCADE, related_name="+")
    display_name = models.CharField(max_length=200, blank=True)  # empty once erased
    email = models.EmailField(blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True,
        related_name="invitation",
    )  # fmt: skip

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(state="open"),
                name="address_has_one_open_invitation",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(ended_at__isnull=False),
                name="invitation_ends_at_some_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="open")
                | (~models.Q(email="") & ~models.Q(display_name="")),
                name="open_invitation_says_who_is_invited",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def role_labels(self) -> list[str]:
        """Return the roles in words."""
        return [str(Role(role).label) for role in self.roles]
