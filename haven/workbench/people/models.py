"""What people decided about groups of faces and about persons, as stored.

In      rows written by the actions
Out     Person, Statement; GroupChange, FaceDecision, Apart
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     the program groups; only a person says who somebody is. A decision is never edited:
        a new one supersedes it, and it can be undone, which is kept as well
Not     here: the groups themselves (haven.workbench.analysis)
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

_MEMBER = settings.AUTH_USER_MODEL


class Person(models.Model):
    """A group of faces that a member gave a name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    group = models.OneToOneField(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )  # None: the naming was undone; the record stays
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=500, blank=True)
    named_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"person {self.public_id}"


class Statement(models.Model):
    """Something a member stated about a person: a role, an alias, a note, an age, a sibling.

    It is a human statement, never the program's. It is not edited: it is taken back, which
    is kept, and another is made. Whoever has no role is taken to be a victim.
    """

    class Kind(models.TextChoices):
        ROLE = "role", _("role")
        ALIAS = "alias", _("also called")
        NOTE = "note", _("note")
        AGE = "age", _("age")
        SIBLING = "sibling", _("brother or sister")

    class Role(models.TextChoices):
        VICTIM = "victim", _("victim")
        WITNESS = "witness", _("witness")
        SUSPECT = "suspect", _("suspect")
        OTHER = "other", _("another role")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="statements")
    kind = models.CharField(max_length=10, choices=Kind)
    role = models.CharField(max_length=10, choices=Role, blank=True)
    text = models.TextField(max_length=1000, blank=True)  # the alias or note; else why
    from_years = models.PositiveSmallIntegerField(null=True, blank=True)
    to_years = models.PositiveSmallIntegerField(null=True, blank=True)
    on = models.DateField(null=True, blank=True)  # the day on which the age is meant
    other = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    made_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("statement about a person")
        verbose_name_plural = _("statements about persons")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "-id"], name="statement_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="role") & ~models.Q(role="")
                | ~models.Q(kind="role") & models.Q(role=""),
                name="statement_of_a_role_alone_has_one",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["", "victim"], kind__in=["role", "sibling"])
                | ~models.Q(text=""),
                name="statement_says_why_or_what",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind="age",
                    on__isnull=False,
                    from_years__isnull=False,
                    to_years__gte=models.F("from_years"),
                    to_years__lte=120,
                )
                | ~models.Q(kind="age")
                & models.Q(on__isnull=True, from_years__isnull=True, to_years__isnull=True),
                name="statement_of_an_age_alone_has_years_and_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="sibling", other__isnull=False)
                & ~models.Q(other=models.F("person"))
                | ~models.Q(kind="sibling") & models.Q(other__isnull=True),
                name="statement_of_a_sibling_alone_names_another_person",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="statement_is_withdrawn_by_someone_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class GroupChange(models.Model):
    """One change of a person to the groups of a case: who, when, what was and what is.

    `before` and `after` hold the same groups: {"groups": [{"id", "faces": [face ids]}],
    "people": [{"id", "group", "name", "note", "named_by", "named_at"}]}. A change of single
    faces holds those faces alone, so that it stands free of changes of other faces.
    """

    class Verb(models.TextChoices):
        SPLIT = "split", _("split")
        MERGE = "merge", _("merged")
        NAME = "name", _("named")
        RENAME = "rename", _("renamed")
        CONFIRM = "confirm", _("confirmed")
        REJECT = "reject", _("not this person")
        MOVE = "move", _("moved")
        APART = "apart", _("not the same")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=10, choices=Verb)
    made_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField()
    after = models.JSONField()
    undone_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of groups")
        verbose_name_plural = _("changes of groups")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "-id"], name="change_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_by__isnull=True, undone_at__isnull=True)
                | models.Q(undone_by__isnull=False, undone_at__isnull=False),
                name="change_is_undone_by_someone_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"


class FaceDecision(models.Model):
    """Whether one face belongs to a group; the latest that stands supersedes earlier ones.

    Who, when and why stand in its change, and it stands as long as that is not undone.
    """

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")  # it belongs to the group
        REJECTED = "rejected", _("not this person")  # it does not
        MOVED = "moved", _("moved")  # it does not belong to `group` but to `moved_to`

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    change = models.ForeignKey(GroupChange, on_delete=models.CASCADE, related_name="decisions")
    face = models.ForeignKey("analysis.Face", on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    group = models.ForeignKey("analysis.FaceGroup", on_delete=models.PROTECT, related_name="+")
    moved_to = models.ForeignKey(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("decision about a face")
        verbose_name_plural = _("decisions about faces")
        indexes = [models.Index(fields=["case", "id"], name="face_decision_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="moved", moved_to__isnull=False)
                & ~models.Q(moved_to=models.F("group"))
                | ~models.Q(verdict="moved") & models.Q(moved_to__isnull=True),
                name="face_decision_to_move_alone_names_another_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"


class Apart(models.Model):
    """Two faces, or two groups, that are not the same person: nothing joins them again.

    Who, when and why stand in its change, and it stands as long as that is not undone.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    change = models.OneToOneField(GroupChange, on_delete=models.CASCADE, related_name="apart")
    one_face = models.ForeignKey(
        "analysis.Face", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    other_face = models.ForeignKey(
        "analysis.Face", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    one_group = models.ForeignKey(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    other_group = models.ForeignKey(
        "analysis.FaceGroup", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("two that are not the same")
        verbose_name_plural = _("pairs that are not the same")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    one_face__isnull=False,
                    other_face__isnull=False,
                    one_group__isnull=True,
                    other_group__isnull=True,
                )
                & ~models.Q(one_face=models.F("other_face"))
                | models.Q(
                    one_face__isnull=True,
                    other_face__isnull=True,
                    one_group__isnull=False,
                    other_group__isnull=False,
                )
                & ~models.Q(one_group=models.F("other_group")),
                name="apart_are_two_faces_or_two_groups",
            ),
        ]

    def __str__(self) -> str:
        return f"apart {self.pk}"
