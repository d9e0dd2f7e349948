"""Template tags of finding: what a page of the catalogue shows of what its reader keeps.

In      the page; a tool
Out     buttons for the short list and for following; the first question of the guided finder
Fails   never
Why     the catalogue knows nothing of what members keep, and yet the button stands there
Not     here: what a button does (views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import template
from django.template import Context

from haven.hub.finding import board, guiding, queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from haven.accounts.models import Member
    from haven.hub.catalogue.models import Tool

register = template.Library()


@register.inclusion_tag("finding/_begin.html", takes_context=True)
def finder_begins(context: Context) -> dict[str, Any]:
    """Show the first question of the guided finder."""
    return {"guided": guiding.guided({}, member=_member(context))}


@register.inclusion_tag("finding/_list_button.html", takes_context=True)
def list_button(context: Context, tool: Tool, form: str) -> dict[str, Any]:
    """Show the button that puts a tool on the short list or takes it off, of a form elsewhere."""
    listed = _once(context, "listed", queries.slugs_listed)
    return {"tool": tool, "form": form, "is_listed": tool.slug in listed}


@register.inclusion_tag("finding/_follow_button.html", takes_context=True)
def follow_button(context: Context, tool: Tool) -> dict[str, Any]:
    """Show the button that follows a tool or lets go of it."""
    followed = _once(context, "followed", queries.slugs_followed)
    return {
        "tool": tool,
        "is_followed": tool.slug in followed,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def needs_of(context: Context, technique: str, step: str) -> int:
    """Return how many needs wait for a technique and a step, of those the reader may read."""
    return int(_once(context, "needs", board.counted).get((technique, step), 0))


def _member(context: Context) -> Member:
    return cast("Member", context["request"].user)


def _once(context: Context, name: str, ask: Callable[[Member], Any]) -> Any:
    """Return what is asked for once for a page."""
    kept: Any = context.render_context.dicts[0]  # the page, with what it includes
    key = f"finding {name}"
    if key not in kept:
        kept[key] = ask(_member(context))
    return kept[key]
