"""Who accepted which version of the terms, and when.

In      rows written by actions.py
Out     Acceptance
Not     here: the text (texts.py)
"""

from django.conf import settings
from django.db import models


class Acceptance(models.Model):
    """A member accepted a version."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acceptances"
    )
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10)  # in which it was shown
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "version"], name="member_accepts_a_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"terms {self.version}"
