"""Dates of law that may move: the one place where they are told.

In      guidance/content/dates.yaml
Out     what {{date:id}} says on a page, in English as the texts around it
Fails   DoubleDate: two entries have one id; ValueError: a value is no date
Why     when a law moves, one line is changed and every text is right again
Not     here: putting them into a text (text.py)
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path

import yaml
from django.utils import dateformat, translation

CONTENT = Path(__file__).parents[1] / "guidance" / "content" / "dates.yaml"


class DoubleDate(ValueError):
    """Two entries have one id."""


@functools.cache
def every() -> Mapping[str, str]:
    """Return each date by its id, such as "2 December 2027".

    Raises:
        DoubleDate: Two entries have one id.
        ValueError: A value is not YYYY-MM-DD.
    """
    found: dict[str, str] = {}
    for told in yaml.safe_load(CONTENT.read_text(encoding="utf-8")):
        if told["id"] in found:
            raise DoubleDate(f"date {told['id']} is named twice")
        day = dt.date.fromisoformat(told["value"])
        with translation.override("en"):
            found[told["id"]] = dateformat.format(day, "j F Y")
    return found
