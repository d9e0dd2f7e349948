"""Audit tables: one entry per act, never changed and never deleted.

In      rows written by actions.record
Out     rows read by the pages of the record
Fails   the database refuses UPDATE, DELETE and TRUNCATE (a trigger), for every role
Why     what was done must be provable afterwards
Not     here: foreign keys; an entry outlives what it names
"""

import json
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """An entry: who did what to which thing, when, with the facts that explain it.

    Keys are plain numbers and not relations, because the record must not change when a
    member or a case is erased. `body` is what is proved; the columns are for searching.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    format = models.PositiveSmallIntegerField(default=1)  # 0: from before there was a tree
    at = models.DateTimeField()  # of the act
    written_at = models.DateTimeField()  # of the entry
    agency_id = models.BigIntegerField(null=True)  # whose record it is in
    actor_id = models.BigIntegerField(null=True)  # None: the program itself
    roles = ArrayField(models.CharField(max_length=20), default=list)  # the actor's, then
    session = models.CharField(max_length=32, blank=True)  # a digest
    client = models.CharField(max_length=40, blank=True)  # class and digest of the address
    via = models.CharField(max_length=20)  # web, token, worker, console, keeper
    verb = models.CharField(max_length=60)  # one of verbs.py
    target_type = models.CharField(max_length=60, blank=True)  # app_label.model
    target_id = models.CharField(max_length=60, blank=True)
    case_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    has_reason = models.BooleanField(default=False)  # the reason itself is personal
    facts = models.JSONField(default=dict)  # numbers and fixed words
    commitment = models.CharField(max_length=64, blank=True)  # to the personal part
    version = models.CharField(max_length=40, blank=True)  # of the program
    body = models.TextField()  # canonical JSON of all the above

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "-id"], name="event_by_case"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
            models.Index(fields=["target_type", "target_id", "-id"], name="event_by_target"),
            models.Index(fields=["agency_id", "-id"], name="event_by_agency"),
            models.Index(fields=["agency_id", "verb", "-id"], name="event_by_verb"),
            models.Index(
                fields=["outcome", "-id"],
                name="event_not_done",
                condition=~models.Q(outcome="done"),
            ),
            models.Index(fields=["at"], name="event_by_moment"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(verb=""), name="event_says_what_was_done"),
            models.CheckConstraint(condition=~models.Q(body=""), name="event_has_a_body"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}: {self.verb}"

    @property
    def actor_name(self) -> str:
        """Return the actor's name of that moment; empty when it was erased or is nobody's."""
        return str(self.personal_value.get("actor_name", ""))

    @property
    def personal_value(self) -> dict[str, Any]:
        """Return names and free text of the act; nothing when they were erased."""
        beside: Personal | None = getattr(self, "personal", None)
        return dict(json.loads(beside.text)) if beside else {}


class Personal(models.Model):
    """Names and free text of one act, beside its entry: erased alone, it breaks no proof."""

    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, primary_key=True, related_name="personal",
        db_constraint=False,  # an entry is never deleted, and a check costs every act
    )  # fmt: skip
    salt = models.BinaryField()  # 32 random bytes, never shown without the text
    text = models.TextField()  # canonical JSON
    words = models.TextField(blank=True)  # name and reason, to search in; nothing else of it

    class Meta:
        indexes = [
            GinIndex(SearchVector("words", config="simple"), name="personal_by_words"),
        ]

    def __str__(self) -> str:
        return f"personal part of event {self.event_id}"


class Pending(models.Model):
    """An entry that has no place in the tree yet; a trigger puts every new entry here.

    Its row is seen once the act has committed, and not before: so the keeper gives out
    numbers without gaps, whatever other transactions still run.
    """

    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"event {self.event_id} waits"


class Leaf(models.Model):
    """The place of an entry in the tree: 0, 1, 2 and so on, without a gap."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, related_name="leaf", db_constraint=False
    )
    hash = models.BinaryField()  # SHA-256(0x00 || body)

    def __str__(self) -> str:
        return f"leaf {self.seq}"


class Node(models.Model):
    """An inner node over 2**level leaves, all of them there; written once."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()  # from 1; level 0 are the leaves
    index = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"node {self.index} of level {self.level}"


class Checkpoint(models.Model):
    """A signed head of the tree."""

    size = models.BigIntegerField(unique=True)  # entries it covers
    root = models.BinaryField()
    at = models.DateTimeField()
    key = models.CharField(max_length=200)  # who signed: name+short+base64
    note = models.TextField()  # origin, size, root, time and signature

    class Meta:
        ordering = ["-size"]

    def __str__(self) -> str:
        return f"checkpoint of size {self.size}"

    @property
    def short_root(self) -> str:
        """Return the beginning of the root, for the eye."""
        return bytes(self.root).hex()[:16]


class Verification(models.Model):
    """That the whole record was verified, and whether it is what was signed.

    Not told from the entries: the site may write those, and could say that all is well or put
    off the next verification. Rows here come from the keeper and the owner alone.
    """

    at = models.DateTimeField()
    entries = models.BigIntegerField()
    findings = models.PositiveSmallIntegerField()  # sentences about what is wrong

    def __str__(self) -> str:
        return f"verification of {self.entries} entries"


class StampRequest(models.Model):
    """A request for a timestamp, carried out to an authority by hand (RFC 3161)."""

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="stamp_requests"
    )
    at = models.DateTimeField()
    request = models.BinaryField()  # DER, with a nonce

    def __str__(self) -> str:
        return f"request {self.pk} for a timestamp"


class Stamp(models.Model):
    """What an authority answered, verified when it was brought in."""

    request = models.ForeignKey(StampRequest, on_delete=models.PROTECT, related_name="stamps")
    at = models.DateTimeField()
    stamped_at = models.DateTimeField()  # as the authority says
    authority = models.CharField(max_length=300)
    response = models.BinaryField()  # DER

    def __str__(self) -> str:
        return f"timestamp {self.pk}"
