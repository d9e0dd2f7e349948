"""Template tags of the catalogue: a technique called as the catalogue calls it.

In      the slug of a technique
Out     its name in the language of the reader; the slug as words where the catalogue has none
Fails   never
Not     here: what a technique is (content/vocabulary.yaml)
"""

from __future__ import annotations

from django import template

from haven.hub.catalogue import meaning

register = template.Library()


@register.filter
def technique_name(slug: str) -> str:
    """Return what a technique is called."""
    return meaning.name("techniques", slug, slug.replace("-", " "))
