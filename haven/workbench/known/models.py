"""Lists of known files and what they know of a case, as stored.

In      rows written by actions.py, importing.py and looking.py
Out     KnownList, Meaning, SetAside; Hit, Looked
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a list is a third party's record: its words stay its words, beside what was made of them
        by an administrator, and never become a verdict of this case (R-VICS-5)
Not     here: the digests, which lie sealed on disk (storing.py)
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from haven.workbench.known import words

_MEMBER = settings.AUTH_USER_MODEL


class KnownList(models.Model):
    """A list of known files that an agency keeps (R-HASH-3)."""

    class Kind(models.TextChoices):
        ALERT = "alert", _("alert")
        KNOWN_GOOD = "known-good", _("known good")
        OWN = "own", _("own")

    class State(models.TextChoices):
        ARRIVED = "arrived", _("being looked over")
        WAITING = "waiting", _("waits for you")
        READING = "reading", _("being taken in")
        READY = "ready", _("in use")
        FAILED = "failed", _("not taken in")
        REMOVED = "removed", _("taken out")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    source = models.CharField(max_length=300, blank=True)  # who made it, how it came
    licence = models.CharField(max_length=300, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    list_version = models.CharField(max_length=60, blank=True)  # what its source calls it
    made_on = models.DateField(null=True, blank=True)  # of the list, as its source says
    expires_on = models.DateField(null=True, blank=True)  # the last day of use
    scheme = models.CharField(max_length=61, blank=True)  # "us-current@1"; empty: none chosen
    state = models.CharField(max_length=10, choices=State, default=State.ARRIVED)
    error_code = models.CharField(max_length=40, blank=True)
    error_words = models.CharField(max_length=200, blank=True)  # the engine's sentence
    share = models.FloatField(default=0.0)  # of the file that is read, 0 to 1
    preview = models.JSONField(default=dict)  # first rows, digests shortened
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_bytes = models.BigIntegerField(default=0)
    manifest = models.JSONField(default=dict)  # of the engine: format, counts, refused rows
    wrapped = models.BinaryField(default=bytes)  # its key; empty: destroyed
    master = models.CharField(max_length=64, blank=True)
    brought_by = models.ForeignKey(  # None: at the command line
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    brought_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("list of known files")
        verbose_name_plural = _("lists of known files")
        ordering = ["-brought_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | models.Q(ready_at__isnull=False) & ~models.Q(wrapped=b""),
                name="list_in_use_has_its_key",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="removed")
                | models.Q(removed_at__isnull=False, wrapped=b""),
                name="list_taken_out_has_no_key",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(error_code=""),
                name="list_not_taken_in_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"list {self.public_id}"

    @property
    def format_name(self) -> str:
        """Return the format of its file as its makers call it; empty: not looked over yet."""
        told = self.manifest or self.preview
        version = told.get("format_version", told.get("version", ""))
        return words.format_name(told.get("format", ""), str(version)) if told else ""

    @property
    def first_rows(self) -> list[dict[str, object]]:
        """Return its first rows for a person who looks whether it is the right file."""
        return [{**row, "said": words.said(row["said"])} for row in self.preview.get("rows", [])]

    @property
    def n_entries(self) -> int:
        """Return how many entries it has."""
        return int(self.manifest.get("n_entries", 0))


class Meaning(models.Model):
    """What a category of a list means in the scheme of the list, as an administrator said."""

    known_list = models.ForeignKey(KnownList, on_delete=models.CASCADE, related_name="meanings")
    raw = models.CharField(max_length=80)  # the text of the list
    code = models.CharField(max_length=12)  # of the list's scheme
    said_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        verbose_name = _("meaning of a list's category")
        verbose_name_plural = _("meanings of lists' categories")
        constraints = [
            models.UniqueConstraint(
                fields=["known_list", "raw"], name="category_of_a_list_means_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"meaning {self.pk}"


class SetAside(models.Model):
    """An entry whose near hits are kept out of sight: it looks like too much, or like nothing."""

    class How(models.TextChoices):
        FLOOD = "flood", _("it suddenly looked like very many pictures")
        PERSON = "person", _("set aside by a person")

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    known_list = models.ForeignKey(KnownList, on_delete=models.CASCADE, related_name="set_aside")
    entry = models.PositiveIntegerField()
    how = models.CharField(max_length=8, choices=How)
    n_hits = models.PositiveIntegerField(default=0)  # in the case where it was noticed
    reason = models.CharField(max_length=500, blank=True)
    set_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("entry set aside")
        verbose_name_plural = _("entries set aside")
        constraints = [
            models.UniqueConstraint(
                fields=["known_list", "entry"],
                condition=models.Q(ended_at__isnull=True),
                name="entry_is_set_aside_once",
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.entry} of list {self.known_list_id}"


class Hit(models.Model):
    """An item that a list has, or that looks like an entry of one."""

    class Certainty(models.TextChoices):
        SAME_BYTES = "same_bytes", _("the same bytes (SHA-256)")
        TWO_DIGESTS = "two_digests", _("SHA-1 and MD5 agree")
        ONE_DIGEST = "one_digest", _("one weak digest agrees")
        CONTRADICTED = "contradicted", _("one digest agrees, another does not")
        NEAR = "near", _("looks alike")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("analysis.Item", on_delete=models.CASCADE, related_name="+")
    known_list = models.ForeignKey(KnownList, on_delete=models.PROTECT, related_name="+")
    entry = models.PositiveIntegerField()
    certainty = models.CharField(max_length=12, choices=Certainty)
    agree = ArrayField(models.CharField(max_length=6), default=list)
    differ = ArrayField(models.CharField(max_length=6), default=list)
    bits = models.PositiveSmallIntegerField(null=True, blank=True)  # of 256, of a near one
    category = models.CharField(max_length=80, blank=True)  # the text of the list
    said = models.JSONField(default=dict)  # series, tags, flags, in the words of the list
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hit")
        verbose_name_plural = _("hits")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "known_list", "entry"], name="item_hits_an_entry_once"
            ),
            models.CheckConstraint(
                condition=models.Q(certainty="near", bits__isnull=False)
                | ~models.Q(certainty="near") & models.Q(bits__isnull=True),
                name="hit_that_looks_alike_says_how_much",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "certainty", "item"], name="hit_by_case"),
            models.Index(fields=["known_list", "entry"], name="hit_by_entry"),
        ]

    def __str__(self) -> str:
        return f"hit {self.pk}"


class Looked(models.Model):
    """Up to which item a case was looked up in a list."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    known_list = models.ForeignKey(KnownList, on_delete=models.CASCADE, related_name="+")
    last_item = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("state of looking up")
        verbose_name_plural = _("states of looking up")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "known_list"], name="case_is_looked_up_in_a_list_once"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id} in list {self.known_list_id}"
