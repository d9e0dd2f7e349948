"""Pages of the catalogue: finding, one tool, several side by side, gaps, bodies to turn to.

In      requests
Out     pages and parts of pages
Not     here: finding (finding.py), who may see what (queries.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.views.decorators.http import require_safe

from haven.hub.catalogue import describing, finding, forms, queries, vocabulary
from haven.hub.catalogue import rules as published
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20
_STEPS = vocabulary.Step.values
_OPEN_LISTS = ("steps", "techniques", "media")  # the others open on demand


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    asked = forms.Find(request.GET).asked()
    found = finding.find(asked)
    shown = window(
        found.tools, order=("name", "pk"), after=request.GET.get("after"), size=_ON_A_PAGE
    )
    return page(
        request,
        "catalogue/list.html",
        part="found",
        asked=asked,
        window=shown,
        n_found=found.tools.count(),
        meant=found.meant,
        lists=_lists(asked, found.counts),
    )


@require_safe
def tool(request: MemberRequest, slug: str) -> HttpResponse:
    shown = queries.tool(slug, member=request.user)
    return page(
        request,
        "catalogue/tool.html",
        shown=shown,
        tool=shown.tool,
        sections=describing.sections(shown),
    )


@require_safe
def compare(request: MemberRequest) -> HttpResponse:
    shown = queries.several(request.GET.getlist("tool"), member=request.user)
    return page(
        request,
        "catalogue/compare.html",
        compared=shown,
        sections=describing.side_by_side(shown),
        most=queries.MOST_COMPARED,
    )


@require_safe
def gaps(request: MemberRequest) -> HttpResponse:
    counted = queries.gaps()
    rows = [
        (label, [(counted.get((technique, step), 0), _query(technique, step)) for step in _STEPS])
        for technique, label in vocabulary.Technique.choices
    ]
    return page(request, "catalogue/gaps.html", steps=vocabulary.Step.choices, rows=rows)


@require_safe
def rules(request: MemberRequest) -> HttpResponse:
    return page(request, "catalogue/rules.html", rules=published.told(), ladder=published.ladder())


@require_safe
def bodies(request: MemberRequest) -> HttpResponse:
    return page(request, "catalogue/bodies.html", bodies=queries.bodies())


def _query(technique: str, step: str) -> str:
    return urlencode({"techniques": technique, "steps": step})


def _lists(
    asked: finding.Asked, counts: Mapping[str, Mapping[str, int]]
) -> list[dict[str, object]]:
    """Return the lists for the page: title, values with their counts, whether it is open."""
    lists = []
    for name, (choices, _is_several) in finding.LISTS.items():
        chosen = asked.chosen.get(name, ())
        values = [
            (value, label, counts[name].get(value, 0), value in chosen)
            for value, label in choices.choices
            if counts[name].get(value) or value in chosen
        ]
        is_open = name in _OPEN_LISTS or bool(chosen)
        lists.append(
            {"name": name, "title": forms.TITLES[name], "values": values, "is_open": is_open}
        )
    return lists
