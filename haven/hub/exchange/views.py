"""Pages of other hubs: which are followed, what came from each, one record.

In      requests
Out     pages; nothing can be changed on them
Not     here: how a record looks (showing.py); trusting and taking in (site/hub_verbs.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from haven.hub.exchange import contents, forms, queries, showing
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 40


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    return page(request, "exchange/list.html", current="others", others=queries.others())


@require_safe
def other(request: MemberRequest, other_id: UUID) -> HttpResponse:
    found = queries.other(other_id)
    newest = next(iter(found.arrivals.all()), None)
    kind, asked = forms.Find(request.GET).asked()
    rows = queries.records(found, kind, asked)
    return page(
        request,
        "exchange/other.html",
        part="records",
        current="others",
        other=found,
        newest=newest,
        kinds=[
            (name, contents.KINDS[name].title, newest.counts.get(name, 0) if newest else 0)
            for name in contents.SHOWN
        ],
        kind=kind,
        asked=asked,
        has_pages=contents.KINDS[kind].has_page,
        window=window(
            rows, order=("place", "pk"), after=request.GET.get("after"), size=_ON_A_PAGE
        ),
    )


@require_safe
def record(request: MemberRequest, other_id: UUID, kind: str, slug: str) -> HttpResponse:
    found = queries.kept(queries.other(other_id), kind, slug)
    template, told = showing.page(found, request.GET.get("lesson", ""))
    return page(
        request,
        template,
        current="others",
        row=found,
        other=found.other,
        arrival=found.arrival,
        kind_title=contents.KINDS[kind].title,
        **told,
    )
