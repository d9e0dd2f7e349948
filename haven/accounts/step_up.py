"""Step-up: ask for a second factor again before something that weighs more.

In      the request for such a page
Out     the page, if a factor was given lately; else the way to give one, and back
Fails   closed: no factor, no page; nothing of the act is done before
Why     a screen left open, or a stolen session, must not be enough (R-SEC-2, ASVS 7.5.3)
Not     here: what counts as fresh (factors.py), checking the factor (django-allauth)

Put the decorator on the view that shows the form as well as on the one that takes it:
then the question comes before anything is typed. Where the time runs out while typing,
the form is kept in the session and sent on by itself after the factor.

    @fresh_factor_required
    def export(request, case_id): ...
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from haven.accounts import factors
from haven.web.pages import own_path, wants_part

KEPT_BYTES = 64 << 10  # a form larger than this, or with a file, is not kept
NOT_KEPT = frozenset({"HTTP_COOKIE", "HTTP_AUTHORIZATION"})

Rest = ParamSpec("Rest")
Asking = TypeVar("Asking", bound=HttpRequest)
View = Callable[Concatenate[Asking, Rest], HttpResponse]


def fresh_factor_required(view: View[Asking, Rest]) -> View[Asking, Rest]:
    """Return the view behind the question for a second factor."""

    @wraps(view)
    def asked(request: Asking, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if factors.are_fresh(request):
            return view(request, *args, **kwargs)
        return ask(request)

    return asked


def ask(request: HttpRequest) -> HttpResponse:
    """Return the way to the question, which leads back here."""
    is_form = request.method not in ("GET", "HEAD")
    back = _keep(request) if is_form else page_to_return_to(request)
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    where = methods[0]["url"] if methods else reverse("accounts:enrol")
    address = f"{where}?{urlencode({'next': back})}"
    if wants_part(request):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def page_to_return_to(request: HttpRequest) -> str:
    """Return the path of the page to come back to: the one asked for, or the one it is on."""
    if request.method in ("GET", "HEAD") and not wants_part(request):
        return request.get_full_path()
    headers = request.headers
    untrusted_page = headers.get("HX-Current-URL") or headers.get("Referer") or ""
    return own_path(request, untrusted_page) or "/"


def _keep(request: HttpRequest) -> str:
    """Keep a form for after the factor; return where to go then."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.FILES or length > KEPT_BYTES:
        messages.warning(request, _("Nothing was sent yet. Please do the step again now."))
        return page_to_return_to(request)
    kept = json.loads(serialize_request(request))
    kept["META"] = {name: one for name, one in kept["META"].items() if name not in NOT_KEPT}
    request.session[STATE_SESSION_KEY] = {"request": json.dumps(kept)}
    return request.path
