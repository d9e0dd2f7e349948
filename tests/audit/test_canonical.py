"""Canonical JSON: one spelling for each value, as RFC 8785 has it."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haven.audit import canonical
from haven.audit.canonical import NotCanonical

# RFC 8785, appendix B: the bits of a double, and how ECMAScript spells it.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


class TestRfc8785:
    @pytest.mark.parametrize(("bits", "spelled"), NUMBERS)
    def test_spells_numbers_as_appendix_b(self, bits: str, spelled: str) -> None:
        (value,) = struct.unpack(">d", bytes.fromhex(bits))

        assert canonical.text(value) == spelled

    def test_spells_the_example_of_section_3_2_2(self) -> None:
        value = {
            "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
            "string": '\u20ac$\u000f\nA\'B"\\\\"/',
            "literals": [None, True, False],
        }

        assert canonical.text(value) == (
            '{"literals":[null,true,false],'
            '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        )

    def test_orders_keys_as_section_3_2_3(self) -> None:
        value = {
            "\u20ac": "Euro Sign",
            "\r": "Carriage Return",
            "\ufb33": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\U0001f600": "Emoji: Grinning Face",
            "\u0080": "Control",
            "\u00f6": "Latin Small Letter O With Diaeresis",
        }

        assert list(json.loads(canonical.text(value)).values()) == [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh",
        ]


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.MOST, canonical.MOST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def _as_ecmascript(digits: str) -> int | float:
    """Read a whole number as the RFC means it: beyond 2^53 it is a double."""
    return int(digits) if abs(int(digits)) <= canonical.MOST else float(digits)


@given(PLAIN)
def test_what_is_spelled_reads_back_as_the_same_value(value: object) -> None:
    read = json.loads(canonical.encode(value), parse_int=_as_ecmascript)

    assert read == value
    assert canonical.encode(read) == canonical.encode(value)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, -(2**53), b"bytes", {1: "a"}, {"a": {1, 2}}, "\ud800"],
)
def test_what_has_no_single_spelling_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical.encode(value)
