"""Canonical JSON: one spelling for each value, so that its digest means the value.

In      None, booleans, whole numbers, finite floats, text, lists and dictionaries
Out     UTF-8 bytes as RFC 8785 (JCS) spells them
Fails   NotCanonical: any other type, NaN and infinity, a whole number that JSON readers
        round (beyond 2^53 - 1), text with a lone surrogate, a key that is no text
Why     an entry is proved by its digest; two spellings of one entry would be two entries
Not     here: reading; Python's json reads what this writes
"""

import json
import math
import re
from collections.abc import Mapping, Sequence

MOST = 2**53 - 1  # RFC 7493 (I-JSON), section 2.2: beyond it readers round
_REPR = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?")


class NotCanonical(TypeError):
    """A value has no canonical spelling: a bug of the caller."""


def encode(value: object) -> bytes:
    """Return the one spelling of a value.

    Raises:
        NotCanonical: The value, or one inside it, has none.

    Source:
        RFC 8785, section 3.2.
    """
    return text(value).encode("utf-8")


def text(value: object) -> str:
    """Return the one spelling of a value as text; see encode()."""
    if isinstance(value, str):
        return _string(value)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if not -MOST <= value <= MOST:
            raise NotCanonical("a whole number lies beyond 2^53 - 1")
        return str(int(value))
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=_utf16)
        return "{" + ",".join(f"{_string(key)}:{text(value[key])}" for key in keys) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return "[" + ",".join(map(text, value)) + "]"
    raise NotCanonical(f"no canonical spelling for a {type(value).__name__}")


def number(value: float) -> str:
    """Return a float as ECMAScript spells it; the digits are Python's, both are shortest.

    Raises:
        NotCanonical: Not a number, or infinite.

    Source:
        ECMA-262, Number::toString; RFC 8785, section 3.2.2.3 and appendix B.
    """
    if not math.isfinite(value):
        raise NotCanonical("a number is infinite or none")
    if value == 0:
        return "0"  # also for -0
    parts = _REPR.fullmatch(repr(value))
    assert parts is not None  # noqa: S101  # what repr() of a finite float looks like
    sign, whole, fraction, exponent = parts[1], parts[2], parts[3] or "", int(parts[4] or 0)
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(digits))  # digits before it
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "") + power


def _string(value: object) -> str:
    """Return text in quotes, with the escapes of section 3.2.2.2 and no others."""
    if not isinstance(value, str):
        raise NotCanonical("a key is no text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("text holds a lone surrogate") from error
    return json.dumps(str(value), ensure_ascii=False)  # its escapes are those of the RFC


def _utf16(key: object) -> bytes:
    """Return what keys are ordered by: their UTF-16 code units."""
    if not isinstance(key, str):
        raise NotCanonical("a key is no text")
    return key.encode("utf-16-be", "surrogatepass")
