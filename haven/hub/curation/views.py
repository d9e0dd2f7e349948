"""The curators' desk: what waits, what is old, what is broken; and who speaks for whom.

In      requests
Out     pages
Not     here: what stands there (queries.py), deciding (each section's own pages)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.catalogue import caring
from haven.hub.curation import forms, queries
from haven.hub.experience import queries as experience
from haven.hub.experience import speaking
from haven.web.errors import BadInput
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 50
TRANSLATIONS = f"{settings.HAVEN_HUB_PREFIX}translations/"


@require_safe
def desk(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    waits = queries.queue(at=now)
    from_memory = caring.facts_from_memory()
    return page(
        request,
        "curation/desk.html",
        waits=waits,
        n_waits=sum(one.n for one in waits),
        old=caring.old_records(today=timezone.localdate(), most=queries.MOST),
        from_memory=from_memory[: queries.MOST],
        n_from_memory=from_memory.count(),
        sources=queries.sources(),
        checks_are_on=settings.HAVEN_SOURCE_CHECKS,
        statistics=queries.statistics(),
        fewest=queries.FEWEST,
        translations=TRANSLATIONS if _is_served(TRANSLATIONS) else "",
        days=experience.ANSWER_DUE_DAYS,
        most=queries.MOST,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def makers(request: MemberRequest) -> HttpResponse:
    """Show who speaks for which maker, and tie a provider to one."""
    form = forms.Tie(request.POST or None)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            speaking.tie(chosen["agency"], chosen["maker"], by=request.user, at=timezone.now())
        except BadInput as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("curation:makers")
    shown = window(
        experience.voices(),
        order=("maker__name", "pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    status = 422 if form.errors else 200
    return page(
        request,
        "curation/makers.html",
        form=form,
        voices=shown.rows,
        window=shown,
        status=status,
    )


@require_POST
def untie(request: MemberRequest, voice_id: int) -> HttpResponse:
    speaking.untie(voice_id, by=request.user, at=timezone.now())
    return redirect("curation:makers")


def _is_served(address: str) -> bool:
    """Tell whether this installation has an address."""
    try:
        resolve(address)
    except Resolver404:
        return False
    return True
