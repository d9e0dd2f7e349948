"""Template tags of the Hub: texts with citations, and the sources that a page cites.

In      a text of a content file
Out     HTML; numbers run through the whole page; the list of sources at its end
Fails   UnknownSource: the text cites what no file names
Why     a reader sees at each statement where it comes from, without leaving the page
Not     here: rendering (hub/base/text.py)
"""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from haven.hub.base import sources, text

register = template.Library()
_KEPT = "cited sources"  # in the context of the page as a whole


@register.simple_tag(takes_context=True)
def cited(context: Context, told: str) -> SafeString:
    """Return a text as HTML; its citations go on with the numbers of the page."""
    kept = _kept(context)
    return text.render(told, known=kept).html


@register.inclusion_tag("hub/_sources.html", takes_context=True)
def sources_here(context: Context) -> dict[str, Any]:
    """Show the sources that the page cited so far, by their numbers."""
    return {"sources": list(_kept(context))}


def _kept(context: Context) -> list[sources.Source]:
    """Return the sources of the page, in the order of their numbers."""
    whole: Any = context.render_context.dicts[0]  # the page, with what it includes
    return cast("list[sources.Source]", whole.setdefault(_KEPT, []))
