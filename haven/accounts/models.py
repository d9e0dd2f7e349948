"""Accounts tables: agencies and members.

In      rows written by actions.py
Out     Agency, Member; Member is the site's user model
Fails   the database refuses a member without a name
Not     here: what a member may see in a case (workbench/cases)
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from haven.accounts.access import Role


class Agency(models.Model):
    """A unit whose members work under one law and one roof."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    country = models.CharField(_("country"), max_length=2)  # ISO 3166-1 alpha-2

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        return self.name


class Member(AbstractUser):
    """A person who signs in; belongs to one agency."""

    first_name = None  # type: ignore[assignment]  # one name, as the person writes it
    last_name = None  # type: ignore[assignment]
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="members")
    display_name = models.CharField(_("name"), max_length=200)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("roles"),
        default=list,
        blank=True,
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(condition=~models.Q(display_name=""), name="member_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        """Return the name as the person writes it."""
        return self.display_name

    def get_short_name(self) -> str:
        """Return the name as the person writes it."""
        return self.display_name
