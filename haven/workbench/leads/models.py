"""Leads of a case and what became of each, as stored.

In      rows written by actions.py
Out     Lead, LeadChange
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a lead is worth what its finding is worth: without that, and without what would
        disprove it, it is a rumour
Not     here: decisions (haven.workbench.decisions)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Lead(models.Model):
    """Something worth following, made by a member or taken up from an offer of the program."""

    class Kind(models.TextChoices):
        COMPARISON = "comparison", _("a face compared")
        EXHIBITS = "exhibits", _("one group on several exhibits")
        CAMERA = "camera", _("one camera on several exhibits")
        COPIES = "copies", _("almost the same picture on several exhibits")
        KNOWN = "known", _("a list of known files")
        CLOCK = "clock", _("a clock that does not fit its place")
        HAND = "hand", _("by hand")

    class State(models.TextChoices):
        NEW = "new", _("new")
        IN_WORK = "in_work", _("in work")
        SUPPORTED = "supported", _("supported")
        REFUTED = "refuted", _("refuted")
        NONE = "none", _("no conclusion")
        PASSED_ON = "passed_on", _("passed on")

    class Strength(models.TextChoices):
        STRONG = "strong", _("strong")
        MODERATE = "moderate", _("moderate")
        WEAK = "weak", _("weak")
        UNKNOWN = "unknown", _("not measured")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    what = models.CharField(max_length=500)
    # About whom or what. Rows of the analysis may go when a case is analysed anew.
    item = models.ForeignKey(
        "analysis.Item", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    group = models.ForeignKey(
        "analysis.FaceGroup", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    exhibit = models.ForeignKey(
        "evidence.Exhibit", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    candidate = models.ForeignKey(  # a search that is refused takes its leads along (R-AI-5)
        "search.Candidate", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    # From which finding: who or what found it, in which version.
    offer_key = models.CharField(max_length=120, blank=True)  # of the offer taken up
    analyser = models.CharField(max_length=80, blank=True)  # empty: a person alone
    version = models.CharField(max_length=80, blank=True)
    strength = models.CharField(max_length=10, choices=Strength)
    distance = models.FloatField(null=True, blank=True)  # of the faces, where there is one
    n_searched = models.PositiveIntegerField(null=True, blank=True)
    disproof = models.CharField(max_length=500)  # what would disprove it
    alternatives = models.CharField(max_length=500, blank=True)
    is_offered = models.BooleanField(default=False)  # found by the program, taken up by a member
    is_weak = models.BooleanField(default=False)  # a child, or years between: see R-FAIR-2
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["case", "state", "-made_at"], name="lead_by_state"),
            models.Index(fields=["group"], name="lead_by_group"),
            models.Index(fields=["item"], name="lead_by_item"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(what="") & ~models.Q(disproof=""),
                name="lead_says_what_and_what_would_disprove_it",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="hand") | ~models.Q(analyser="") & ~models.Q(version=""),
                name="lead_of_the_program_names_analyser_and_version",
            ),
            models.UniqueConstraint(
                fields=["case", "offer_key"],
                condition=~models.Q(offer_key=""),
                name="offer_is_taken_up_once",
            ),
        ]

    def __str__(self) -> str:
        return f"lead {self.public_id}"


class LeadChange(models.Model):
    """One step of a lead: its state then, whose it was, who said so and why."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="changes")
    state = models.CharField(max_length=10, choices=Lead.State)
    passed_to = models.CharField(max_length=200, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    why = models.CharField(max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of a lead")
        verbose_name_plural = _("changes of leads")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(why=""), name="lead_changes_for_a_reason"),
            models.CheckConstraint(
                condition=~models.Q(state="passed_on") | ~models.Q(passed_to=""),
                name="lead_is_passed_on_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of lead {self.lead_id}"
