"""What the curators' desk keeps: whether the addresses of sources still answer.

In      rows written by the worker, where an administrator switched the checks on
Out     SourceCheck
Fails   IntegrityError: an address is there twice
Not     here: asking an address (reaching.py)
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceCheck(models.Model):
    """When an address was asked last, and since when it has not answered."""

    address = models.URLField(max_length=1000, unique=True)
    checked_at = models.DateTimeField()
    answered = models.BooleanField()
    said = models.CharField(max_length=40)  # status of HTTP, or a stable code
    failed_since = models.DateTimeField(null=True)  # the first failure since it answered last

    class Meta:
        verbose_name = _("check of a source")
        verbose_name_plural = _("checks of sources")
        ordering = ["address"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered=True, failed_since__isnull=True)
                | models.Q(answered=False, failed_since__isnull=False),
                name="source_fails_since_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"check {self.pk}"
