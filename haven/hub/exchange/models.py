"""Exchange, as stored: bundles made here, hubs followed, what came from each.

In      rows written by actions.py, from the command line alone
Out     Export, Other, Arrival, Record
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     what came from another hub stands beside the own records, never in their place, and
        each of its records knows in which bundle it came
Not     here: what a record says (contents.py)
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

FINGERPRINT = 71  # twelve groups of five digits
DIGEST = 64
_SHOWN_DIGITS = 11  # two groups, where a hub has no name yet


class Export(models.Model):
    """A bundle that was made here. Its serial number is higher than that of any before."""

    serial = models.BigIntegerField(unique=True)
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=DIGEST)  # of what was signed
    counts = models.JSONField()  # rows by part

    class Meta:
        verbose_name = _("bundle made here")
        verbose_name_plural = _("bundles made here")
        ordering: ClassVar[list[str]] = ["-serial"]

    def __str__(self) -> str:
        return f"bundle {self.serial}"


class Other(models.Model):
    """Another hub: a key that an administrator confirmed, and its name once a bundle came."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    fingerprint = models.CharField(max_length=FINGERPRINT, unique=True)
    name = models.CharField(max_length=100, blank=True)  # as its bundles say; "" until one came
    trusted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("other hub")
        verbose_name_plural = _("other hubs")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["name"], condition=~models.Q(name=""), name="hub_has_one_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.fingerprint[:_SHOWN_DIGITS]} …"


class Arrival(models.Model):
    """A bundle of another hub that was taken in."""

    class How(models.TextChoices):
        FILE = "file", _("from a file")
        ADDRESS = "address", _("fetched from an address")

    other = models.ForeignKey(Other, on_delete=models.CASCADE, related_name="arrivals")
    serial = models.BigIntegerField()
    made_at = models.DateTimeField()  # by the other hub, as its bundle says
    came_at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How)
    sha256 = models.CharField(max_length=DIGEST)  # of what was signed
    counts = models.JSONField()  # rows by part

    class Meta:
        verbose_name = _("bundle that came")
        verbose_name_plural = _("bundles that came")
        ordering: ClassVar[list[str]] = ["-serial"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["other", "serial"], name="bundle_of_a_hub_comes_once"),
        ]

    def __str__(self) -> str:
        return f"bundle {self.serial} of hub {self.other_id}"


class Record(models.Model):
    """One record of another hub, as its latest bundle has it."""

    other = models.ForeignKey(Other, on_delete=models.CASCADE, related_name="records")
    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="records")
    kind = models.CharField(max_length=20)  # a part of contents.KINDS
    slug = models.CharField(max_length=255)
    title = models.CharField(max_length=300)
    brief = models.CharField(max_length=300, blank=True)
    place = models.PositiveIntegerField()  # in its part
    says = models.JSONField()
    sha256 = models.CharField(max_length=DIGEST)  # of its line in the bundle
    folded = models.TextField()  # its words for searching: small letters, no accents
    found_by = models.GeneratedField(
        expression=SearchVector("folded", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("record of another hub")
        verbose_name_plural = _("records of other hubs")
        ordering: ClassVar[list[str]] = ["kind", "place"]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["found_by"], name="record_by_word"),
            models.Index(fields=["kind", "slug"], name="record_by_name"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["other", "kind", "slug"], name="record_of_a_hub_is_there_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug} of hub {self.other_id}"
