"""Middleware: who is not signed in goes to the sign-in; who is, sees what the roles allow.

In      the request of anyone
Out     a redirect to the sign-in, or to what is missing; for a part that htmx asks for,
        the word to load a whole page; for the API the status 401
Fails   closed: a view is open only where it says so itself; an address that the table
        of access.py does not name is refused (403); a session that was not begun by a
        second factor reaches the pages that set one up, and no other
Why     a session ends while a page polls; htmx follows a redirect by itself and would put
        the sign-in, with a form for the password, into the middle of the case
Not     here: which case a member may see (workbench/cases)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from haven.accounts import access, factors, sessions, step_up
from haven.web import errors, failed
from haven.web.pages import wants_part

Respond = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]


class ViewMiddleware:
    """A middleware that looks at a request once its view is known."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)


class SessionEnds(ViewMiddleware):
    """End a session that was idle, or is old, or was ended by somebody."""

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Return the way to the sign-in for a session that has ended; None for others."""
        del args, kwargs
        if not request.user.is_authenticated or sessions.is_by_token(request):
            return None
        why = sessions.why_over(request, request.user)
        if not why:
            if not (getattr(view, "is_passive", False) and wants_part(request)):
                sessions.touch(request)
            return None
        request.session_over = why  # type: ignore[attr-defined]  # for the record
        back = step_up.page_to_return_to(request)
        logout(request)
        if not getattr(view, "login_required", True):
            return None
        return _to(request, reverse("accounts:sign-in"), next=back, ended=why)


class SignInRequired(LoginRequiredMiddleware):
    """Ask for sign-in wherever a view does not say that it is open."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know a redirect alone
        self, request: HttpRequest, view_func: View
    ) -> HttpResponse:
        """Return the way to the sign-in; the API says 401."""
        if failed.wants_json(request):
            return _unknown(request)
        if wants_part(request):
            return HttpResponseClientRefresh()
        return super().handle_no_permission(request, view_func)


class SecondFactorRequired(ViewMiddleware):
    """Let a session without a second factor reach only what sets one up."""

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Return the way to what is missing; None where nothing is."""
        del view, args, kwargs
        if not request.user.is_authenticated or factors.are_complete(request):
            return None
        if sessions.is_by_token(request):
            return None  # made with a fresh factor
        if not access.needs_factor(_page_name(request)):
            return None
        if failed.wants_json(request):
            return _unknown(request)
        if factors.any_of(request.user):
            return step_up.ask(request)
        return _to(request, reverse("accounts:enrol"))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the way to the question where a view of allauth wants a fresh factor."""
        return step_up.ask(request) if isinstance(error, ReauthenticationRequired) else None


class RolesAllow(ViewMiddleware):
    """Refuse an address that none of a member's roles opens."""

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Return for an address that is open to this member; the view says who may be nobody.

        Raises:
            PermissionDenied: No role of the member opens it, or no table names it.
        """
        del view, args, kwargs
        page, member = _page_name(request), request.user
        if member.is_authenticated and not access.opens(member, page):
            raise PermissionDenied(f"no role of member {member.pk} opens {page}")


def _page_name(request: HttpRequest) -> str:
    """Return the name of the address that was asked for."""
    match = request.resolver_match
    return match.view_name if match else ""


def _to(request: HttpRequest, where: str, **query: str) -> HttpResponse:
    """Return the way to a whole page, for htmx too; the API says 401."""
    if failed.wants_json(request):
        return _unknown(request)
    address = f"{where}?{urlencode(query)}" if query else where
    if wants_part(request):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def _unknown(request: HttpRequest) -> HttpResponse:
    """Return that nobody who may ask the API is signed in."""
    error = errors.NotSignedIn
    return failed.answer(request, error.http_status, error.words, error.code)
