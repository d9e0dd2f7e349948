"""Fingerprints: the digits by which two people compare keys, by telephone or on paper.

In      the bytes of a key, or of what names several; digits as somebody typed them
Out     twelve groups of five digits; whether they are the same
Fails   never
Why     a key that came in a file is worth something once people compared it some other way
Not     here: whose key it is (workbench/packages, hub/exchange)
"""

import hashlib
import secrets

_GROUPS = 12  # of five digits: 199 bits


def of(key: bytes) -> str:
    """Return what two people read to each other: twelve groups of five digits.

    Source: the safety numbers of Signal, which take five bytes for five digits; 60 digits are
    199 bits, beyond searching for another key with the same ones.
    """
    digest = hashlib.sha512(key).digest()
    groups = [int.from_bytes(digest[5 * i : 5 * i + 5], "big") for i in range(_GROUPS)]
    return " ".join(f"{group % 100_000:05d}" for group in groups)


def digits(typed: str) -> str:
    """Return the digits of a fingerprint as somebody typed it."""
    return "".join(one for one in typed if one in "0123456789")


def spelled(typed: str) -> str | None:
    """Return a fingerprint as it is spelled here; None where the digits are too few or many."""
    plain = digits(typed)
    if len(plain) != 5 * _GROUPS:
        return None
    return " ".join(plain[at : at + 5] for at in range(0, len(plain), 5))


def is_of(typed: str, key: bytes) -> bool:
    """Tell whether what was read to somebody is the fingerprint of a key."""
    return secrets.compare_digest(digits(typed), digits(of(key)))
