"""Errors of the exchange between hubs, each with a stable code.

ExchangeError
├── NoBundle             the file is no bundle, or one of another version
├── WrongManifest        what the bundle says of itself does not fit, or is too much
├── BadSignature         nobody signed this manifest with the key it names
├── Damaged              a part is not what the manifest says: changed, cut off or too long
├── WrongRecord          a record has another form or spelling, or names what did not come with it
├── UnknownKey           nobody has confirmed the key here
├── OtherHub             the key is that of another hub, or the bundle is our own
├── OlderBundle          a later bundle was taken in before
├── OtherBundle          one of the same serial number was taken in before, and it was another
├── NotFollowed          no hub of that name or fingerprint is followed here
├── NoFingerprint        what was typed is no fingerprint
├── NotConfigured        no address of another hub is set
└── NotFetched           the address gave nothing that is whole, in time and not too long

A sentence holds names of hubs, numbers, limits and fingerprints of public keys; never a path or
a person. No error has its own __init__.
"""

from __future__ import annotations

from typing import ClassVar


class ExchangeError(Exception):
    """Base of the errors of this part."""

    code: ClassVar[str] = "exchange"


class NoBundle(ExchangeError):
    """The file is no bundle, or one of another version."""

    code = "exchange.no_bundle"


class WrongManifest(ExchangeError):
    """What the bundle says of itself does not fit, or is too much."""

    code = "exchange.wrong_manifest"


class BadSignature(ExchangeError):
    """Nobody signed this manifest with the key it names."""

    code = "exchange.bad_signature"


class Damaged(ExchangeError):
    """A part is not what the manifest says."""

    code = "exchange.damaged"


class WrongRecord(ExchangeError):
    """A record has another form or spelling, or names what did not come with it."""

    code = "exchange.wrong_record"


class UnknownKey(ExchangeError):
    """Nobody has confirmed the key here."""

    code = "exchange.unknown_key"


class OtherHub(ExchangeError):
    """The key is that of another hub, or the bundle is our own."""

    code = "exchange.other_hub"


class OlderBundle(ExchangeError):
    """A later bundle was taken in before."""

    code = "exchange.older"


class OtherBundle(ExchangeError):
    """Another bundle of the same serial number was taken in before."""

    code = "exchange.same_serial"


class NotFollowed(ExchangeError):
    """No such hub is followed here."""

    code = "exchange.not_followed"


class NoFingerprint(ExchangeError):
    """What was typed is no fingerprint."""

    code = "exchange.no_fingerprint"


class NotConfigured(ExchangeError):
    """No address of another hub is set."""

    code = "exchange.not_configured"


class NotFetched(ExchangeError):
    """The address gave nothing that is whole, in time and not too long."""

    code = "exchange.not_fetched"
