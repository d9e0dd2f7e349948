"""Vocabulary: the fixed words of this part.

In      nothing
Out     a class of choices for each field that has a list
Fails   never
Why     one word per idea; keys are kept in rows and addresses, and never change
Not     here: topics, which are a file of the editors (topics.py)
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.accounts.access import CASEWORKERS, Role


class Audience(TextChoices):
    """For whom a group, an announcement or an event is."""

    MEMBERS = "members", _("members, without makers of tools")
    WITH_MAKERS = "members-and-makers", _("members and makers of tools")
    INVESTIGATORS = "investigators", _("members who work on cases")
    LEADERS = "team-leaders", _("members who lead or look after a team")


# One of these roles, or the audience is another's. site/hub_policies.py says the same to the
# database, and a test compares both.
HEARS: dict[str, frozenset[Role]] = {
    Audience.MEMBERS: frozenset(Role) - {Role.PROVIDER},
    Audience.WITH_MAKERS: frozenset(Role),
    Audience.INVESTIGATORS: CASEWORKERS | {Role.CURATOR},
    Audience.LEADERS: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CURATOR}),
}


class Skill(TextChoices):
    """What somebody can help with."""

    VICTIMS = "victim-identification", _("victim identification")
    TRIAGE = "triage", _("ranking reports and devices")
    PICTURES = "pictures", _("pictures and video")
    FACES = "faces", _("comparing faces")
    PLACES = "places", _("finding places and objects")
    SPEECH = "speech-and-text", _("speech, text and translation")
    SYNTHETIC = "synthetic-media", _("synthetic media")
    DEVICES = "devices", _("phones and computers")
    NETWORKS = "networks", _("networks, money and the dark web")
    HASHES = "hashes", _("lists of known material")
    COURT = "court", _("evidence and court")
    LAW = "law", _("law and data protection")
    BUYING = "buying", _("testing and buying tools")
    CARE = "care", _("looking after people who look")
    TRAINING = "training", _("training others")
    LEADING = "leading", _("leading a team")


class ContactState(TextChoices):
    """How far two members are with each other."""

    WAITS = "waits", pgettext_lazy("contact", "waits for an answer")
    ACCEPTED = "accepted", pgettext_lazy("contact", "accepted")
    DECLINED = "declined", pgettext_lazy("contact", "not accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("contact", "taken back")
    ENDED = "ended", pgettext_lazy("contact", "ended")


class Why(TextChoices):
    """Why something is reported."""

    MATERIAL = "material", _("material, or a description of it")
    CASE = "case", _("something from a case")
    HELPS_OFFENDERS = "helps-offenders", _("something that would help those who hurt children")
    PERSONAL = "personal", _("personal data of somebody")
    RUDE = "rude", _("harassment, or words that hurt")
    SELLING = "selling", _("advertising")
    OTHER = "other", _("something else")
