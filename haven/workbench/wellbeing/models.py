"""How much was seen, by whom and for how long; and what an agency sets for it, as stored.

In      rows written by actions.py, pauses.py and policies.py
Out     Exposure, Sitting, AgencyPolicy, GroupWeek, Handed, OptOut, Outcome, OutcomeRead,
        HelpPlace, SharedCheckIn, Practised
Fails   IntegrityError: a constraint below is broken; its name says which promise. A trigger
        (migration 0001) refuses any change of who, what and when, and of what has ended
Why     what was seen is counted before it is sent, in a row that its member alone can read
        (site/policies.py)
Not     here: adding up (queries.py), showing anything (haven.workbench.reveals)
"""

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

BEAT_S = 2  # how often a page says that the picture is still there
LIFE_S = 6  # without a beat for so long it is over: three beats, so that one may go missing


class Exposure(models.Model):
    """One stretch of time in which a member could see more of an item than faces."""

    class Step(models.IntegerChoices):
        FACTS = 0, _("facts alone")
        FACES = 1, _("faces")
        BACKGROUND = 2, _("the place, people filled")
        PART = 3, _("a part of the picture")
        WHOLE = 4, _("the whole picture")

    class How(models.TextChoices):
        RELEASED = "released", _("let go")
        BLURRED = "blurred", _("looked at something else")
        IDLE = "idle", _("nothing was moved for a while")
        LIMIT = "limit", _("the longest time was reached")
        LOST = "lost", _("nothing more was heard")
        SERVER = "server", _("ended by Haven")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("analysis.Item", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    step = models.PositiveSmallIntegerField(choices=Step)
    area = models.FloatField()  # share of the picture visible at one time, 0 to 1
    n_sent = models.PositiveIntegerField(default=0)  # pictures that left the server
    area_sent = models.FloatField(default=0.0)  # their shares added up; a lens moves
    began_at = models.DateTimeField()
    last_beat_at = models.DateTimeField()
    ends_by = models.DateTimeField(null=True, blank=True)  # the latest moment; None: no limit
    ended_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=10, choices=How, blank=True)

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        ordering = ["-began_at", "-pk"]
        indexes = [
            models.Index(fields=["member", "began_at"], name="exposure_by_member"),
            models.Index(fields=["case", "began_at"], name="exposure_by_case"),
            models.Index(
                fields=["last_beat_at"],
                condition=models.Q(ended_at__isnull=True),
                name="exposure_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(area__gte=0, area__lte=1), name="exposure_area_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, how="")
                | models.Q(ended_at__isnull=False) & ~models.Q(how=""),
                name="exposure_that_ended_says_how",
            ),
            models.CheckConstraint(
                condition=models.Q(last_beat_at__gte=models.F("began_at"))
                & (models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at"))),
                name="exposure_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"exposure {self.pk}"

    @property
    def latest(self) -> datetime:
        """The last moment at which the picture can have been seen, unless a beat comes."""
        silent = self.last_beat_at + timedelta(seconds=LIFE_S)
        return silent if self.ends_by is None else min(silent, self.ends_by)

    def is_live(self, at: datetime) -> bool:
        """Tell whether it goes on at a moment."""
        return self.ended_at is None and at < self.latest

    def seconds(self, at: datetime) -> float:
        """Return how long it has lasted at a moment, never too little."""
        return ((self.ended_at or min(at, self.latest)) - self.began_at).total_seconds()


class Sitting(models.Model):
    """A stretch of work with material without a pause: kept for its member alone."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()  # the last act of the member on a page of a case
    quiet_until = models.DateTimeField(null=True, blank=True)  # the member asked not to be told

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["-last_at", "-pk"]
        indexes = [models.Index(fields=["member", "last_at"], name="sitting_by_member")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_at__gte=models.F("began_at")),
                name="sitting_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"sitting {self.pk}"


class GroupWeek(models.Model):
    """How much a whole agency saw in a whole week; written once, by the worker."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.CASCADE, related_name="+")
    week = models.DateField()  # its Monday
    members = models.PositiveSmallIntegerField(null=True, blank=True)  # None: not to be told
    minutes = models.PositiveIntegerField(null=True, blank=True)  # of all together, rounded

    class Meta:
        verbose_name = _("week of an agency")
        verbose_name_plural = _("weeks of agencies")
        ordering = ["-week"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "week"], name="group_week_is_told_once"),
            models.CheckConstraint(
                condition=models.Q(members__isnull=True, minutes__isnull=True)
                | models.Q(members__gte=5, minutes__isnull=False),
                name="group_week_is_of_five_or_more",
            ),
        ]

    def __str__(self) -> str:
        return f"week {self.week} of agency {self.agency_id}"


class Handed(models.Model):
    """An item, or a whole case, that somebody asked not to see; it does not say who."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(  # none: the whole case
        "analysis.Item", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("item handed over")
        verbose_name_plural = _("items handed over")
        ordering = ["item_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken_by__isnull=True, taken_at__isnull=True)
                | models.Q(taken_by__isnull=False, taken_at__isnull=False),
                name="handed_is_taken_by_somebody_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"handed over {self.pk}"


class OptOut(models.Model):
    """Who asked not to see what was handed over: told to them and to who takes it, alone."""

    handed = models.OneToOneField(Handed, on_delete=models.CASCADE, related_name="opt_out")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")

    def __str__(self) -> str:
        return f"opt-out {self.pk}"


class Outcome(models.Model):
    """What became of a case, written by its lead; never changed, another one may follow."""

    class Kind(models.TextChoices):
        SAFEGUARDED = "safeguarded", _("a victim is safe")
        CHARGED = "charged", _("a suspect was charged")
        CONVICTED = "convicted", _("somebody was convicted")
        PASSED_ON = "passed_on", _("passed on to another agency")
        NOT_SOLVED = "not_solved", _("not solved")
        UNKNOWN = "unknown", _("not known")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)  # of the case, for who is not on it any more
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.TextField(max_length=2000, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["-written_at", "-pk"]

    def __str__(self) -> str:
        return f"outcome {self.pk}"


class OutcomeRead(models.Model):
    """A member has read an outcome and put the notice away."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="read_by")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("outcome that was read")
        verbose_name_plural = _("outcomes that were read")
        constraints = [
            models.UniqueConstraint(fields=["outcome", "member"], name="outcome_is_read_once"),
        ]

    def __str__(self) -> str:
        return f"outcome {self.outcome_id} read"


class HelpPlace(models.Model):
    """Where members of an agency find help for themselves, as the agency wrote it."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    reach = models.CharField(max_length=200)  # a number, an address, a room
    what_for = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("place of help")
        verbose_name_plural = _("places of help")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"place of help {self.pk}"


class SharedCheckIn(models.Model):
    """How a member was on one day, shown to one colleague until the member takes it back."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    shared_with = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    answers = models.JSONField()  # one of 0 to 3 for each sentence of checking_in.py
    shared_at = models.DateTimeField()

    class Meta:
        verbose_name = _("shared check-in")
        verbose_name_plural = _("shared check-ins")
        ordering = ["-shared_at", "-pk"]

    def __str__(self) -> str:
        return f"shared check-in {self.pk}"


def _seconds(default: int, *, least: int, most: int) -> Any:
    """Return a field for a number of seconds or minutes within bounds."""
    bounds = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(default=default, validators=bounds)


class Practised(models.Model):
    """A member has finished the practice on harmless pictures: the one fact others learn of it.

    How far somebody is who has not finished is in haven.workbench.onboarding, and private.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    finished_at = models.DateTimeField()

    class Meta:
        verbose_name = _("finished practice")
        verbose_name_plural = _("finished practices")

    def __str__(self) -> str:
        return f"practice of member {self.member_id}"


class AgencyPolicy(models.Model):
    """What an agency sets for looking. Where it set nothing, the defaults here count."""

    class Practice(models.TextChoices):
        OFF = "off", _("not spoken of")
        RECOMMENDED = "recommended", _("recommended")
        REQUIRED = "required", _("required")

    agency = models.OneToOneField("accounts.Agency", on_delete=models.CASCADE, related_name="+")
    # Nobody has measured how long a look has to be. Seen as short by all who treat imagery as
    # a dose (Dart Centre; hub.md 4.2); a face is decided on in less. It can be held again.
    reveal_max_s = _seconds(20, least=2, most=120)
    # A hand that does not move for so long may have been called away: hold-to-reveal with
    # re-hiding on idle is design.md's own rule, after Das, Dang and Lease 2020 (hub.md 4.1).
    reveal_idle_s = _seconds(8, least=2, most=60)
    # Reasons: design.md, The reveal ladder, steps 3 and 4; R-LED-1 for consulting a file.
    part_needs_reason = models.BooleanField(default=True)
    whole_needs_reason = models.BooleanField(default=True)
    # A second factor given lately: a screen left open must not open an original (R-SEC-2).
    part_needs_factor = models.BooleanField(default=False)
    whole_needs_factor = models.BooleanField(default=True)
    # Two people: design.md leaves it to the agency; off, because a small unit has one on duty.
    whole_needs_two = models.BooleanField(default=False)
    approval_min = _seconds(30, least=1, most=720)  # minutes for which a colleague's yes counts
    # Pauses, limits and the end of the day: evidence.py says what stands behind each number.
    break_min = _seconds(60, least=15, most=240)  # work without a pause until one is suggested
    day_min = _seconds(300, least=30, most=720)  # work with material in a day until it is said
    zone = models.CharField(max_length=60, blank=True)  # of the agency; "": no end of the day
    late_from = models.TimeField(default=time(16))  # the end of the day, in that zone
    late_stops = models.BooleanField(default=False)  # nothing opens above faces after it
    # Practice and first days: evidence.py says what stands behind each.
    practice = models.CharField(
        max_length=12, choices=Practice, default=Practice.RECOMMENDED
    )  # on harmless pictures, before real work
    first_days = _seconds(0, least=0, most=90)  # days after joining without steps 3 and 4
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("policy of an agency")
        verbose_name_plural = _("policies of agencies")

    def __str__(self) -> str:
        return f"policy of agency {self.agency_id}"
