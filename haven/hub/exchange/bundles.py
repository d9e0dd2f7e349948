"""Bundles: the one file in which a hub's published part travels, signed by that hub.

In      the lines of each part, who signs; or a file of unknown origin
Out     the bytes of a bundle; or its manifest, and each part once its digest was right
Fails   NoBundle, WrongManifest, BadSignature, Damaged (errors.py): nothing of it is kept
Why     a place without a network must be able to tell what it was given, and by whom
Not     here: whose key is trusted (actions.py), what a record says (contents.py)

A bundle is text, so that anybody can read what is carried:

    haven hub bundle 1
    {"format": …, "hub": …, "key": …, "made_at": …, "parts": […], "serial": …}
    signature, base64
    lines of the first part, lines of the second …

Signed are the first two lines, by Ed25519. The manifest is canonical JSON (RFC 8785), of which
one value has one spelling, and names each part in its order with rows, bytes and SHA-256.
Nothing is compressed, so that nothing can swell; a part has no name of a file, so that nothing
can be written beside its place.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Annotated, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, StringConstraints, ValidationError

from haven import __version__
from haven.audit import canonical
from haven.hub.base.records import Moment, Record, Short
from haven.hub.exchange.errors import BadSignature, Damaged, NoBundle, WrongManifest

FIRST_LINE = b"haven hub bundle 1\n"
FORMAT = 1
KEY_BYTES, SIGNATURE_BYTES = 32, 64
LONGEST_MANIFEST = 64 << 10  # bytes; that of eleven parts has two thousand
MOST_BYTES = 64 << 20  # of all parts; 5,000 tools have about fifteen million
MOST_ROWS = 50_000  # of one part
LONGEST_ROW = 1 << 20  # bytes; the longest course with its quiz has 31 thousand
_LONGEST_SIGNATURE = 200

HubName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9._-]*)*$", max_length=100),
]
_Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Part(Record):
    """One part of a bundle, as its manifest tells."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,30}$")]
    rows: Annotated[int, Field(ge=0, le=MOST_ROWS, strict=True)]
    bytes: Annotated[int, Field(ge=0, le=MOST_BYTES, strict=True)]
    sha256: _Digest


class Manifest(Record):
    """What a bundle says of itself."""

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT, strict=True)]
    hub: HubName
    key: _Base64
    serial: Annotated[int, Field(ge=1, le=canonical.MOST, strict=True)]
    made_at: Moment
    made_with: Short
    parts: Annotated[list[Part], Field(max_length=50)]

    @property
    def raw_key(self) -> bytes:
        """Return the key of who signed."""
        return base64.b64decode(self.key)

    def spelled(self) -> bytes:
        """Return it as its line in a bundle."""
        return canonical.encode(self.told()) + b"\n"

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows each part has."""
        return {one.name: one.rows for one in self.parts}


@dataclass(frozen=True)
class Opened:
    """A bundle whose signature was right: its manifest, and what its parts are read from."""

    manifest: Manifest
    sha256: str  # of the first two lines
    file: IO[bytes]

    def lines(self) -> Iterator[tuple[str, list[bytes]]]:
        """Yield each part with its lines, from front to back; each digest was right.

        Raises:
            Damaged: A part is not what the manifest says, or something comes after the last.
        """
        for part in self.manifest.parts:
            content = self.file.read(part.bytes)
            if len(content) != part.bytes:
                raise Damaged(f"The bundle ends inside its part {part.name}.")
            if hashlib.sha256(content).hexdigest() != part.sha256:
                raise Damaged(f"Part {part.name} is not what was signed.")
            # Counted first: to split millions of empty lines would take much memory.
            if content.count(b"\n") != part.rows or content[-1:] not in (b"", b"\n"):
                raise Damaged(f"Part {part.name} has other rows than the manifest says.")
            lines = content.split(b"\n")[:-1]
            if any(map(_is_too_long, lines)):
                raise Damaged(f"A row of part {part.name} is longer than {LONGEST_ROW} bytes.")
            yield part.name, lines
        if self.file.read(1):
            raise Damaged("The bundle goes on after its last part.")


@dataclass(frozen=True)
class Made:
    """A bundle that was made: its manifest, and the bytes of its file piece by piece."""

    manifest: Manifest
    sha256: str  # of the first two lines
    pieces: list[bytes]


@dataclass(frozen=True)
class About:
    """What the maker of a bundle says of it."""

    hub: str
    serial: int
    made_at: dt.datetime


def written(
    about: About, parts: Sequence[tuple[str, list[bytes]]], *, signer: Ed25519PrivateKey
) -> Made:
    """Return a new bundle.

    Raises:
        WrongManifest: There is more than a bundle may hold.
    """
    for name, lines in parts:
        if any(map(_is_too_long, lines)):
            raise WrongManifest(f"A row of part {name} is longer than {LONGEST_ROW} bytes.")
    contents = [b"".join(line + b"\n" for line in lines) for _name, lines in parts]
    rows = [
        {
            "name": name,
            "rows": len(lines),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for (name, lines), content in zip(parts, contents, strict=True)
    ]
    key = base64.b64encode(signer.public_key().public_bytes_raw()).decode()
    told = {
        "format": FORMAT,
        "hub": about.hub,
        "key": key,
        "serial": about.serial,
        "made_at": about.made_at.astimezone(dt.UTC),
        "made_with": f"haven {__version__}",
        "parts": rows,
    }
    manifest = _manifest(told)
    head = FIRST_LINE + manifest.spelled()
    signature = base64.b64encode(signer.sign(head)) + b"\n"
    return Made(manifest, hashlib.sha256(head).hexdigest(), [head, signature, *contents])


def opened(file: IO[bytes]) -> Opened:
    """Return a bundle whose manifest was signed with the key that it names.

    Whether that key is to be believed is not known yet.

    Raises:
        NoBundle, WrongManifest, BadSignature: As they say.
    """
    if file.read(len(FIRST_LINE)) != FIRST_LINE:
        raise NoBundle("This file is no bundle of a hub, or one of a version not known here.")
    told = file.readline(LONGEST_MANIFEST + 1)
    if not told.endswith(b"\n"):
        raise WrongManifest(f"The manifest does not end within {LONGEST_MANIFEST} bytes.")
    manifest = _manifest(_plain(told))
    if manifest.spelled() != told:
        raise WrongManifest("The manifest is not spelled as one is.")
    signature = _signature(file.readline(_LONGEST_SIGNATURE))
    head = FIRST_LINE + told
    try:
        Ed25519PublicKey.from_public_bytes(manifest.raw_key).verify(signature, head)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("The signature is not that of the key the bundle names.") from error
    return Opened(manifest, hashlib.sha256(head).hexdigest(), file)


def _is_too_long(line: bytes) -> bool:
    return len(line) > LONGEST_ROW


def _plain(line: bytes) -> Any:
    """Return what a line of JSON says.

    Raises:
        WrongManifest: It is no JSON, or brackets lie too deep.
    """
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WrongManifest("The manifest is no JSON.") from error


def _manifest(told: Any) -> Manifest:
    """Return a manifest that fits.

    Raises:
        NoBundle: It is of another version.
        WrongManifest: It does not fit, or promises more than a bundle may hold.
    """
    if isinstance(told, dict) and told.get("format") != FORMAT:
        raise NoBundle("The bundle is of a version that is not known here.")
    try:
        manifest = Manifest.model_validate(told)
    except ValidationError as error:
        raise WrongManifest(f"The manifest has no fit: {Manifest.wrong_in(error)}.") from error
    if sum(one.bytes for one in manifest.parts) > MOST_BYTES:
        raise WrongManifest(f"The bundle holds more than {MOST_BYTES >> 20} MB.")
    if len({one.name for one in manifest.parts}) != len(manifest.parts):
        raise WrongManifest("The manifest names a part twice.")
    return manifest


def _signature(line: bytes) -> bytes:
    """Return the signature of its line.

    Raises:
        BadSignature: It is none.
    """
    try:
        raw = base64.b64decode(line.removesuffix(b"\n"), validate=True)
    except binascii.Error as error:
        raise BadSignature("The bundle has no signature.") from error
    if len(raw) != SIGNATURE_BYTES:
        raise BadSignature("The bundle has no signature.")
    return raw
