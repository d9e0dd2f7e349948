"""Dates that law may move, and other values that texts name but do not hold.

In      content/dates.yaml of this folder
Out     what {{date:id}} says in a text
Fails   UnknownDate (text.py): a text names one that the file has not
Why     a date that changes is changed in one place, with its source
Not     here: how a text shows it (text.py)
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path

from django.utils import formats

from haven.hub.base import yaml_text

FILE = Path(__file__).parent / "content" / "dates.yaml"


@functools.cache
def every() -> Mapping[str, str]:
    """Return what each date says, by its id."""
    told = yaml_text.load(FILE.read_text(encoding="utf-8"))
    return {one["id"]: str(one["value"]) for one in told}


def in_words() -> dict[str, str]:
    """Return what each date says, by its id, as the reader's language writes dates."""
    return {key: spelled(value) for key, value in every().items()}


def spelled(value: str) -> str:
    """Return a day, YYYY-MM-DD, as the reader's language writes dates."""
    return formats.date_format(dt.date.fromisoformat(value), "DATE_FORMAT")
