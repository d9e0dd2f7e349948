"""What the engine found in a case, as stored.

In      rows written by saving.py, grouping.py and actions.py
Out     Run, Item, Occurrence, FaceGroup, Face, Derivative, Probe, ProbeFace
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     an item is distinct content in a case; an occurrence is one path where it lay
Not     here: what people decide about groups (haven.workbench.people)

Coordinates are pixels of the upright full-size picture. Digests are lower-case hex.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import BitField, VectorField


class Run(models.Model):
    """One go of the engine over one exhibit, repeatable from what it records."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting for the worker")
        RUNNING = "running", _("running")
        INTERRUPTED = "interrupted", _("interrupted; goes on by itself")
        FINISHED = "finished", _("finished")
        FAILED = "failed", _("could not finish")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exhibit = models.ForeignKey("evidence.Exhibit", on_delete=models.PROTECT, related_name="runs")
    options = models.JSONField()
    options_key = models.CharField(max_length=64)  # SHA-256 over options and model digests
    versions = models.JSONField(default=dict)
    retry_codes = ArrayField(models.CharField(max_length=40), default=list)  # empty: a full run
    authority = models.ForeignKey(  # what it stands on; None: from before authorities were kept
        "authority.Authority", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    error_code = models.CharField(max_length=40, blank=True)
    n_files = models.PositiveIntegerField(null=True, blank=True)  # None: still counting
    n_seen = models.PositiveIntegerField(default=0)  # files whose outcome is known
    n_examined = models.PositiveIntegerField(default=0)  # contents the engine looked at
    n_known = models.PositiveIntegerField(default=0)  # files whose content was known before
    n_faces = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)  # of the present attempt
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="run_state")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="finished") | models.Q(finished_at__isnull=False),
                name="run_finished_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.public_id}"


class Item(models.Model):
    """Distinct content in a case, with all that is known of it."""

    class Status(models.TextChoices):
        DONE = "done", _("looked at")
        UNSUPPORTED = "unsupported", _("not looked into")
        FAILED = "failed", _("could not be looked at")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")  # the last to look
    options_key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    sha1 = models.CharField(max_length=40)
    md5 = models.CharField(max_length=32)
    size_bytes = models.BigIntegerField()
    mime = models.CharField(max_length=100)
    kind = models.CharField(max_length=12)
    status = models.CharField(max_length=12, choices=Status)
    error_code = models.CharField(max_length=40, blank=True)
    width_px = models.PositiveIntegerField(null=True, blank=True)
    height_px = models.PositiveIntegerField(null=True, blank=True)
    pdq = BitField(length=256, null=True, blank=True)
    pdq_quality = models.PositiveSmallIntegerField(null=True, blank=True)
    pdq_turned = models.BinaryField(null=True, blank=True)  # 7 hashes of 32 bytes, engine's TURNS
    taken_at = models.CharField(max_length=40, blank=True)  # ISO 8601 as the camera wrote it
    taken_on = models.DateField(null=True, blank=True)  # its day, for filters
    gps_lat = models.FloatField(null=True, blank=True)
    gps_lon = models.FloatField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, blank=True)  # of the place; empty: none, at sea
    clock_fits = models.BooleanField(null=True, blank=True)  # None: the file gives no offset
    camera = models.CharField(max_length=200, blank=True)  # make and model, for filters
    camera_make = models.CharField(max_length=200, blank=True)
    camera_model = models.CharField(max_length=200, blank=True)
    camera_serial = models.CharField(max_length=200, blank=True)
    software = models.CharField(max_length=200, blank=True)  # that says it wrote the file
    has_maker_note = models.BooleanField(default=False)
    common_quality = models.PositiveSmallIntegerField(null=True, blank=True)  # see the engine
    n_faces = models.PositiveIntegerField(default=0)
    best_quality = models.FloatField(default=0.0)  # of its faces, 0 to 1
    steps_ms = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"], name="item_is_distinct_content_in_a_case"
            ),
            models.CheckConstraint(
                condition=models.Q(status="done") | models.Q(n_faces=0),
                name="item_with_faces_was_looked_at",
            ),
            models.CheckConstraint(
                condition=models.Q(status="done") | ~models.Q(error_code=""),
                name="item_not_looked_at_says_why",
            ),
        ]
        indexes = [  # one per sort order of the grid; the id makes each order total
            models.Index(fields=["case", "id"], name="item_by_arrival"),
            models.Index(fields=["case", "n_faces", "id"], name="item_by_faces"),
            models.Index(fields=["case", "best_quality", "id"], name="item_by_quality"),
            models.Index(fields=["case", "size_bytes", "id"], name="item_by_size"),
            models.Index(fields=["case", "taken_at", "id"], name="item_by_date"),
            models.Index(fields=["case", "status", "error_code"], name="item_by_status"),
            models.Index(fields=["case", "camera"], name="item_by_camera"),
            models.Index(
                fields=["case", "camera_serial"],
                condition=~models.Q(camera_serial=""),
                name="item_by_serial",
            ),
            models.Index(fields=["case", "taken_on"], name="item_by_day"),
            models.Index(
                fields=["case", "gps_lat", "gps_lon"],
                condition=models.Q(gps_lat__isnull=False),
                name="item_by_place",
            ),
            models.Index(
                fields=["case", "time_zone"],
                condition=models.Q(clock_fits=False),
                name="item_by_doubted_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"

    @property
    def pdq_hex(self) -> str:
        """Return the PDQ hash as 64 hexadecimal digits, or nothing."""
        return f"{int(self.pdq, 2):064x}" if self.pdq else ""


class Occurrence(models.Model):
    """One path of one exhibit, and what lay there."""

    exhibit = models.ForeignKey("evidence.Exhibit", on_delete=models.PROTECT, related_name="+")
    path_key = models.CharField(max_length=64)  # SHA-256 of path_bytes
    path_bytes = models.BinaryField()  # relative to the exhibit, exactly as it is
    path = models.TextField()  # for reading: what is not text is escaped
    path_folded = models.TextField()  # for searching
    stored_name = models.CharField(max_length=40, blank=True)  # upload: where it lies with us
    sha256 = models.CharField(max_length=64, blank=True)
    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="occurrences", null=True, blank=True
    )
    error_code = models.CharField(max_length=40, blank=True)  # the path could not be read

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        constraints = [
            models.UniqueConstraint(
                fields=["exhibit", "path_key", "stored_name"],
                name="occurrence_is_one_path_of_an_exhibit",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256="", item__isnull=True) & ~models.Q(error_code="")
                | ~models.Q(sha256="") & models.Q(error_code=""),
                name="occurrence_has_a_digest_or_says_why_not",
            ),
        ]
        indexes = [
            models.Index(fields=["exhibit", "sha256"], name="occurrence_by_content"),
            models.Index(
                fields=["exhibit", "error_code"],
                condition=~models.Q(error_code=""),
                name="occurrence_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"occurrence {self.pk}"


class FaceGroup(models.Model):
    """Faces that look alike, put together by the program and corrected by people.

    A settled group keeps its faces when the case is grouped again: a finished run stands
    behind it, or a person did (`decided`). An empty decided group was merged away; it
    stays so that the merge can be undone.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=80)
    settled = models.BooleanField(default=False)
    decided = models.BooleanField(default=False)
    n_faces = models.PositiveIntegerField(default=0)
    n_items = models.PositiveIntegerField(default=0)
    cover = models.ForeignKey(
        "Face", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("group of faces")
        verbose_name_plural = _("groups of faces")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "public_id"], name="group_id_is_used_once_in_a_case"
            ),
            models.CheckConstraint(
                condition=models.Q(decided=False) | models.Q(settled=True),
                name="group_that_a_person_decided_is_settled",
            ),
        ]
        indexes = [models.Index(fields=["case", "n_items", "id"], name="group_by_size")]

    def __str__(self) -> str:
        return f"group {self.public_id}"


class Face(models.Model):
    """One face on one item."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="faces")
    position = models.PositiveIntegerField()  # order on the item, from 0
    box_xyxy_px = ArrayField(models.FloatField(), size=4)
    landmarks_px = ArrayField(models.FloatField(), size=10)
    score = models.FloatField()
    quality = models.FloatField()
    quality_parts = models.JSONField(default=dict)
    embedding = VectorField(dimensions=128, null=True, blank=True)
    group = models.ForeignKey(
        FaceGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="faces"
    )

    class Meta:
        verbose_name = _("face")
        verbose_name_plural = _("faces")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "position"], name="face_has_its_own_place_on_an_item"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="face_by_case"),
            models.Index(fields=["group", "quality", "id"], name="face_by_group"),
        ]

    def __str__(self) -> str:
        return f"face {self.pk}"


class GroupingState(models.Model):
    """The lock of a case's groups: whoever changes them raises the revision."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveBigIntegerField(default=0)
    templates_erased_at = models.DateTimeField(null=True, blank=True)  # tables not yet rewritten

    class Meta:
        verbose_name = _("state of grouping")
        verbose_name_plural = _("states of grouping")

    def __str__(self) -> str:
        return f"revision {self.revision} of case {self.case_id}"


class Derivative(models.Model):
    """A picture made from an original: its parent, the operation and its own digest."""

    class Operation(models.TextChoices):
        MASKED = "masked", _("masked view")
        BACKGROUND = "background", _("background view")
        CROP = "crop", _("face crop")

    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="derivatives", null=True, blank=True
    )
    face = models.ForeignKey(
        Face, on_delete=models.CASCADE, related_name="derivatives", null=True, blank=True
    )
    probe_face = models.ForeignKey(
        "ProbeFace", on_delete=models.CASCADE, related_name="derivatives", null=True, blank=True
    )
    operation = models.CharField(max_length=12, choices=Operation)
    parent_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("derivative")
        verbose_name_plural = _("derivatives")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "operation"],
                condition=models.Q(item__isnull=False),
                name="item_has_one_view_of_each_kind",
            ),
            models.UniqueConstraint(
                fields=["face"],
                condition=models.Q(face__isnull=False),
                name="face_has_one_crop",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    operation__in=["masked", "background"],
                    item__isnull=False,
                    face__isnull=True,
                    probe_face__isnull=True,
                )
                | models.Q(operation="crop", item__isnull=True)
                & (
                    models.Q(face__isnull=False, probe_face__isnull=True)
                    | models.Q(face__isnull=True, probe_face__isnull=False)
                ),
                name="derivative_has_the_parent_its_operation_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.pk}"


class Probe(models.Model):
    """A picture somebody brought to look for a face; the picture itself is not kept."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting for the worker")
        DONE = "done", _("looked at")
        FAILED = "failed", _("could not be looked at")
        LOCKED = "locked", _("kept, and shown to nobody")
        ERASED = "erased", _("erased")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    keep_until = models.DateTimeField(null=True, blank=True)  # None: held until it is decided
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    error_code = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("probe")
        verbose_name_plural = _("probes")

    def __str__(self) -> str:
        return f"probe {self.public_id}"


class ProbeFace(models.Model):
    """One face on a probe."""

    probe = models.ForeignKey(Probe, on_delete=models.CASCADE, related_name="faces")
    position = models.PositiveIntegerField()
    quality = models.FloatField()
    embedding = VectorField(dimensions=128, null=True, blank=True)

    class Meta:
        verbose_name = _("face of a probe")
        verbose_name_plural = _("faces of probes")
        constraints = [
            models.UniqueConstraint(
                fields=["probe", "position"], name="probe_face_has_its_own_place"
            ),
        ]

    def __str__(self) -> str:
        return f"face {self.position} of probe {self.probe_id}"


class OpenedOriginal(models.Model):
    """An original that a worker decoded for one reveal; its pixels lie sealed until then."""

    class State(models.TextChoices):
        QUEUED = "queued", _("being made ready")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be opened")
        ERASED = "erased", _("erased")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    keep_until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    error_code = models.CharField(max_length=40, blank=True)
    width_px = models.PositiveIntegerField(null=True, blank=True)  # of the pixels kept
    height_px = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("opened original")
        verbose_name_plural = _("opened originals")
        indexes = [models.Index(fields=["state", "keep_until"], name="opened_by_time")]

    def __str__(self) -> str:
        return f"opened original {self.pk}"
