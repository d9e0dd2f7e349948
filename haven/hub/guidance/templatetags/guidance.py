"""Template tags of guidance: the steps of the work that something serves.

In      the slugs of steps
Out     a list of links to those that are published, called as the reader's language calls them
Fails   never; a step that is not published is left out
Why     guidance and learning stand alone; a page of the one shows what the other says of it
Not     here: what a step says (showing.py)
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import template

from haven.hub.base import translated
from haven.hub.guidance import queries

register = template.Library()


@register.inclusion_tag("guidance/_steps_of.html")
def steps_of(slugs: Collection[str]) -> dict[str, Any]:
    """Show the steps with these slugs, in the order of the work."""
    pages = queries.steps().filter(slug__in=list(slugs))
    return {"steps": queries.in_language(pages, translated.current())}
