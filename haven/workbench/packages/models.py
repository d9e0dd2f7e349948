"""Keys for handing over, agencies that were checked, packages sent and received, as stored.

In      rows written by the actions, by making.py and unpacking.py
Out     Identity, Partner; HandOver; Receipt, ReceivedRow, ReceivedView
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     what another agency found is its finding: it stays in tables of its own, under the name of
        who said it, and never looks like a verdict or a decision that was made here (R-VICS-5)
Not     here: the format of the file (envelope.py), what its rows say (vocabulary.py)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

_MEMBER = settings.AUTH_USER_MODEL


class Identity(models.Model):
    """The keys with which an agency receives and signs packages; the private halves wrapped."""

    agency = models.OneToOneField("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sealing = models.BinaryField()  # X25519, public
    signing = models.BinaryField()  # Ed25519, public
    wrapped_sealing = models.BinaryField()
    wrapped_signing = models.BinaryField()
    master = models.CharField(max_length=64)  # id of the master key that wrapped them
    made_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("identity for handing over")
        verbose_name_plural = _("identities for handing over")

    def __str__(self) -> str:
        return f"identity of agency {self.agency_id}"


class Partner(models.Model):
    """Another agency, whose keys a person compared over another way than the file came."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # what it calls itself
    installation = models.CharField(max_length=200)
    sealing = models.BinaryField()
    signing = models.BinaryField()
    key_id = models.CharField(max_length=64)
    how = models.CharField(max_length=300)  # how they were reached to compare
    checked_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("agency to hand over to")
        verbose_name_plural = _("agencies to hand over to")
        ordering = ["name", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "key_id"],
                condition=models.Q(ended_at__isnull=True),
                name="partner_is_checked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(how=""),
                name="partner_has_a_name_and_was_reached_somehow",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True, ended_at__isnull=True)
                | models.Q(ended_by__isnull=False, ended_at__isnull=False),
                name="partner_is_ended_by_someone_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"partner {self.public_id}"


class HandOver(models.Model):
    """A package of a case: asked for by one member, confirmed by another, made, erased."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second person")
        MAKING = "making", _("is being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be made")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ERASED = "erased", _("the file was erased")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        "authority.Authority", on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=500)
    with_views = models.BooleanField()
    with_notes = models.BooleanField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    error_code = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    n_done = models.PositiveIntegerField(default=0)  # rows and views
    n_all = models.PositiveIntegerField(null=True, blank=True)  # None: not counted yet
    sha256 = models.CharField(max_length=64, blank=True)  # of the file
    size_bytes = models.BigIntegerField(null=True, blank=True)
    manifest = models.JSONField(default=dict)
    made_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "-id"], name="hand_over_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="hand_over_is_for_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("asked_by")),
                name="hand_over_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["making", "ready", "failed", "erased"])
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="hand_over_is_made_after_two_people_said_so",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | ~models.Q(sha256="") & models.Q(made_at__isnull=False, keep_until__isnull=False),
                name="hand_over_that_is_ready_has_a_file",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.public_id}"


class Receipt(models.Model):
    """A package that came: from whom, what it says of itself, and into which case it went."""

    class State(models.TextChoices):
        UNPACKING = "unpacking", _("is being unpacked")
        DONE = "done", _("unpacked")
        FAILED = "failed", _("could not be unpacked")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    package_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)  # of the file
    size_bytes = models.BigIntegerField()
    manifest = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.UNPACKING)
    error_code = models.CharField(max_length=40, blank=True)
    n_done = models.PositiveIntegerField(default=0)
    n_all = models.PositiveIntegerField()
    received_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("received package")
        verbose_name_plural = _("received packages")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "package_id"], name="package_is_received_once_in_an_agency"
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.public_id}"


class ReceivedRow(models.Model):
    """One row of a package, as its sender said it. Never changed."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=20)  # a key of vocabulary.TABLES
    item_sha256 = models.CharField(max_length=64, blank=True)  # the item it is about
    said = models.JSONField()

    class Meta:
        verbose_name = _("received row")
        verbose_name_plural = _("received rows")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["case", "table", "id"], name="received_by_table"),
            models.Index(
                fields=["case", "item_sha256", "id"],
                condition=~models.Q(item_sha256=""),
                name="received_by_item",
            ),
        ]

    def __str__(self) -> str:
        return f"received row {self.pk}"


class ReceivedView(models.Model):
    """The masked view that was made here of a view that came; the latter is not kept."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="views")
    item_sha256 = models.CharField(max_length=64)
    came_sha256 = models.CharField(max_length=64)  # of the view that came
    sha256 = models.CharField(max_length=64, blank=True)  # of ours; empty: nothing can be shown
    error_code = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("received view")
        verbose_name_plural = _("received views")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "item_sha256"], name="received_item_has_one_view"
            ),
        ]

    def __str__(self) -> str:
        return f"received view {self.pk}"
