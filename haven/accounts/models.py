"""Accounts tables: agencies, the addresses that are theirs, and members.

In      rows written by the actions of this app
Out     Agency, Domain, Member; Member is the site's user model
Fails   the database refuses: a member without a name; a provider who is anything else, and
        anyone else who is a provider (constraint and trigger, migration 0003)
Not     here: what a member may see in a case (workbench/cases); invitations, applications,
        terms and letters, each in its own folder
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from haven.accounts.access import Role


class Agency(models.Model):
    """A unit whose members work under one law and one roof, or a provider of tools."""

    class Kind(models.TextChoices):
        NATIONAL = "national", _("national police")
        REGIONAL = "regional", _("regional or local police")
        PROSECUTION = "prosecution", _("prosecution")
        INTERNATIONAL = "international", _("international organisation")
        NGO = "ngo", _("non-governmental organisation with a mandate")
        PROVIDER = "provider", _("provider of tools, without police powers")

    class Status(models.TextChoices):
        ACTIVE = "active", _("takes part")
        SUSPENDED = "suspended", _("suspended")
        LEFT = "left", _("has left")

    name = models.CharField(_("name"), max_length=200, unique=True)
    country = models.CharField(_("country"), max_length=2)  # ISO 3166-1 alpha-2
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.NATIONAL)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=500, blank=True)
    status_at = models.DateTimeField(null=True, blank=True)  # None: as it was when added
    contact = models.ForeignKey(
        "accounts.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    contact_name = models.CharField(max_length=200, blank=True)  # of one who has no account
    contact_email = models.EmailField(blank=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="active") | ~models.Q(status_reason=""),
                name="agency_does_not_take_part_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_provider(self) -> bool:
        """Tell whether this is a provider of tools, without rights of an investigation."""
        return self.kind == self.Kind.PROVIDER


class Domain(models.Model):
    """A domain whose e-mail addresses are known to be an agency's."""

    class How(models.TextChoices):
        LETTER = "letter", _("letter or call to a number known beforehand")
        REGISTER = "register", _("official register")
        MEETING = "meeting", _("seen in person")
        PARTNER = "partner", _("confirmed by a partner agency")

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253, unique=True)  # lower case, ASCII (IDNA)
    with_subdomains = models.BooleanField(default=False)
    how = models.CharField(max_length=10, choices=How)
    verified_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, related_name="+"
    )  # None: on the console
    verified_at = models.DateTimeField()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name=Lower("name")), name="domain_is_in_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(AbstractUser):
    """A person who signs in; belongs to one agency."""

    class Status(models.TextChoices):
        INVITED = "invited", _("is setting up the sign-in")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        LEFT = "left", _("has left")

    class Because(models.TextChoices):
        """Why a member is suspended."""

        DECISION = "decision", _("by a decision")
        UNVERIFIED = "unverified", _("the yearly confirmation is missing")

    first_name = None  # type: ignore[assignment]  # one name, as the person writes it
    last_name = None  # type: ignore[assignment]
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="members")
    display_name = models.CharField(_("name"), max_length=200)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("roles"),
        default=list,
        blank=True,
    )
    duty = models.CharField(_("duty"), max_length=200, blank=True)  # in the agency
    languages = ArrayField(
        models.CharField(max_length=3),  # ISO 639, spoken by the member
        verbose_name=_("languages"),
        default=list,
        blank=True,
    )
    language = models.CharField(max_length=10, default="en")  # of letters to the member
    supervisor = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=500, blank=True)
    status_at = models.DateTimeField(null=True, blank=True)
    suspended_because = models.CharField(max_length=12, choices=Because, blank=True)
    # The yearly confirmation: who works here still, says the member and says a colleague.
    verified_until = models.DateField(_("verified until"), null=True, blank=True)
    address_confirmed_at = models.DateTimeField(null=True, blank=True)
    duty_confirmed_at = models.DateTimeField(null=True, blank=True)
    duty_confirmed_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    signed_out_at = models.DateTimeField(null=True, blank=True)  # older sessions have ended

    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)  # days before

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(condition=~models.Q(display_name=""), name="member_has_a_name"),
            models.CheckConstraint(
                condition=~models.Q(roles__contains=["provider"]) | models.Q(roles=["provider"]),
                name="member_is_a_provider_and_nothing_else",
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(status__in=["invited", "active"]),
                name="member_who_is_suspended_or_left_cannot_sign_in",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["suspended", "left"])
                | (~models.Q(status_reason="") & models.Q(status_at__isnull=False)),
                name="member_is_suspended_or_left_for_a_reason",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="member_has_an_address_of_their_own",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        """Return the name; Django's own is made of two fields that are not here."""
        return self.display_name

    def get_short_name(self) -> str:
        """Return the name."""
        return self.display_name

    @property
    def role_labels(self) -> list[str]:
        """Return the roles in words."""
        return [str(Role(role).label) for role in self.roles]


class FactorReset(models.Model):
    """One member's way to sign in is made anew: asked for by one person, done by another."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="resets")
    asked_by = models.ForeignKey(  # None: on the console
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500)
    confirmed_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reset")
        verbose_name_plural = _("resets")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(confirmed_at=None, withdrawn_at=None),
                name="reset_is_asked_for_once",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_by=None, confirmed_by=None)
                | models.Q(confirmed_by=None, confirmed_at=None)
                | (
                    ~models.Q(confirmed_by=models.F("asked_by"))
                    & models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                ),
                name="reset_is_done_by_another_than_asked",
            ),
            models.CheckConstraint(
                condition=~models.Q(member=models.F("asked_by"))
                & ~models.Q(member=models.F("confirmed_by")),
                name="reset_is_not_of_oneself",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="reset_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"reset {self.pk} of member {self.member_id}"
