"""Dates that law may move: data, so that one change reaches every page.

In      content/dates.yaml of this folder
Out     what each {{date:id}} of a text says
Why     a date in prose goes stale unseen
Not     here: how a text names one (base/text.py)
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path

import yaml
from django.utils import formats

CONTENT = Path(__file__).parent / "content"


@functools.cache
def values() -> Mapping[str, dt.date]:
    """Return every date by its id."""
    told = yaml.safe_load((CONTENT / "dates.yaml").read_text(encoding="utf-8"))
    return {one["id"]: dt.date.fromisoformat(one["value"]) for one in told}


def in_words() -> dict[str, str]:
    """Return every date by its id, as the reader's language writes dates."""
    return {key: str(formats.date_format(on, "DATE_FORMAT")) for key, on in values().items()}
