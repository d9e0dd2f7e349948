"""Notes, as stored: each version of a note is a row of its own.

In      rows written by actions.py
Out     Note
Fails   IntegrityError: a constraint below is broken; its name says which promise. A trigger
        (migration 0001) refuses to change what was written
Why     what a member wrote is there unchanged when somebody leans on it later
Not     here: which version is shown, searching (queries.py)

Notes are not sealed: the database searches them. They stand behind the walls of the case and
are erased with it.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = 4000  # characters: two pages; more is a report


class Note(models.Model):
    """One version of a note: what about, who, when, and the words."""

    class About(models.TextChoices):
        CASE = "case", _("the case")
        ITEM = "item", _("an item")
        EXHIBIT = "exhibit", _("an exhibit")
        GROUP = "group", _("a group of faces")

    thread = models.UUIDField(default=uuid.uuid4, editable=False)  # the note, in all versions
    version = models.PositiveSmallIntegerField(default=1)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=10, choices=About)
    item = models.ForeignKey(
        "analysis.Item", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    exhibit = models.ForeignKey(
        "evidence.Exhibit", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    group = models.ForeignKey(  # None also when the group is no more: faces were put otherwise
        "analysis.FaceGroup", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    text = models.TextField(max_length=LONGEST)
    folded = models.TextField()  # its words for searching: small letters, no accents
    found_by = models.GeneratedField(
        expression=SearchVector("folded", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "version"], name="note_has_each_version_once"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something"),
            models.CheckConstraint(
                condition=models.Q(
                    about="case", item__isnull=True, exhibit__isnull=True, group__isnull=True
                )
                | models.Q(
                    about="item", item__isnull=False, exhibit__isnull=True, group__isnull=True
                )
                | models.Q(
                    about="exhibit", item__isnull=True, exhibit__isnull=False, group__isnull=True
                )
                | models.Q(about="group", item__isnull=True, exhibit__isnull=True),
                name="note_is_about_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "written_at", "id"], name="note_by_case"),
            GinIndex(fields=["found_by"], name="note_by_word"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of note {self.thread}"
