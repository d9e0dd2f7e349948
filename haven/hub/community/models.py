"""Colleagues, as stored: who can be found, who may write to whom, what was said in groups.

In      rows written by the actions of this part
Out     one class for each table
Fails   IntegrityError: a constraint below is broken; its name says which promise
Why     a person is found only by choice, and written to only by consent
Not     here: who may see a row (queries.py, and behind it site/hub_policies.py)

No table has a field for a file. What stands in a Person is copied from the account by the
database itself (migration 0002): members of other agencies are behind a wall, and nobody can
say here that they are somebody else.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from haven.hub.community.columns import ABOUT, MESSAGE, REASON, SLUG, list_of, to
from haven.hub.community.event_models import Announcement, Event
from haven.hub.community.group_models import (
    AcceptedRules,
    Disclosed,
    Hiding,
    Joined,
    Look,
    Post,
    Report,
    Thread,
)
from haven.hub.community.vocabulary import ContactState, Skill

__all__ = [
    "AcceptedRules", "Announcement", "Block", "Contact", "Disclosed", "Event", "Feed", "Hiding",
    "Joined", "Look", "Message", "Person", "Post", "Profile", "Removed", "Report", "Thread",
]  # fmt: skip
_ANSWERED = (ContactState.ACCEPTED, ContactState.DECLINED, ContactState.ENDED)


class Person(models.Model):
    """A member as colleagues see them; there once they take part."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200, editable=False)
    agency = models.CharField(max_length=200, editable=False)
    country = models.CharField(max_length=2, editable=False)
    is_officer = models.BooleanField(default=False, editable=False)  # takes part, with powers

    class Meta:
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        indexes = [models.Index(fields=["name", "member"], name="colleague_by_name")]

    def __str__(self) -> str:
        return f"member {self.member_id} among colleagues"


class Profile(models.Model):
    """An officer who wants to be found; taking it back deletes the row."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="profile"
    )
    languages = list_of(3)  # ISO 639-1
    skills = list_of(40, choices=Skill.choices)
    tools = list_of(SLUG)  # slugs of the catalogue
    time_zone = models.CharField(_("time zone"), max_length=64)
    about = models.TextField(_("about you"), max_length=ABOUT, blank=True)
    listed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    folded = models.TextField()  # its words for searching: small letters, no accents
    found_by = models.GeneratedField(
        expression=SearchVector("folded", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("entry in the directory")
        verbose_name_plural = _("entries in the directory")
        indexes = [
            GinIndex(fields=["found_by"], name="profile_by_word"),
            GinIndex(fields=["languages"], name="profile_by_language"),
            GinIndex(fields=["skills"], name="profile_by_skill"),
            GinIndex(fields=["tools"], name="profile_by_tool"),
        ]

    def __str__(self) -> str:
        return f"entry of member {self.person_id}"


class Block(models.Model):
    """A member wants to hear nothing more from another, who is not told."""

    blocker = to(Person)
    blocked = to(Person)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_is_made_once"),
            models.CheckConstraint(
                condition=~Q(blocker=F("blocked")), name="block_is_not_of_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"


class Contact(models.Model):
    """One member asks another for contact; accepted, the two may write to each other.

    The reason is empty once it is older than messages may be.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asker = to(Person)
    asked = to(Person)
    reason = models.TextField(_("reason"), max_length=REASON)
    state = models.CharField(max_length=10, choices=ContactState, default=ContactState.WAITS)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField()  # of what happened last, for the order of a list

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["asker", "-last_at"], name="contact_of_asker"),
            models.Index(fields=["asked", "-last_at"], name="contact_of_asked"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(asker=F("asked")), name="contact_is_of_two"),
            models.CheckConstraint(
                condition=~Q(state__in=_ANSWERED) | Q(answered_at__isnull=False),
                name="contact_is_answered_at_a_time",
            ),
            models.UniqueConstraint(
                Least("asker", "asked"),
                Greatest("asker", "asked"),
                condition=Q(state__in=[ContactState.WAITS, ContactState.ACCEPTED]),
                name="contact_is_the_only_open_one",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Message(models.Model):
    """What one member wrote to another: theirs alone, also in the database."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = to(Contact)
    sender = to(Person)
    receiver = to(Person)
    text = models.TextField(_("message"), max_length=MESSAGE)
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["contact", "-sent_at", "-id"], name="message_of_contact")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")), name="message_is_between_two"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Removed(models.Model):
    """One of two removed a conversation for themselves, up to a message."""

    contact = to(Contact)
    person = to(Person)
    up_to = models.BigIntegerField()  # key of the last message that was removed; 0: none was there
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("removed conversation")
        verbose_name_plural = _("removed conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "person"], name="conversation_is_removed_up_to_one_place"
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} without what member {self.person_id} removed"


class Feed(models.Model):
    """The private address of a member's calendar, as a digest."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"calendar address of member {self.person_id}"
