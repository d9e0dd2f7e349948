"""Accounts pages: sign in, sign out, first password, language, theme.

In      requests, signed in or not
Out     pages; cookies for language and theme
Fails   an address to go to that is not ours is ignored
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from haven.accounts import actions, forms
from haven.web.context import THEME_COOKIE
from haven.web.errors import BadInput

YEAR_S = 365 * 24 * 3600


class SignIn(LoginView):
    """Ask for name and password; a signed-in member goes on to the start."""

    template_name = "accounts/sign_in.html"
    authentication_form = forms.SignIn
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """End the session; only by POST."""


@method_decorator(login_not_required, name="dispatch")
class First(PasswordResetConfirmView):
    """Let a new member choose a password, once."""

    template_name = "accounts/first.html"
    form_class = forms.FirstPassword
    success_url = reverse_lazy("accounts:sign-in")

    @transaction.atomic
    def form_valid(self, form: SetPasswordForm) -> HttpResponse:  # type: ignore[type-arg]
        """Keep the password and the record of it, or neither."""
        response = super().form_valid(form)
        actions.note_password(form.user, at=timezone.now())
        return response


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
