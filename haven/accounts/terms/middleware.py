"""Middleware: who has not accepted the terms that hold is asked before anything else.

In      the request of a member
Out     the way to the terms, and back afterwards
Fails   closed: only the terms, signing out and what is open to everyone go on
Why     the terms are what makes looking allowed; a new version asks everyone again
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from haven.accounts import access
from haven.accounts.terms import queries, texts
from haven.web.pages import wants_part

SEEN = "haven.terms"  # in the session: the version that is known to be accepted
FREE = frozenset({"accounts:terms", "accounts:leave"})  # nobody has to agree in order to go


class TermsAccepted:
    """Ask for the terms first."""

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
        """Return the way to the terms, or None where they are accepted or do not matter."""
        del view, args, kwargs
        match = request.resolver_match
        page = match.view_name if match else ""
        if not request.user.is_authenticated or page in FREE or access.is_before_terms(page):
            return None
        version = texts.current().version
        if request.session.get(SEEN) == version:
            return None
        if queries.are_accepted(request.user):
            request.session[SEEN] = version
            return None
        if wants_part(request):
            return HttpResponseClientRedirect(reverse("accounts:terms"))
        back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
        return HttpResponseRedirect(f"{reverse('accounts:terms')}?{urlencode({'next': back})}")
