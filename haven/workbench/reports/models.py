"""Reports of cases, as stored: sealed, final.

In      rows written by actions.py
Out     Report
Fails   IntegrityError: a constraint below is broken; its name says which promise. A trigger
        (migration 0002) refuses every change of a row, whoever asks
Why     what a court was given must be there unchanged. Names and free text lie in the
        manifest alone, which is sealed under the key of the case and erased with it
Not     here: what a manifest says (writing.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """What a case held at one moment, written down once; a later one supersedes it."""

    class Step(models.IntegerChoices):
        NONE = 0, _("no picture")
        MASKED = 1, _("masked views: faces, and all else replaced by a mosaic")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()  # of the case, from 1
    step = models.PositiveSmallIntegerField(choices=Step)
    whole_case = models.BooleanField()  # else: chosen leads and decisions
    hides_names = models.BooleanField()
    language = models.CharField(max_length=10)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    manifest = models.BinaryField()  # canonical JSON, sealed
    manifest_sha256 = models.CharField(max_length=64)  # of the canonical JSON
    page_sha256 = models.CharField(max_length=64)  # of the HTML file made from it
    pdf_sha256 = models.CharField(max_length=64, blank=True)  # empty: a script has no font here
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"], name="report_has_its_own_number_in_a_case"
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=(0, 1)), name="report_shows_masked_views_at_most"
            ),
            models.CheckConstraint(
                condition=~models.Q(manifest_sha256="") & ~models.Q(page_sha256=""),
                name="report_is_known_by_its_digests",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.public_id}"
