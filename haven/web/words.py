"""Words, made alike for searching in any language.

In      text
Out     its words: small letters, without accents, split where scripts have no spaces
Fails   never; a text without words has none
Why     the database's own dictionaries are for one language each; a case and the Hub
        have many
Not     here: asking the database
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 100  # characters; the database takes 2 kB
# Scripts written without spaces: each sign is a word, and all those asked for must be there.
_SIGN = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


def words(text: str) -> list[str]:
    """Return the words of a text in their order, made alike."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    spaced = _SIGN.sub(r" \1 ", unicodedata.normalize("NFC", plain))
    return [word[:_LONGEST_WORD] for word in _WORD.findall(spaced)]
