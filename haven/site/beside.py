"""Beside: the guidance of the Hub that belongs to the page of a case somebody is on.

In      the name of an address of the Workbench
Out     the address of the step of the work that is done there; nothing where none is known
Fails   never; without guidance there is no link
Why     guidance helps where the work is; Workbench and Hub import each other nowhere, and the
        site knows both
Not     here: where the link stands (web/templates/web/base.html), what a step says (hub)

The step of this hub comes first; else that of the hub whose bundle came last, which is what an
agency without a network has.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F, UUIDField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from haven.hub.exchange import queries as exchange
from haven.hub.guidance import queries as guidance

_RECEIVE, _PRESERVE, _FIRST = "receive", "preserve", "prioritise"
_ASIDE, _SORT = "set-aside-known", "sort-new"
_CHILD, _OFFENDER, _CLOSE = "find-the-child", "find-the-offender", "prove-and-close"

# Pages that are looked at as a whole, each with the step that is done on it.
STEP_OF: Mapping[str, str] = {
    "cases:open": _RECEIVE,
    "evidence:add_folder": _RECEIVE,
    "evidence:add_upload": _RECEIVE,
    "authority:list": _RECEIVE,
    "authority:enter": _RECEIVE,
    "review:overview": _PRESERVE,
    "review:failures": _PRESERVE,
    "analysis:start": _PRESERVE,
    "queue:work": _FIRST,
    "queue:left": _FIRST,
    "facets:exhibits": _ASIDE,
    "review:items": _SORT,
    "review:item": _SORT,
    "categories:case": _SORT,
    "categories:many": _SORT,
    "queue:second": _SORT,
    "review:find": _CHILD,
    "review:find_face": _CHILD,
    "review:search": _CHILD,
    "comparison:candidates": _CHILD,
    "comparison:pair": _CHILD,
    "people:list": _CHILD,
    "people:group": _CHILD,
    "people:person": _CHILD,
    "facets:timeline": _CHILD,
    "facets:map": _CHILD,
    "crops:list": _CHILD,
    "crops:draw": _CHILD,
    "facets:cameras": _OFFENDER,
    "facets:connections": _OFFENDER,
    "leads:list": _OFFENDER,
    "leads:new": _OFFENDER,
    "leads:offers": _OFFENDER,
    "leads:lead": _OFFENDER,
    "decisions:list": _CLOSE,
    "decisions:new": _CLOSE,
    "reports:list": _CLOSE,
    "reports:new": _CLOSE,
    "packages:list": _CLOSE,
    "packages:ask": _CLOSE,
    "retention:case": _CLOSE,
}


def guidance_for(page: str) -> str:
    """Return the address of the guidance that belongs to a page; "" where there is none."""
    step = STEP_OF.get(page)
    if step is None:
        return ""
    nowhere = Cast(Value(None), UUIDField())
    own = guidance.steps().filter(slug=step).order_by().annotate(turn=Value(0), hub=nowhere)
    came = exchange.steps(step).annotate(turn=Value(1), hub=F("other__public_id"))
    both = [one.values_list("turn", "hub")[:1] for one in (own, came)]
    found = sorted(both[0].union(both[1], all=True), key=lambda row: row[0])  # one query
    if not found:
        return ""
    _turn, hub = found[0]
    if hub is None:
        return reverse("guidance:step", args=[step])
    return reverse("exchange:record", args=[hub, "steps", step])
