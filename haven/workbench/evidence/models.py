"""Exhibits and uploaded files, as stored.

In      rows written by actions.py
Out     Exhibit, StoredFile
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a name that came with a file is data, never a place on our disk
Not     here: writing files (storing.py), unpacking (unpacking.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Exhibit(models.Model):
    """A seized thing: a folder the server reads, or files that were uploaded."""

    class Kind(models.TextChoices):
        FOLDER = "folder", _("folder")
        UPLOAD = "upload", _("upload")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="exhibits")
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    root = models.TextField()  # folder: absolute; upload: relative to the store
    n_files = models.PositiveIntegerField(null=True, blank=True)  # upload only: stored files
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("exhibit")
        verbose_name_plural = _("exhibits")
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "label"], name="exhibit_label_is_used_once_in_a_case"
            ),
            models.CheckConstraint(
                condition=~models.Q(label="") & ~models.Q(root=""),
                name="exhibit_has_a_label_and_a_root",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class StoredFile(models.Model):
    """One uploaded file: the name it came with, and the name we gave it on disk."""

    exhibit = models.ForeignKey(Exhibit, on_delete=models.CASCADE, related_name="stored_files")
    stored_name = models.CharField(max_length=40)  # ours: digits only
    name_bytes = models.BinaryField()  # theirs: exactly as it came
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering = ["exhibit", "stored_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["exhibit", "stored_name"], name="stored_name_is_used_once_in_an_exhibit"
            ),
        ]

    def __str__(self) -> str:
        return f"stored file {self.stored_name} of exhibit {self.exhibit_id}"
