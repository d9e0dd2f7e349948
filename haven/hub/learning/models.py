"""Learning, as stored: what a member has read and answered, and certificates.

In      rows written by actions.py
Out     Depth, Reading, Attempt, Certificate
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     how somebody learns is theirs alone (site/policies.py); a certificate is what they
        chose to show
Not     here: courses themselves (courses.py)
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

CODE_LENGTH = 20  # letters and digits of 32: 100 bits, which nobody tries out
_SLUG = 100
_VERSION = 12


class Depth(models.Model):
    """How deep a member reads."""

    class How(models.TextChoices):
        BRIEF = "brief", _("In brief")
        FULL = "full", _("In full")

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    how = models.CharField(max_length=5, choices=How)

    class Meta:
        verbose_name = _("depth of reading")
        verbose_name_plural = _("depths of reading")

    def __str__(self) -> str:
        return f"member {self.member_id} reads {self.how}"


class Reading(models.Model):
    """A member has read a lesson, as they say."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    course = models.CharField(max_length=_SLUG)
    lesson = models.CharField(max_length=_SLUG)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson read")
        verbose_name_plural = _("lessons read")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "course", "lesson"], name="lesson_is_read_once"
            )
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} read {self.course}/{self.lesson}"


class Attempt(models.Model):
    """A member goes through a quiz once."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    course = models.CharField(max_length=_SLUG)
    version = models.CharField(max_length=_VERSION)  # of the course
    answers = models.JSONField(default=dict)  # id of a question: index of a choice
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    n_questions = models.PositiveSmallIntegerField()
    n_right = models.PositiveSmallIntegerField(null=True)
    has_passed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("result of a quiz")
        verbose_name_plural = _("results of quizzes")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "course"],
                condition=models.Q(finished_at__isnull=True),
                name="attempt_is_the_only_open_one",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    finished_at__isnull=True, n_right__isnull=True, has_passed=False
                )
                | models.Q(finished_at__isnull=False, n_right__isnull=False),
                name="attempt_has_a_result_when_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"quiz of {self.course} by member {self.member_id}"


class Certificate(models.Model):
    """A member has been through a course; whoever has the code can check it.

    Name and agency are kept as they were on that day.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    course = models.CharField(max_length=_SLUG)
    version = models.CharField(max_length=_VERSION)
    title = models.CharField(max_length=200)  # of the course
    name = models.CharField(max_length=200)
    agency = models.CharField(max_length=200)
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "course", "version"], name="certificate_is_given_once"
            )
        ]

    def __str__(self) -> str:
        return f"certificate of {self.course} for member {self.member_id}"

    @property
    def shown_code(self) -> str:
        """Return the code in groups of five."""
        return "-".join(self.code[at : at + 5] for at in range(0, CODE_LENGTH, 5))
