"""The order of a case's items, who has which of them, second looks and stops, as stored.

In      rows written by order.py, actions.py, second.py and stopping.py
Out     State, Entry, UrgentExhibit, Presence, Estimate, Stop, Sample, SecondLook
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     an entry repeats what the order needs to know of an item, so that the next one is found
        by one index however large the case is; a verdict is never repeated here, only that
        one stands (order.py brings both together)
Not     here: verdicts (haven.workbench.categories)
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import BitField

ORDER = ("is_late", "-is_urgent", "-is_first", "-quality", "item_id")
SERVED = Q(is_open=True, is_stopped=False)  # of an entry that can be given to somebody


class State(models.Model):
    """How far the order of a case has been brought up to date."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+")
    scheme = models.ForeignKey(
        "categories.CaseScheme", on_delete=models.CASCADE, related_name="+", null=True
    )
    seen_runs = models.CharField(max_length=80, blank=True)  # of which runs items were taken in
    seen_verdict = models.BigIntegerField(default=0)
    compared_verdict = models.BigIntegerField(default=0)  # to which near duplicates were sought
    estimated_verdict = models.BigIntegerField(default=0)  # when a point was last thought of
    seed = models.CharField(max_length=32)  # of the random order of the control sample
    brought_at = models.DateTimeField()

    class Meta:
        verbose_name = _("state of a queue")
        verbose_name_plural = _("states of queues")

    def __str__(self) -> str:
        return f"queue of case {self.case_id}"


class Entry(models.Model):
    """One item that was looked at, with its place in the order and who has it now."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.OneToOneField("analysis.Item", on_delete=models.CASCADE, related_name="+")
    is_open = models.BooleanField(default=True)  # no verdict stands in the main scheme
    is_stopped = models.BooleanField(default=False)  # lies in exhibits alone that were stopped
    is_late = models.BooleanField(default=False)  # known, or nearly the same as one judged
    is_urgent = models.BooleanField(default=False)
    is_first = models.BooleanField(default=False)  # says which camera took it, and when
    quality = models.FloatField(default=0.0)  # of its best face, 0 to 1
    pdq = BitField(length=256, null=True)  # None: too little in it to compare
    shuffle = models.CharField(max_length=32)  # its place in the random order
    is_control = models.BooleanField(default=False)  # was given out by that order
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    held_until = models.DateTimeField(null=True)
    put_back_by = models.ForeignKey(  # the last who did; others come before them
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("item in a queue")
        verbose_name_plural = _("items in queues")
        indexes = [
            models.Index(
                fields=["case", *ORDER[:-1], "item"], condition=SERVED, name="queue_next"
            ),
            models.Index(fields=["case", "shuffle"], condition=SERVED, name="queue_at_random"),
            models.Index(
                fields=["case", "held_by"], condition=Q(held_by__isnull=False), name="queue_held"
            ),
            models.Index(fields=["case"], condition=Q(is_control=True), name="queue_control"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(held_by__isnull=True, held_until__isnull=True)
                | Q(held_by__isnull=False, held_until__isnull=False),
                name="queue_item_is_held_until_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"entry of item {self.item_id}"


class UrgentExhibit(models.Model):
    """An exhibit whose items come first, until somebody takes the mark away."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    exhibit = models.ForeignKey("evidence.Exhibit", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    marked_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("urgent exhibit")
        verbose_name_plural = _("urgent exhibits")
        constraints = [
            models.UniqueConstraint(
                fields=["exhibit"],
                condition=Q(ended_at__isnull=True),
                name="exhibit_is_marked_urgent_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="urgent_exhibit_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"urgent exhibit {self.exhibit_id}"


class Presence(models.Model):
    """Where a member was last seen in a case; one row for each, erased soon after."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    page = models.CharField(max_length=20)
    item = models.ForeignKey(
        "analysis.Item", on_delete=models.CASCADE, related_name="+", null=True
    )
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member"], name="member_is_in_one_place_of_a_case"
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} in case {self.case_id}"


class Figures(models.Model):
    """How many finds may be left, as it was worked out at one moment."""

    n_judged = models.PositiveIntegerField()
    n_finds = models.PositiveIntegerField()  # of those judged
    n_left = models.PositiveIntegerField()
    n_control = models.PositiveIntegerField()  # picked at random from what is left, and judged
    n_control_finds = models.PositiveIntegerField()
    expected = models.FloatField()  # finds among those left
    low = models.FloatField()  # 95 % interval
    high = models.FloatField()

    class Meta:
        abstract = True


class Estimate(Figures):
    """One point of the curve of a case. It is never changed."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    scheme = models.ForeignKey("categories.CaseScheme", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("estimate of finds")
        verbose_name_plural = _("estimates of finds")
        ordering = ["pk"]
        indexes = [models.Index(fields=["case", "id"], name="estimate_by_case")]

    def __str__(self) -> str:
        return f"estimate {self.pk}"


class Stop(Figures):
    """The decision to stop looking, or to go on after all. A later one supersedes it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    exhibit = models.ForeignKey(  # None: the whole case
        "evidence.Exhibit", on_delete=models.CASCADE, related_name="+", null=True
    )
    stops = models.BooleanField()  # False: goes on
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True
    )

    class Meta:
        verbose_name = _("stop of a review")
        verbose_name_plural = _("stops of reviews")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="stop_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"stop {self.public_id}"


class Sample(models.Model):
    """Items with a verdict, drawn at random for a second person to judge without knowing it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    scheme = models.ForeignKey("categories.CaseScheme", on_delete=models.CASCADE, related_name="+")
    share_percent = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=32)  # with it the same items are drawn again
    last_verdict = models.BigIntegerField()  # the last that was there when it was drawn
    n_of = models.PositiveIntegerField()
    n_drawn = models.PositiveIntegerField()
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sample for second looks")
        verbose_name_plural = _("samples for second looks")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"sample {self.public_id}"


class SecondLook(models.Model):
    """What a second person said of an item, who did not know what the first had said."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="looks")
    item = models.ForeignKey("analysis.Item", on_delete=models.PROTECT, related_name="+")
    shuffle = models.CharField(max_length=32)
    first = models.ForeignKey("categories.Verdict", on_delete=models.CASCADE, related_name="+")
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    first_code = models.CharField(max_length=12)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    held_until = models.DateTimeField(null=True)
    code = models.CharField(max_length=12, blank=True)  # of the second; empty: not yet
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    given_at = models.DateTimeField(null=True)
    settled = models.ForeignKey(  # the verdict with which the lead settled it
        "categories.Verdict", on_delete=models.CASCADE, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("second look")
        verbose_name_plural = _("second looks")
        constraints = [
            models.UniqueConstraint(fields=["first"], name="verdict_is_looked_at_again_once"),
            models.CheckConstraint(
                condition=Q(code="", given_by__isnull=True, given_at__isnull=True)
                | ~Q(code="") & Q(given_by__isnull=False, given_at__isnull=False),
                name="second_look_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(given_by=models.F("first_by")), name="second_look_is_another_persons"
            ),
        ]
        indexes = [
            models.Index(
                fields=["case", "shuffle"], condition=Q(code=""), name="second_look_next"
            ),
        ]

    def __str__(self) -> str:
        return f"second look {self.public_id}"
