"""Schemes of agencies and cases, and the verdicts of people, as stored.

In      rows written by choosing.py, actions.py and batches.py
Out     OwnScheme, DefaultScheme, CaseScheme, Batch, Verdict
Fails   IntegrityError: a constraint below is broken; its name says which promise. A trigger
        (migration 0001) refuses any change of a verdict but that it stands no more
Why     a verdict is (scheme, version, code, who, when), never a bare number, and is final: a
        new one supersedes it (R-VICS-1). Who reads it in ten years finds what its code meant
        on that day, because a case keeps its own copy of its schemes
Not     here: what a scheme may hold (schemes.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haven.workbench.categories import schemes


class OwnScheme(models.Model):
    """A version of a scheme that an agency made; a change makes another version."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=300, blank=True)
    codes = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # not offered any more

    class Meta:
        verbose_name = _("scheme of an agency")
        verbose_name_plural = _("schemes of agencies")
        ordering = ["name", "key", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "key", "version"], name="own_scheme_has_each_version_once"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="own_scheme_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"scheme {self.key} version {self.version}"

    @property
    def scheme(self) -> schemes.Scheme:
        """Return it as data."""
        return schemes.Scheme(
            key=self.key,
            version=str(self.version),
            name=self.name,
            source=self.source,
            codes=schemes.from_rows(self.codes),
            is_own=True,
        )


class DefaultScheme(models.Model):
    """The scheme with which cases of an agency begin."""

    agency = models.OneToOneField("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40, blank=True)  # its newest version counts
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("default scheme")
        verbose_name_plural = _("default schemes")

    def __str__(self) -> str:
        return f"default scheme {self.key}"


class CaseScheme(models.Model):
    """A scheme in use in a case, copied as it was on the day it was chosen."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=300, blank=True)
    codes = models.JSONField()
    is_own = models.BooleanField()
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)  # what was given in it stays

    class Meta:
        verbose_name = _("scheme of a case")
        verbose_name_plural = _("schemes of cases")
        ordering = ["chosen_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key", "version"], name="case_scheme_is_in_a_case_once"
            ),
        ]

    def __str__(self) -> str:
        return f"scheme {self.key} version {self.version} of case {self.case_id}"

    @property
    def scheme(self) -> schemes.Scheme:
        """Return it as data."""
        return schemes.Scheme(
            key=self.key,
            version=self.version,
            name=self.name,
            source=self.source,
            codes=schemes.from_rows(self.codes),
            is_own=self.is_own,
        )


class Batch(models.Model):
    """One category given to many items at once, so that it can be undone at once."""

    class How(models.TextChoices):
        CHOSEN = "chosen", _("chosen items")
        NEAR = "near", _("an item and those that look almost the same")
        GROUP = "group", _("items with a group of faces")
        FOLDER = "folder", _("a folder")
        EXHIBIT = "exhibit", _("an exhibit")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    scheme = models.ForeignKey(CaseScheme, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=12)
    how = models.CharField(max_length=10, choices=How)
    n_items = models.PositiveIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    n_kept = models.PositiveIntegerField(default=0)  # changed since, so not undone

    class Meta:
        verbose_name = _("batch of verdicts")
        verbose_name_plural = _("batches of verdicts")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "-id"], name="batch_by_case")]

    def __str__(self) -> str:
        return f"batch {self.public_id}"


class Verdict(models.Model):
    """One verdict on one item, or the taking back of one. It is never edited.

    The verdict that stands is the last of its item and scheme. One that takes another back
    (`undoes`) stands with what was there before that (`restores`), or stands for nothing.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("analysis.Item", on_delete=models.PROTECT, related_name="+")
    scheme = models.ForeignKey(CaseScheme, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=12, blank=True)  # empty: not reviewed again
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    stands = models.BooleanField(default=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="undone_by", null=True, blank=True
    )
    restores = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="verdicts", null=True, blank=True
    )

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "scheme"],
                condition=models.Q(stands=True),
                name="verdict_stands_alone_on_an_item_in_a_scheme",
            ),
            models.CheckConstraint(
                condition=~models.Q(code="")
                | models.Q(stands=False, undoes__isnull=False, restores__isnull=True),
                name="verdict_without_a_code_only_takes_one_back",
            ),
            models.CheckConstraint(
                condition=models.Q(restores__isnull=True) | models.Q(undoes__isnull=False),
                name="verdict_restores_one_by_taking_another_back",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scheme", "code", "item"],
                condition=models.Q(stands=True),
                name="verdict_by_code",
            ),
            models.Index(fields=["item", "-id"], name="verdict_by_item"),
            models.Index(fields=["case", "given_by", "-id"], name="verdict_by_member"),
            models.Index(fields=["case", "-id"], name="verdict_by_case"),
        ]

    def __str__(self) -> str:
        return f"verdict {self.pk}"

    @property
    def of(self) -> "Verdict":
        """Return the verdict whose judgement this is: itself, or the one it brought back."""
        return self.restores or self


class Blind(models.Model):
    """A member who judges an item a second time, and is not shown what was said before."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("analysis.Item", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("blind member")
        verbose_name_plural = _("blind members")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "member"], name="member_is_blind_to_an_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} blind to item {self.item_id}"
