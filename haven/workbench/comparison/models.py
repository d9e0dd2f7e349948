"""What people saw when they compared a candidate with the face looked for, as stored.

In      rows written by actions.py
Out     Look, Comparison
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a comparison is written once and never changed: the site's role may not (grants)
Not     here: the candidates themselves (haven.workbench.search)
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Look(models.Model):
    """A member looked at a pair and asked for its distance after that."""

    candidate = models.ForeignKey("search.Candidate", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at a candidate")
        verbose_name_plural = _("looks at candidates")
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "member"], name="first_look_of_a_member_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"look {self.pk} at candidate {self.candidate_id}"


class Comparison(models.Model):
    """What one member concluded on one pair of faces, and from which features."""

    class Conclusion(models.TextChoices):
        SAME = "same", _("supports the same person")
        DIFFERENT = "different", _("supports different people")
        NONE = "none", _("no conclusion")

    class Age(models.TextChoices):
        ADULT = "adult", _("both look like adults")
        CHILD = "child", _("one may be under 18")
        INFANT = "infant", _("one may be under 3")
        UNKNOWN = "unknown", _("cannot say")

    candidate = models.ForeignKey(
        "search.Candidate", on_delete=models.CASCADE, related_name="comparisons"
    )
    place = models.PositiveSmallIntegerField()  # 1: who searched; 2: the blind second
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    conclusion = models.CharField(max_length=10, choices=Conclusion)
    sentence = models.CharField(max_length=500, blank=True)
    features = models.JSONField(default=dict)  # key of FEATURES: key of ANSWERS
    checklist = models.CharField(max_length=10)  # version of the list
    age = models.CharField(max_length=10, choices=Age)
    year_sought = models.PositiveSmallIntegerField(null=True, blank=True)  # picture was taken
    year_found = models.PositiveSmallIntegerField(null=True, blank=True)
    saw_distance = models.BooleanField()  # before concluding
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        ordering = ["candidate", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "place"], name="pair_is_compared_first_and_second_once"
            ),
            models.UniqueConstraint(
                fields=["candidate", "reviewer"], name="second_reviewer_is_somebody_else"
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=(1, 2)), name="comparison_is_first_or_second"
            ),
            models.CheckConstraint(
                condition=~models.Q(conclusion="same") | ~models.Q(sentence=""),
                name="same_person_is_supported_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(place=1) | models.Q(saw_distance=False),
                name="second_reviewer_is_blind_to_the_distance",
            ),
        ]

    def __str__(self) -> str:
        return f"comparison {self.pk} of candidate {self.candidate_id}"

    @property
    def years_between(self) -> int | None:
        """Return the years between the pictures; None where a year is not known."""
        if self.year_sought is None or self.year_found is None:
            return None
        return abs(self.year_sought - self.year_found)

    @property
    def is_weak(self) -> bool:
        """Tell whether a child may be on it and three years or more may have passed.

        Source: R-FAIR-2; beyond three years no figure holds, under three no face does.
        """
        if self.age == self.Age.INFANT:
            return True
        gap = self.years_between
        return self.age != self.Age.ADULT and (gap is None or gap > 3)  # years; see Source
