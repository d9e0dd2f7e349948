"""Searches for a face and their candidates, as stored.

In      rows written by actions.py
Out     FaceSearch, Candidate
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     purpose, reason and basis are asked once and stand beside what was found (R-AI-1, 4);
        a refused search keeps who and when, and nothing else (R-AI-5)
Not     here: who may see which candidate (queries.py)
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

_NOTHING_LEFT = models.Q(
    reason="",
    purpose="",
    urgent_why="",
    face__isnull=True,
    probe__isnull=True,
    n_searched__isnull=True,
    n_candidates__isnull=True,
    gallery=[],
)


class FaceSearch(models.Model):
    """One search for one face: asked for once, done once, looked at as often as needed."""

    class Purpose(models.TextChoices):
        VICTIM = "victim", _("identify a victim")
        MISSING = "missing", _("find a missing person")
        SUSPECT = "suspect", _("identify a suspect of an offence")
        LINK = "link", _("see whether cases or exhibits belong together")
        RULE_OUT = "rule_out", _("rule a person out")
        OWN = "own", _("another purpose")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the picture")
        OPEN = "open", _("open")
        LOCKED = "locked", _("locked")
        CLOSED = "closed", _("closed")
        REFUSED = "refused", _("authorisation refused")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True)
    own_purpose = models.ForeignKey(
        "authority.OwnWord", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.CharField(max_length=500, blank=True)
    authority = models.ForeignKey(
        "authority.Authority", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )  # None: started urgently, and none is entered yet
    across = models.BooleanField()
    gallery = ArrayField(models.BigIntegerField(), default=list, blank=True)  # keys of cases
    face = models.ForeignKey(
        "analysis.Face", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    probe = models.ForeignKey(
        "analysis.Probe", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    position = models.PositiveIntegerField(null=True, blank=True)  # of the face on the probe
    n_searched = models.PositiveIntegerField(null=True, blank=True)  # None: not done
    n_candidates = models.PositiveIntegerField(null=True, blank=True)
    n_erased = models.PositiveIntegerField(default=0)  # candidates, with their face templates
    top = models.PositiveSmallIntegerField(default=20)  # how many were called up: 20, at most 50
    made_with = models.JSONField(default=dict)  # model, its digests, mode, limits of the words
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    urgent_why = models.CharField(max_length=500, blank=True)
    urgent_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    urgent_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(  # who entered the authority, refused or closed
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("search for a face")
        verbose_name_plural = _("searches for faces")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["case", "-asked_at"], name="search_by_case"),
            models.Index(
                fields=["urgent_until"],
                condition=models.Q(authority__isnull=True),
                name="search_on_the_clock",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="refused") | ~models.Q(reason="") & ~models.Q(purpose=""),
                name="search_says_what_for_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(authority__isnull=False) | models.Q(urgent_until__isnull=False),
                name="search_stands_on_an_authority_or_is_on_the_clock",
            ),
            models.CheckConstraint(
                condition=models.Q(urgent_until__isnull=True, urgent_officer__isnull=True)
                | models.Q(urgent_until__isnull=False, urgent_officer__isnull=False, across=True),
                name="urgent_search_goes_across_cases_and_names_an_officer",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="locked") | models.Q(authority__isnull=True),
                name="search_with_an_authority_is_not_locked",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused")
                | models.Q(decided_by__isnull=False, decided_at__isnull=False) & _NOTHING_LEFT,
                name="refused_search_keeps_who_and_when_alone",
            ),
            models.CheckConstraint(
                condition=models.Q(face__isnull=True) | models.Q(probe__isnull=True),
                name="search_looks_for_one_face",
            ),
            models.CheckConstraint(
                condition=models.Q(top__gte=1, top__lte=50), name="search_calls_up_at_most_fifty"
            ),
        ]

    def __str__(self) -> str:
        return f"search {self.public_id}"

    @property
    def purpose_words(self) -> str:
        """Return the purpose in words; an agency's own as the agency wrote it."""
        if self.own_purpose is not None:
            return self.own_purpose.word
        return str(self.get_purpose_display())

    @property
    def is_urgent(self) -> bool:
        """Tell whether it started without an authority."""
        return self.urgent_until is not None


class Candidate(models.Model):
    """One face that a search found, and how near it is."""

    search = models.ForeignKey(FaceSearch, on_delete=models.CASCADE, related_name="candidates")
    rank = models.PositiveIntegerField()  # from 1
    face = models.ForeignKey("analysis.Face", on_delete=models.CASCADE, related_name="+")
    distance = models.FloatField(null=True)  # None: erased with the face template
    strength = models.CharField(max_length=10, blank=True)  # a word of the engine; empty as above
    decided_at = models.DateTimeField(null=True, blank=True)  # None: nobody concluded on it yet

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["search", "rank"], name="candidate_has_its_own_rank_in_a_search"
            ),
        ]

    def __str__(self) -> str:
        return f"candidate {self.rank} of search {self.search_id}"
