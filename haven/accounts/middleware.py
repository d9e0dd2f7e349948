"""Middleware: who is not signed in goes to the sign-in; who is, sees what the roles allow.

In      the request of anyone
Out     a redirect to the sign-in; for a part that htmx asks for, the word to load the page
        again, which then leads to the sign-in and back
Fails   closed: a view is open only where it says so itself, and an address that the table
        of access.py does not name is refused (403)
Why     a session ends while a page polls; htmx follows a redirect by itself and would put
        the sign-in, with a form for the password, into the middle of the case
Not     here: which case a member may see (workbench/cases)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRefresh

from haven.accounts import access
from haven.web.pages import wants_part


class SignInRequired(LoginRequiredMiddleware):
    """Ask for sign-in wherever a view does not say that it is open."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know a redirect alone
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        """Return the way to the sign-in."""
        if wants_part(request):
            return HttpResponseClientRefresh()
        return super().handle_no_permission(request, view_func)


class RolesAllow:
    """Refuse an address that none of a member's roles opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> None:
        """Return for an address that is open to this member; the view says who may be nobody.

        Raises:
            PermissionDenied: No role of the member opens it, or no table names it.
        """
        match = request.resolver_match
        page = match.view_name if match else ""
        member = request.user
        if member.is_authenticated and not access.opens(member, page):
            raise PermissionDenied(f"no role of member {member.pk} opens {page}")
