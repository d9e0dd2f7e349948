"""Names of countries and languages, in the language of the reader.

In      a code: ISO 3166-1 alpha-2 for a country, ISO 639-1 for a language
Out     its name in the language that is active; the choices of a form, sorted by name
Fails   never: a code without a name is shown as it is
Why     a reader in Arabic reads the name of a country in Arabic
Source  Unicode CLDR, written by scripts/places.py
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language


def country(code: str) -> str:
    """Return the name of a country."""
    return _names("countries").get(code, code)


def language(code: str) -> str:
    """Return the name of a language."""
    return _names("languages").get(code, code)


def countries() -> list[tuple[str, str]]:
    """Return codes and names of all countries, by name."""
    return sorted(_names("countries").items(), key=lambda one: one[1])


def languages() -> list[tuple[str, str]]:
    """Return codes and names of all languages that have a short code, by name."""
    return sorted(_names("languages").items(), key=lambda one: one[1])


def is_country(code: str) -> bool:
    """Tell whether there is a country of this code."""
    return code in _all("countries")["en"]


def _names(of: str) -> Mapping[str, str]:
    """Return the names for the active language; English where there are none."""
    told = _all(of)
    return told.get(get_language() or "en", told["en"])


@cache
def _all(of: str) -> dict[str, dict[str, str]]:
    """Return every name of one list, by language of the site and code."""
    text = files(__package__).joinpath(f"{of}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
