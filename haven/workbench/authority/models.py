"""The legal bases of cases, and an agency's own words for them, as stored.

In      rows written by actions.py
Out     Authority, OwnWord
Fails   IntegrityError: a constraint below is broken; its name says which promise. A trigger
        (migration 0001) refuses any change but the one withdrawing
Why     what was written when a search or a run stood on it must be there unchanged
Not     here: which one covers what today (queries.py)

Days are whole days in the time zone of the site; the last day counts.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class OwnWord(models.Model):
    """A word that an agency adds to a list: a kind of authority, or a purpose of a search."""

    class List(models.TextChoices):
        KIND = "kind", _("kind of authority")
        PURPOSE = "purpose", _("purpose of a search")

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    list = models.CharField(max_length=10, choices=List)
    word = models.CharField(max_length=80)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # not offered any more

    class Meta:
        verbose_name = _("word of an agency")
        verbose_name_plural = _("words of agencies")
        ordering = ["list", "word"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(word=""), name="own_word_is_a_word"),
            models.UniqueConstraint(
                fields=["agency", "list", "word"], name="own_word_is_in_a_list_once"
            ),
        ]

    def __str__(self) -> str:
        return self.word


class Authority(models.Model):
    """One legal basis of a case: what it allows, on what, and for how long."""

    class Kind(models.TextChoices):
        WARRANT = "warrant", _("warrant")
        COURT_ORDER = "court_order", _("court order")
        CONSENT = "consent", _("consent of the owner")
        STATUTE = "statute", _("statutory power")
        ASSISTANCE = "assistance", _("mutual legal assistance")
        EMERGENCY = "emergency", _("emergency power")
        OWN = "own", _("another kind")

    class Power(models.TextChoices):
        ANALYSE = "analyse", _("looking at exhibits")
        TEMPLATES = "templates", _("face templates")
        SEARCH = "search", _("face search in this case")
        ACROSS = "across", _("face search across cases")
        SHARE = "share", _("sharing with others")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    own_kind = models.ForeignKey(
        OwnWord, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reference = models.CharField(max_length=120)
    issuer = models.CharField(max_length=200)
    powers = ArrayField(models.CharField(max_length=20, choices=Power))
    whole_case = models.BooleanField()  # else: the exhibits alone
    exhibits = models.ManyToManyField("evidence.Exhibit", related_name="+", blank=True)
    all_cases = models.BooleanField(default=False)  # across: all cases of the unit
    other_cases = models.ManyToManyField("cases.Case", related_name="+", blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)  # the last day; None: none is named
    notes = models.TextField(blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        ordering = ["-entered_at", "-pk"]
        indexes = [models.Index(fields=["case", "valid_from"], name="authority_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reference="") & ~models.Q(issuer=""),
                name="authority_has_a_reference_and_an_issuer",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="authority_ends_no_earlier_than_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(powers__len__gt=0), name="authority_allows_something"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="own", own_kind__isnull=False)
                | ~models.Q(kind="own") & models.Q(own_kind__isnull=True),
                name="authority_of_another_kind_says_which",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    withdrawn_by__isnull=True, withdrawn_at__isnull=True, withdrawn_why=""
                )
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                & ~models.Q(withdrawn_why=""),
                name="authority_is_withdrawn_by_someone_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(all_cases=False) | models.Q(powers__contains=["across"]),
                name="authority_names_other_cases_only_for_search_across",
            ),
        ]

    def __str__(self) -> str:
        return f"authority {self.public_id}"

    @property
    def kind_words(self) -> str:
        """Return the kind in words; an agency's own as the agency wrote it."""
        return self.own_kind.word if self.own_kind is not None else str(self.get_kind_display())

    @property
    def powers_words(self) -> list[str]:
        """Return what it allows, in words and in the order of the list."""
        return [str(power.label) for power in self.Power if power in self.powers]
