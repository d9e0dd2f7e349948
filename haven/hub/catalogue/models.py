"""The catalogue, as stored: tools, what is said of each with its ground, and bodies to turn to.

In      rows written by actions.py and seed.py
Out     Maker, Tool, Fact, Body
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a description is not evidence: each statement is a row with who said it, where, when
Not     here: which fields a reader may see (queries.py), grades (grading.py)

No column ranks a tool above another, and none says what was paid: the order is the alphabet's.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import meaning
from haven.hub.catalogue import vocabulary as words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

OPEN_WORDS, CLOSED_WORDS = "A", "D"  # weights of words in found_by: who finds a tool by them


def _several(choices: type[models.TextChoices], label: _StrPromise) -> ArrayField[Any, Any]:
    return ArrayField(
        models.CharField(max_length=40, choices=choices.choices),
        default=list,
        blank=True,
        verbose_name=label,
    )


class Maker(models.Model):
    """Who makes a tool, or answers for it."""

    name = models.CharField(max_length=200, unique=True)
    country = models.CharField(max_length=100, blank=True)  # as the source writes it

    class Meta:
        verbose_name = _("maker")
        verbose_name_plural = _("makers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tool(models.Model):
    """One tool, as the catalogue describes it."""

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="tools")
    website = models.URLField(_("website"), max_length=500, blank=True)
    summary = models.TextField(_("in short"), max_length=600)
    description = models.TextField(_("description"), max_length=6000)
    status = models.CharField(_("status"), max_length=20, choices=words.Status)
    open_source = models.BooleanField(_("open source"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=300, blank=True)
    weights_licence = models.CharField(_("licence of the weights"), max_length=300, blank=True)
    access = models.CharField(_("who can have it"), max_length=30, choices=words.Access)
    price = models.CharField(_("price"), max_length=20, choices=words.Price)
    evidence_leaves = models.CharField(
        _("evidence leaves the agency"), max_length=20, choices=words.Leaves
    )
    deployment = _several(words.Deployment, _("where it runs"))
    steps = _several(words.Step, _("steps of the work"))
    techniques = _several(words.Technique, _("techniques"))
    media = _several(words.Media, _("media"))
    platforms = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    intended_use = models.TextField(_("meant for"), max_length=2000, blank=True)
    excluded_use = models.TextField(_("not meant for, cautions"), max_length=2000, blank=True)
    human_role = models.TextField(_("what a person decides"), max_length=2000, blank=True)
    wellbeing = models.TextField(_("care for those who look"), max_length=2000, blank=True)
    interoperability = models.TextField(_("works together with"), max_length=2000, blank=True)
    restricted = ArrayField(  # names of fields that show how a method works
        models.CharField(max_length=40), default=list, blank=True
    )
    listed_on = models.DateField(db_default=Now())
    checked_on = models.DateField(_("last checked"), null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    folded = models.TextField()  # its words for searching: small letters, no accents
    folded_closed = models.TextField(default="", blank=True)  # those of its restricted fields
    found_by = models.GeneratedField(
        expression=SearchVector("folded", config="simple", weight=OPEN_WORDS)
        + SearchVector("folded_closed", config="simple", weight=CLOSED_WORDS),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("tool")
        verbose_name_plural = _("tools")
        ordering = ["name", "pk"]
        indexes = [
            GinIndex(fields=["found_by"], name="tool_by_word"),
            GinIndex(fields=["steps"], name="tool_by_step"),
            GinIndex(fields=["techniques"], name="tool_by_technique"),
            models.Index(fields=["name", "id"], name="tool_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Fact(models.Model):
    """One statement about a tool, with its ground."""

    # What counts for a grade: it was read, and is about this tool. The same as `counts`.
    COUNTS = models.Q(basis=words.Basis.SOURCE, is_of_tool=True) & ~models.Q(source="")

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="facts")
    claim = models.TextField(max_length=1000)
    kind = models.CharField(max_length=10, choices=words.Kind)
    said_by = models.CharField(max_length=200)
    source = models.URLField(max_length=1000, blank=True)
    dated = models.CharField(max_length=10)  # 2018, 2018-05 or 2018-05-04, as the source is
    basis = models.CharField(max_length=10, choices=words.Basis)
    relation = models.CharField(max_length=12, choices=words.Relation)
    is_of_tool = models.BooleanField(default=True)  # False: of the field; counts for no grade
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    confirmed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(basis="recalled") | ~models.Q(source=""),
                name="fact_that_was_read_names_its_source",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="claimed") | models.Q(basis="source"),
                name="fact_from_memory_is_a_claim",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True, confirmed_on__isnull=True)
                | models.Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="fact_is_confirmed_by_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"fact {self.pk}"

    @property
    def counts(self) -> bool:
        """Tell whether it counts for a grade: it was read, and is about this tool."""
        return bool(self.source) and self.basis == words.Basis.SOURCE and self.is_of_tool

    @property
    def kind_name(self) -> str:
        """Return what the kind is called, in one word."""
        return meaning.name("fact_kind", self.kind, self.kind)

    @property
    def is_unchecked(self) -> bool:
        """Tell whether nobody has looked yet whether it is so."""
        return self.basis == words.Basis.RECALLED and self.confirmed_on is None


class Proposal(models.Model):
    """What somebody would have an entry say instead, and what a curator made of it."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for a curator")
        ACCEPTED = "accepted", _("taken over")
        REFUSED = "refused", _("not taken over")
        WITHDRAWN = "withdrawn", _("taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="proposals")
    changes = models.JSONField()  # by field: {"was": ..., "becomes": ...}
    why = models.TextField(max_length=1000)
    source = models.URLField(max_length=1000, blank=True)
    stake = models.CharField(max_length=500, blank=True)  # what ties the proposer to the maker
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["proposed_at", "pk"]
        indexes = [models.Index(fields=["state", "proposed_at"], name="proposal_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", decided_by__isnull=True)
                | models.Q(state="withdrawn")
                | (
                    models.Q(state__in=["accepted", "refused"], decided_by__isnull=False)
                    & ~models.Q(answer="")
                ),
                name="proposal_is_decided_by_somebody_with_an_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | models.Q(state="withdrawn")
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="nobody_decides_on_their_own_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.public_id}"


class Change(models.Model):
    """That an entry was changed: what readers of the catalogue are told of."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="history")
    fields = ArrayField(models.CharField(max_length=40))  # empty: the entry is new
    proposal = models.OneToOneField(
        Proposal, on_delete=models.PROTECT, related_name="change", null=True
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at", "id"], name="change_by_day")]

    def __str__(self) -> str:
        return f"change {self.pk}"


class Body(models.Model):
    """A body to turn to, or to refer somebody to."""

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    scope = models.CharField(max_length=100)  # a country, or how far it reaches
    kind = models.CharField(max_length=30, choices=words.Body)
    website = models.URLField(max_length=500, blank=True)
    what_for = models.TextField(max_length=1000)
    source = models.URLField(max_length=1000, blank=True)
    dated = models.CharField(max_length=10)
    basis = models.CharField(max_length=10, choices=words.Basis)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    confirmed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("body to turn to")
        verbose_name_plural = _("bodies to turn to")
        ordering = ["scope", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unchecked(self) -> bool:
        """Tell whether nobody has looked yet whether it is so."""
        return self.basis == words.Basis.RECALLED and self.confirmed_on is None
