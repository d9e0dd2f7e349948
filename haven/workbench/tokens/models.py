"""Tokens of programs, as stored.

In      rows written by actions.py
Out     Token
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     what opens a case is not kept, only its digest; a token that has ended stays, so that
        the record can be read. Triggers (migration 0001) end it with the place on the case,
        with the access of its member and with the case, and nothing brings it back
Not     here: which token is good today (queries.py)
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=90)


class Token(models.Model):
    """A program's way into one case, as one member, for one purpose."""

    class Ability(models.TextChoices):
        READ = "read", _("read what the case holds")
        CATEGORISE = "categorise", _("give categories and take them back")
        NOTE = "note", _("write and correct notes")
        EXHIBIT = "exhibit", _("add folders as exhibits")
        ANALYSE = "analyse", _("start and repeat analyses")
        FILTER = "filter", _("keep filters")
        LEAD = "lead", _("make leads and take their next steps")
        GROUP = "group", _("name people, change groups of faces and undo changes")
        QUEUE = "queue", _("take items to look through and put them back")

    class Ended(models.TextChoices):
        REVOKED = "revoked", _("revoked")
        PLACE = "place", _("its maker left the case")
        ACCESS = "access", _("the access of its maker was paused or reset")
        CASE = "case", _("the case was closed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField(max_length=200)
    abilities = ArrayField(models.CharField(max_length=20, choices=Ability))
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the whole token
    beginning = models.CharField(max_length=16)  # of the token, so that a person knows it again
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    minute = models.BigIntegerField(default=0)  # of the epoch, in which n_uses are counted
    n_uses = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=10, choices=Ended, blank=True)
    ended_by = models.ForeignKey(  # None: the place, the access or the case ended
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["agency", "-made_at"], name="token_by_agency")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(purpose=""), name="token_has_a_purpose"),
            models.CheckConstraint(
                condition=models.Q(abilities__len__gt=0), name="token_is_able_to_do_something"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__gt=models.F("made_at"),
                    expires_at__lte=models.F("made_at") + LONGEST,
                ),
                name="token_ends_within_90_days",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_why="", ended_by__isnull=True)
                | models.Q(ended_at__isnull=False) & ~models.Q(ended_why=""),
                name="token_ends_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.public_id}"

    @property
    def abilities_words(self) -> list[str]:
        """Return what it may do, in words and in the order of the list."""
        return [str(one.label) for one in self.Ability if one in self.abilities]
