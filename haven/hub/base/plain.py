"""Plain: whether a text is words, or a file that was written out as text.

In      a text as somebody typed or pasted it
Out     what gives a carried file away, as one fixed word; empty for words
Fails   closed: what is not sure to be words is refused, and the page says where it belongs
Why     the Hub takes no picture; a picture as base64, digits or a data address is one
Not     here: where it is asked (middleware.py; forms that say it beside the field)

Somebody who is bent on it can hide anything in words. This stops what is pasted as it is, and
what passes is at most a few thousand characters long. Every pattern takes time that grows with
the length of the text alone: white space in it has an end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

LONGEST = 200_000  # signs; no field of the Hub takes a tenth of it
MOST_CONTROLS = 8  # signs that no keyboard writes, as a word processor leaves them in a paste
LONGEST_RUN = 160  # signs of base64 or base85 without a pause: about 120 bytes
LONGEST_HEX = 128  # two digests of 256 bits; a picture has thousands
MOST_BYTES = 48  # numbers from 0 to 255, or pairs of digits, in a row
MOST_ODD, ODD_SHARE = 12, 0.5  # parts that no language has: dIg1ts and letters in turn
_VARIED = 16  # different signs; a line that was drawn has few
_REPEATED = 4  # different signs; a key that was held down has one
_DENSE = 24  # signs; longer words of base64 letters are rare in any language
_UNSEEN = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
     *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF]
)  # fmt: skip
_TAGS = range(0xE0000, 0xE0200)  # letters that nobody sees
_CONTROLS = ("Cc", "Co", "Cn")  # of no use in words, private, or of a later Unicode
_UNREADABLE = "\ufffd"  # for bytes that are no text
_ALLOWED_CONTROLS = "\n\r\t"
_DATA = re.compile(
    r"\bdata\s{0,9}:\s{0,9}(?:[a-z]{1,20}\s{0,9}/\s{0,9}[\w.+-]{1,80})?"
    r"(?:\s{0,9};\s{0,9}base64|(?:\s{0,9};[\w.=+ -]{1,80}){0,5},\S{12})",
    re.I,
)
_MARKUP = re.compile(
    r"<\s{0,9}/?\s{0,9}(svg|img|image|video|audio|object|embed|iframe|script|html)\b", re.I
)
_WRAPPED = re.compile(
    r"^[ \t]{0,9}(begin(-base64)?\s{1,9}0?[0-7]{3}\s{1,9}\S+[ \t]{0,9}\n\S{2}"
    r"|=ybegin\s|-----BEGIN [A-Z ]+-----|<~)"
    r"|content-transfer-encoding\s{0,9}:|;base64\b",
    re.I | re.M,
)
# How common formats begin: as they are, and as base64. Enough letters to be no word.
_MAGIC = re.compile(
    r"GIF8[79]a|%PDF-\d|\x89PNG|\bJFIF\b|\bPK\x03\x04|RIFF.{4}(WEBP|AVI |WAVE)|ftyp(heic|isom|mp4)"
    r"|iVBORw0KGgo|/9j/4[A-Z]{2}|R0lGOD[dl]h|JVBERi0|UEsDB[AB]|UklGR[a-zA-Z0-9+/]{6}|H4sIA[A-Z]"
    r"|Z0eXBoZWlj|Z0eXBpc29t|GkXfo|SUkqAA|TU0AKg|PHN2Zy"
)
_RUN = re.compile(r"[A-Za-z0-9+/=_-]+")
_BASE85 = re.compile(r"[!-~]{160,}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){64,}", re.I)
_PAIRS = re.compile(
    rf"(?:(?:0x|\\x|%|=|\\u00|&#x|\b)[0-9a-f]{{2}}[\s,;:|-]*){{{MOST_BYTES},}}", re.I
)
_NUMBERS = re.compile(rf"(?:(?:&#|\\)?\b\d{{1,3}}\b[\s,;:|\]\[-]*){{{MOST_BYTES},}}")
_BITS = re.compile(r"(?:[01][\s,]*){256,}")
_TOKEN = re.compile(r"[A-Za-z0-9+/=]{3,}")
_ODD = re.compile(r"[a-z][A-Z]|[A-Za-z][0-9]|[0-9][A-Za-z]|[+=]|[A-Z]{2}[a-z]")


def file_in(text: str) -> str:
    """Return what gives away a file in a text: a fixed word, empty for words alone."""
    if len(text) > LONGEST:
        return "length"
    if _is_full_of_controls(text):
        return "control"
    return next((why for said in _readings(text) if (why := _found(said))), "")


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it may be meant: with letters made plain, and percent signs undone."""
    plain = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    yield plain
    undone = unquote(plain, encoding="latin-1")
    if undone != plain:
        yield undone


def _found(text: str) -> str:
    """Return what gives away a file in one reading of a text."""
    if _is_full_of_controls(text):
        return "control"
    for why, pattern in (
        ("data", _DATA),
        ("markup", _MARKUP),
        ("wrapped", _WRAPPED),
        ("magic", _MAGIC),
        ("digits", _HEX),
        ("digits", _PAIRS),
        ("digits", _NUMBERS),
        ("digits", _BITS),
    ):
        if pattern.search(text):
            return why
    return "letters" if _is_letters_of_a_file(text) else ""


def _is_letters_of_a_file(text: str) -> bool:
    """Tell whether letters stand as no language writes them: long, or mixed with digits."""
    runs = [run for run in _RUN.findall(text) if len(run) >= _DENSE and not _is_word(run)]
    unbroken = _BASE85.findall(_without_addresses(text))
    is_long = sum(map(len, runs)) >= LONGEST_RUN and len(set("".join(runs))) > _REPEATED
    if is_long or any(len(set(one)) > _VARIED for one in unbroken):
        return True
    tokens = _TOKEN.findall(text)
    odd = [one for one in tokens if _ODD.search(one)]
    return len(odd) >= MOST_ODD and len(odd) > ODD_SHARE * len(tokens)


def _is_word(run: str) -> bool:
    """Tell whether a long run is words joined by hyphens, or a line that was drawn."""
    parts = [part for part in re.split(r"[-_/=]+", run) if part]
    return all(len(part) < _DENSE and part.isalpha() and _is_cased(part) for part in parts)


def _is_cased(part: str) -> bool:
    return part.islower() or part.isupper() or part.istitle()


def _without_addresses(text: str) -> str:
    return re.sub(r"https?://\S{1,600}", " ", text)


def _is_full_of_controls(text: str) -> bool:
    """Tell whether a text has signs that nobody types: a zero, letters unseen, or several."""
    if "\0" in text or any(ord(sign) in _TAGS for sign in text):
        return True
    odd = (one for one in text if one == _UNREADABLE or unicodedata.category(one) in _CONTROLS)
    return sum(one not in _ALLOWED_CONTROLS for one in odd) > MOST_CONTROLS
