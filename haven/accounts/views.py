"""Accounts pages: sign out, a first link, setting up a factor, a password, language, theme.

In      requests, signed in or not
Out     pages; cookies for language and theme
Fails   an address to go to that is not ours is ignored
Not     here: signing in and factors (factor_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haven.accounts import (
    actions,
    factors,
    first_links,
    forms,
    resets,
    sessions,
    step_up,
    strangers,
)
from haven.accounts.requests import MemberRequest
from haven.web.context import THEME_COOKIE
from haven.web.errors import BadInput
from haven.web.pages import page

if TYPE_CHECKING:
    from haven.accounts.models import Member

YEAR_S = 365 * 24 * 3600


class SignOut(LogoutView):
    """End the session; only by POST. The browser forgets what it kept of the pages."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@login_not_required
@require_POST
def start_over(request: HttpRequest) -> HttpResponse:
    """Forget a password that was given, and begin the sign-in again."""
    clear_login(request)
    return redirect("accounts:sign-in")


@method_decorator(login_not_required, name="dispatch")
class First(PasswordResetConfirmView):
    """Let a new member in to set up a factor, again until one is there."""

    template_name = "accounts/first.html"
    form_class = forms.UseLink  # type: ignore[assignment]
    token_generator = first_links.tokens

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send away whoever is signed in as somebody else."""
        member = self.request.user
        if member.is_authenticated and kwargs["uidb64"] != first_links.uid(member):
            return strangers.sign_out_first(self.request)
        return super().dispatch(*args, **kwargs)

    def get_user(self, uidb64: str) -> Member | None:
        """Return the member of the link, unless they left in the meantime."""
        member = super().get_user(uidb64)
        return member if member is not None and member.is_active else None

    def form_valid(self, form: forms.UseLink) -> HttpResponse:  # type: ignore[override]
        """Begin the session that may set up a factor; one begun before has ended."""
        self.request.session.flush()
        with transaction.atomic():
            sessions.end_unfinished(form.user, at=timezone.now())
            login(self.request, form.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("accounts:enrol")


def enrol(request: MemberRequest) -> HttpResponse:
    if factors.are_complete(request):
        return redirect("mfa_index")
    if factors.any_of(request.user):
        return step_up.ask(request)
    return page(request, "accounts/enrol.html", reset=resets.last_done(request.user))


def password(request: MemberRequest) -> HttpResponse:
    """Choose a password; where there is a factor already, it must be fresh."""
    member = request.user
    if factors.must_be_given_again(request):
        return step_up.ask(request)
    form = forms.Password(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            actions.note("member.set_password", of=member, at=timezone.now())
        update_session_auth_hash(request, member)
        sessions.list_again(request)
        if any(one.type == factors.CODE for one in factors.of(member)):
            messages.success(request, _("The password is changed. Other sessions have ended."))
            return redirect("mfa_index")
        return redirect("mfa_activate_totp")
    return page(
        request, "accounts/password.html", form=form, is_first=not factors.are_complete(request)
    )


@require_POST
def end_session(request: MemberRequest, session_id: int) -> HttpResponse:
    is_own = sessions.end_one(request, session_id, at=timezone.now())
    if is_own:
        return redirect("accounts:sign-in")
    messages.success(request, _("The session has ended."))
    return redirect("usersessions_list")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = forms.Language(request.POST)
    return _remember(request, form, settings.LANGUAGE_COOKIE_NAME, "language")


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    form = forms.Theme(request.POST)
    return _remember(request, form, THEME_COOKIE, "theme")


def _remember(
    request: HttpRequest, form: forms.Language | forms.Theme, cookie: str, field: str
) -> HttpResponse:
    """Keep a choice in a cookie and go back to the page it was made on.

    Raises:
        BadInput: Not one of the choices.
    """
    if not form.is_valid():
        raise BadInput(f"{field} is not one of the choices")
    response = HttpResponseRedirect(_way_back(request))
    response.set_cookie(
        cookie,
        form.cleaned_data[field],
        max_age=YEAR_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _way_back(request: HttpRequest) -> str:
    """Return where to go next: only to an address of this site."""
    untrusted_next = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        untrusted_next, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return untrusted_next if ours else resolve_url(settings.LOGIN_REDIRECT_URL)
