"""Entries: what a list says of one file, and what a hit on it is worth.

In      a row of a list; later the digests of a file
Out     Entry; Hit, with what agreed and what did not
Fails   never
Why     a list is a third party's record: its words are kept as they came (R-VICS-5), and the
        same bytes, the same MD5 and a picture that looks alike are three different facts
Not     here: reading formats (formats/), looking up (store.py), what it means for a case
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

KINDS = ("sha256", "sha1", "md5")  # of exact digests, the surest first
BYTES_OF = {"sha256": 32, "sha1": 20, "md5": 16}
KIND_OF_DIGITS = {2 * size: kind for kind, size in BYTES_OF.items()}  # hexadecimal ones


class Certainty(StrEnum):
    """What a hit is worth: R-HASH-1 and R-HASH-4 of the facts."""

    SAME_BYTES = "same_bytes"  # SHA-256 agrees: a fact about bytes
    TWO_DIGESTS = "two_digests"  # SHA-1 and MD5 agree, and the size where the list gives it
    ONE_DIGEST = "one_digest"  # MD5 or SHA-1 alone: collisions can be made
    CONTRADICTED = "contradicted"  # a digest agrees while another, or the size, does not
    NEAR = "near"  # looks alike: a lead for a person


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list. A digest that the list does not give is empty.

    `category` is the text of the list: it means nothing without the scheme of the list.
    `said` is what the list says in words that Haven knows (series, tags, flags); `kept` is
    the whole row where the format may be written back (R-VICS-4).
    """

    md5: bytes = b""
    sha1: bytes = b""
    sha256: bytes = b""
    pdq: bytes = b""
    size_bytes: int | None = None
    category: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Any] | None = None

    @property
    def has_digest(self) -> bool:
        """Return whether anything can be looked up by this row."""
        return bool(self.md5 or self.sha1 or self.sha256 or self.pdq)

    def details(self) -> bytes:
        """Return all but digests and size, as bytes; empty where the list says nothing more."""
        told = {"category": self.category, "said": dict(self.said), "kept": self.kept}
        told = {name: value for name, value in told.items() if value}
        if not told:
            return b""
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that a file was found under.

    `agree` and `differ` name digests ("sha256") and "size"; `bits` is the PDQ distance of a
    hit that only looks alike, 0 to 31, and None for an exact one.
    """

    entry: int  # its number in the list
    agree: tuple[str, ...]
    differ: tuple[str, ...] = ()
    bits: int | None = None

    @property
    def certainty(self) -> Certainty:
        """Return what the hit is worth."""
        if self.bits is not None:
            return Certainty.NEAR
        if self.differ:
            return Certainty.CONTRADICTED
        if "sha256" in self.agree:
            return Certainty.SAME_BYTES
        if "sha1" in self.agree and "md5" in self.agree:
            return Certainty.TWO_DIGESTS
        return Certainty.ONE_DIGEST


@dataclass(frozen=True, slots=True)
class Told:
    """What a list says of one entry, in its own words."""

    category: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, details: bytes) -> "Told":
        """Return what `Entry.details` held."""
        if not details:
            return cls()
        told = json.loads(details.decode("utf-8", "surrogatepass"))
        return cls(told.get("category", ""), told.get("said", {}), told.get("kept"))
