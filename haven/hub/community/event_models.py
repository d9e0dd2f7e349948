"""Announcements and events, as stored.

In      rows written by gathering.py
Out     one class for each table
Fails   IntegrityError: a constraint below is broken; its name says which promise
Not     here: how an event looks to a calendar (calendars.py)
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haven.hub.community.columns import PERSON, POST, TITLE, to
from haven.hub.community.vocabulary import Audience


class Announcement(models.Model):
    """What the curators tell members."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=TITLE)
    text = models.TextField(_("text"), max_length=POST)
    language = models.CharField(_("language"), max_length=3)
    open_to = models.CharField(max_length=20, choices=Audience, default=Audience.MEMBERS)
    by = to(PERSON)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        indexes = [models.Index(fields=["-at", "-id"], name="announcement_by_time")]

    def __str__(self) -> str:
        return f"announcement {self.pk}"


class Event(models.Model):
    """Something that happens at a time and a place, for members."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=TITLE)
    text = models.TextField(_("text"), max_length=POST)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(_("time zone"), max_length=64)  # in which it is announced
    is_online = models.BooleanField(_("online"), default=False)
    place = models.CharField(_("place"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=3)
    open_to = models.CharField(max_length=20, choices=Audience, default=Audience.MEMBERS)
    made_by = to(PERSON)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    n_changes = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    why_cancelled = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["starts_at", "id"], name="community_event_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(is_online=True) | ~Q(place=""), name="event_has_a_place_or_is_online"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(why_cancelled=""),
                name="event_is_cancelled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"
