"""One-time links, as stored: an id, never the code that makes it a way in.

In      rows written by actions.py
Out     OneTimeLink
Fails   the database refuses a link that was used and ended without being used
Why     who reads this table cannot use one link in it: the code comes from the site's secret
"""

import uuid

from django.db import models


class OneTimeLink(models.Model):
    """A link that was sent to somebody."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation"  # of an invitation
        ADDRESS = "address"  # confirm the address of an application
        TERMS = "terms"  # accept the terms after an application was approved
        STILL = "still"  # the yearly confirmation of a member's address

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose)
    subject_id = models.BigIntegerField()  # of the invitation, the application, the member
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # before it was used

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject_id"], name="link_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(ended_at__isnull=True),
                name="link_is_used_or_ended_and_not_both",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk} for {self.purpose}"
