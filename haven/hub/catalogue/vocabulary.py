"""Vocabulary: the words by which tools are described, found and compared.

In      nothing
Out     a class of choices for each field of a tool and of a fact; FAMILY of each technique
Fails   never
Why     one word per idea; the keys are those of the seed and of the API, and never change
Not     here: what each word means at length, and its name in the language of the reader
        (content/vocabulary.yaml, meaning.py); the names here are for a reader without a language
"""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import meaning

_SECTIONS = {  # of content/vocabulary.yaml
    "Step": "workflow_steps",
    "Technique": "techniques",
    "Media": "media",
    "Deployment": "deployment",
    "Access": "access",
    "Price": "price_class",
    "Status": "status",
    "Leaves": "evidence_leaves_agency",
    "Body": "referral_kinds",
}


class Worded(TextChoices):
    """Choices whose names are those of the vocabulary."""

    @property
    def label(self) -> Any:
        """Return the name, found when it is shown."""
        return meaning.said(_SECTIONS[type(self).__name__], self.value, self._label_)

    @property
    def every_name(self) -> tuple[str, ...]:
        """Return the names in every language: a tool is found by each of them."""
        return meaning.every_name(_SECTIONS[type(self).__name__], self.value)


class Step(Worded):
    """Eight steps of an investigation: our own sequence, no other body's."""

    RECEIVE = "receive", _("Receive and log")
    PRESERVE = "preserve", _("Preserve and extract")
    PRIORITISE = "prioritise", _("Rank by urgency")
    SET_ASIDE = "set-aside-known", _("Set aside the already known")
    SORT = "sort-new", _("Sort the new")
    CHILD = "find-the-child", _("Find the child")
    OFFENDER = "find-the-offender", _("Find the offender and the network")
    CLOSE = "prove-and-close", _("Prove, report, close, recover")


class Family(TextChoices):
    """Five families of techniques."""

    IMAGE = "image", _("Pictures and video")
    TEXT = "text", _("Text and speech")
    RISK = "risk", _("Ranking and links")
    CONTENT = "content", _("Making content")
    PROCESS = "process", _("Helping the work along")


class Technique(Worded):
    """What a tool does with what goes in."""

    HASH = "hash-matching", _("comparing digests")
    IMAGE = "image-analysis", _("analysis of pictures")
    VIDEO = "video-analysis", _("analysis of video")
    FACE = "face-recognition", _("comparing faces")
    OBJECT = "object-recognition", _("recognising objects")
    SCENE = "scene-matching", _("comparing scenes")
    SYNTHETIC = "synthetic-media-detection", _("detecting synthetic media")
    GEO = "geolocation", _("finding places")
    METADATA = "metadata", _("reading metadata")
    TEXT = "text-analysis", _("analysis of text")
    SPEECH = "speech-audio", _("speech and sound")
    TRIAGE = "triage", _("triage")
    NETWORK = "network-analysis", _("analysis of links")
    DARK_WEB = "dark-web", _("dark web")
    CRYPTO = "cryptocurrency", _("cryptocurrency")
    DEVICE = "device-forensics", _("device forensics")
    CASES = "case-management", _("case management")
    STANDARD = "data-standard", _("data standard")
    REDACTION = "redaction", _("redaction")
    WELLBEING = "wellbeing", _("wellbeing of those who look")


class Media(Worded):
    """What goes in."""

    IMAGE = "image", _("pictures")
    VIDEO = "video", _("video")
    AUDIO = "audio", _("sound")
    TEXT = "text", _("text")
    DEVICE = "device", _("devices")
    NETWORK = "network", _("traffic and accounts")
    ANY = "any", _("any kind")


class Deployment(Worded):
    """Where a tool runs."""

    OFFLINE = "offline", _("offline")
    DESKTOP = "desktop", _("on one's own machine")
    ON_PREMISES = "on-premises", _("on the agency's servers")
    LIBRARY = "library", _("as part of other software")
    WEB_SERVICE = "web-service", _("as a web service")
    CLOUD = "cloud", _("in the maker's cloud")


class Access(Worded):
    """Who can have a tool."""

    OPEN = "open download", _("open download")
    COMMERCIAL = "commercial", _("for sale")
    POLICE = "law enforcement only", _("law enforcement only")
    VETTED = "vetted partners", _("vetted partners")
    NATIONAL = "national programme", _("within a national programme")


class Price(Worded):
    """What a tool costs."""

    FREE = "free", _("free")
    FREE_FOR_POLICE = "free-for-le", _("free for law enforcement")
    PAID = "paid", _("paid")
    UNKNOWN = "unknown", _("not known")


class Status(Worded):
    """Whether somebody still looks after a tool."""

    ACTIVE = "active", _("active")
    MAINTAINED = "maintained", _("maintained")
    UNMAINTAINED = "unmaintained", _("not maintained")
    RETIRED = "retired", _("retired")
    UNKNOWN = "unknown", _("not known")


class Leaves(Worded):
    """Whether evidence leaves the agency when the tool is used."""

    NO = "no", _("no")
    DEPENDS = "depends", _("depends on how it is set up")
    YES = "yes", _("yes")
    UNKNOWN = "unknown", _("not known")


class Kind(TextChoices):
    """How good the ground of a fact is."""

    CLAIMED = "claimed", _("claimed: the maker or the press says so")
    CHECKED = "checked", _("checked: read by us in code, a licence or an official record")
    MEASURED = "measured", _("measured: the result of a test")


class Basis(TextChoices):
    """Where the words of a fact come from."""

    SOURCE = "source", _("read in a source")
    RECALLED = "recalled", _("from memory: a curator must check it")


class Relation(TextChoices):
    """Who says a fact, seen from the maker."""

    MAKER = "maker", _("the maker")
    INDEPENDENT = "independent", _("somebody else")
    EDITOR = "editor", _("an editor of this catalogue")


class Grade(TextChoices):
    """How much is known of a tool; the rules are in content/inclusion.yaml."""

    UNCHECKED = "unchecked", _("unchecked")
    CLAIMED = "claimed", _("claimed")
    REPORTED = "reported", _("reported")
    CHECKED = "checked", _("checked")
    MEASURED = "measured", _("measured")
    INDEPENDENTLY = "measured-independently", _("measured independently")
    TWICE = "measured-twice", _("measured twice")


class Body(Worded):
    """Kinds of bodies to turn to."""

    HOTLINE = "hotline", _("hotline for reports")
    POLICE = "police-network", _("network of police")
    VICTIMS = "victim-identification", _("victim identification")
    STAFF = "staff-wellbeing", _("wellbeing of staff")
    SUPPORT = "victim-support", _("support for victims")
    POLICY = "policy", _("policy")
    TRAINING = "training", _("training")


T = Technique
FAMILY: dict[str, str] = {
    **dict.fromkeys(
        (T.HASH, T.IMAGE, T.VIDEO, T.FACE, T.OBJECT, T.SCENE, T.SYNTHETIC, T.GEO), Family.IMAGE
    ),
    **dict.fromkeys((T.TEXT, T.SPEECH), Family.TEXT),
    **dict.fromkeys((T.TRIAGE, T.NETWORK, T.DARK_WEB, T.CRYPTO), Family.RISK),
    T.REDACTION: Family.CONTENT,
    **dict.fromkeys((T.METADATA, T.DEVICE, T.CASES, T.STANDARD, T.WELLBEING), Family.PROCESS),
}
