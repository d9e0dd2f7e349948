"""Regions: the part of the world of an agency, where that does not tell which agency it is.

In      content/regions.yaml; the country of an agency; how many agencies each region has
Out     a region, or "" where too few agencies of the Hub are there
Fails   never
Why     "an agency in Oceania" is a name where there is one
Not     here: names of countries (haven.accounts.names)
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from haven.hub.base import yaml_text

FILE = Path(__file__).parent / "content" / "regions.yaml"
FEWEST = 5  # agencies of a region before it is said; the same number as for counts of people


@functools.cache
def of_countries() -> Mapping[str, str]:
    """Return the region of each country, by its code."""
    told = yaml_text.load(FILE.read_text(encoding="utf-8"))
    return {code: region for region, codes in told.items() for code in codes.split()}


def said_of(country: str, *, countries: Iterable[str]) -> str:
    """Return the region that may be said of an agency; "" where it would tell too much.

    Args:
        country: Of the agency.
        countries: Of every agency that takes part, one for each.
    """
    region = of_countries().get(country, "")
    there = sum(of_countries().get(one) == region for one in countries)
    return region if region and there >= FEWEST else ""
