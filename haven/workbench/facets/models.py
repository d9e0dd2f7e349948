"""Saved filters, as stored.

In      rows written by actions.py
Out     SavedFilter
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a way of looking at a case is kept with the case, and erased with it
Not     here: what a filter keeps (analysis/item_filter.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """A filter that a member gave a name in a case."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    said = models.JSONField()  # the parameters of the one filter form, as text
    shared = models.BooleanField(default=False)  # with everyone on the case
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "owner", "name"],
                name="filter_name_is_used_once_by_a_member_in_a_case",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"saved filter {self.public_id}"
