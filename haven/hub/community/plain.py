"""Plain: whether a text is words, or a file that was written out as text.

In      a text as somebody typed or pasted it
Out     what gives a carried file away, as one fixed word; empty for words
Fails   closed: what is not sure to be words is refused, and the page says where it belongs
Why     the Hub takes no picture; a picture as base64, digits or a data address is one
Not     here: files in a form (hub/base/middleware.py), what words may say (the house rules)

Somebody who is bent on it can hide anything in words. This stops what is pasted as it is, and
what passes is at most a few thousand characters long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

LONGEST_RUN = 160  # signs of base64 or base85 without a pause: about 120 bytes
LONGEST_HEX = 128  # two digests of 256 bits; a picture has thousands
MOST_BYTES = 48  # numbers from 0 to 255, or pairs of digits, in a row
MOST_ODD, ODD_SHARE = 12, 0.5  # parts that no language has: dIg1ts and letters in turn
_VARIED = 16  # different signs; a line that was drawn has few
_DENSE = 24  # signs; longer words of base64 letters are rare in any language
_UNSEEN = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
     *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF]
)  # fmt: skip
_TAGS = range(0xE0000, 0xE0200)  # letters that nobody sees
_ALLOWED_CONTROLS = "\n\r\t"
_DATA = re.compile(r"\bdata\s*:\s*[a-z]*\s*/?\s*[\w.+-]*\s*(;[\w.=+ -]+)*[;,]", re.I)
_MARKUP = re.compile(
    r"<\s*/?\s*(svg|img|image|video|audio|object|embed|iframe|script|html)\b", re.I
)
_WRAPPED = re.compile(
    r"^\s*(begin(-base64)?\s+0?[0-7]{3}\s+\S+[ \t]*\n\S{2}|=ybegin\s|-----BEGIN [A-Z ]+-----|<~)"
    r"|content-transfer-encoding\s*:|;base64\b",
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
    if any(_is_unseen_control(sign) for sign in text):
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
    if any(_is_unseen_control(sign) for sign in text):
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
    if sum(map(len, runs)) >= LONGEST_RUN or any(len(set(one)) > _VARIED for one in unbroken):
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


def _is_unseen_control(sign: str) -> bool:
    """Tell whether a sign is none that a keyboard writes."""
    code = ord(sign)
    is_control = unicodedata.category(sign) in ("Cc", "Co", "Cn") or code in _TAGS
    return is_control and sign not in _ALLOWED_CONTROLS
