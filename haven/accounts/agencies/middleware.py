"""Middleware: when an agency no longer takes part, its members are outside at once.

In      the request of a member
Out     the way to the sign-in, with a word why
Fails   closed: only what is open to everyone goes on
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from haven.accounts import access
from haven.accounts.agencies.queries import STATUSES
from haven.web.pages import wants_part


class AgencyTakesPart:
    """Sign out whoever is of an agency that does not take part."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Return the way out, or None where the agency takes part."""
        del view, args, kwargs
        match = request.resolver_match
        if not request.user.is_authenticated or access.is_open(match.view_name if match else ""):
            return None
        if request.user.agency.status == STATUSES.ACTIVE:
            return None
        logout(request)
        messages.warning(request, _("Your agency does not take part in Haven at the moment."))
        way = resolve_url("accounts:sign-in")
        return (
            HttpResponseClientRedirect(way) if wants_part(request) else HttpResponseRedirect(way)
        )
