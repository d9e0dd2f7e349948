"""Translating a questionnaire: where its words are, and other words in their places.

In      what an English file holds; words of another language by key and field
Out     what it holds with those words; the words that are there, by key and field
Fails   never; a word that has no place is left out
Why     ids, values and sources stay in one file, so that no translation changes what is asked
Not     here: which files there are (versions.py)

The key of words is the id of what they say something about. What has no id has a path: what
holds it, its name there, and its value or place, such as `answers.levels.2`. The file is `.`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

Texts = Mapping[str, Mapping[str, Any]]

_WORDS = frozenset({  # fields that hold words, whatever holds them
    "title", "summary", "for_whom", "not_for", "whose_words", "before_you_start", "name", "who",
    "does", "independence", "dissent", "when", "means", "rules", "text", "do", "proof", "asks",
    "severity_guide", "statement", "harm", "ask", "help", "evidence", "not_applicable_hint",
    "good_answer", "red_flag", "why", "say", "what_to_do",
})  # fmt: skip
_WORDS_OF = frozenset({("close_rule", "needs")})  # elsewhere this field holds a code
_BY_VALUE = "levels"  # of an item: words by the value of a level; of answers: a list


def texts(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the words that a file holds, by key and field."""
    found: dict[str, dict[str, Any]] = {}
    for key, holder, name in _places(told):
        found.setdefault(key, {})[name] = holder[name]
    return found


def put_in(
    told: Mapping[str, Any], then: Mapping[str, Any], words: Texts
) -> tuple[dict[str, Any], int]:
    """Return what a file holds in other words, and how many of its words stayed English.

    Args:
        told: The English file.
        then: The English file that was translated; words that have changed since stay English.
        words: The translation.
    """
    made = copy.deepcopy(dict(told))
    before, n_missing = texts(then), 0
    for key, holder, name in _places(made):
        other = words.get(key, {}).get(name)
        if _fits(other, holder[name]) and before.get(key, {}).get(name) == holder[name]:
            holder[name] = other
        else:
            n_missing += 1
    return made, n_missing


def _fits(other: Any, english: Any) -> bool:
    """Tell whether words have the form of the English ones."""
    if isinstance(english, str):
        return isinstance(other, str) and bool(other.strip())
    if isinstance(english, list):
        return isinstance(other, list) and len(other) == len(english)
    return isinstance(other, dict) and other.keys() == english.keys()


def _places(holder: Any, key: str = ".", called: str = "") -> Iterator[tuple[str, Any, str]]:
    """Yield each place of words: its key, what holds it, the name of the field."""
    for name, value in list(holder.items()):
        by_value = name == _BY_VALUE and isinstance(value, dict)
        if name in _WORDS or (called, name) in _WORDS_OF or by_value:
            yield key, holder, name
            continue
        path = name if key == "." else f"{key}.{name}"
        if isinstance(value, dict):
            yield from _places(value, value.get("id", path), name)
        elif isinstance(value, list):
            for place, one in enumerate(value):
                if isinstance(one, dict):
                    own = one.get("value", one.get("up_to", place))
                    yield from _places(one, one.get("id", f"{path}.{own}"), name)
