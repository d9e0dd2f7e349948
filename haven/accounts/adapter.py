"""Adapter: what django-allauth asks the site, answered in Haven's way.

In      allauth's questions: which factor to ask for, is one fresh, how to say no
Out     answers; messages in our words
Fails   closed; a refused sign-in reads the same whatever was wrong
Why     the ceremonies are allauth's and stay so; what they mean here is ours
Not     here: the ceremonies themselves, the pages (sign_in_views.py)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import get_user_by_username
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from haven.accounts import factors, queries

if TYPE_CHECKING:
    from haven.accounts.models import Member


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, for allauth."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Name and password do not go together. Try again."),
        "account_inactive": _("Name and password do not go together. Try again."),
        "incorrect_code": _("That code is not right, or it was used already. Wait for the next."),
        "too_many_login_attempts": _(
            "There were too many tries. Wait a while, or sign in with your passkey."
        ),
        "rate_limited": _("There were too many tries. Wait a while, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account alone; members are invited."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a password that is tried: for the site, the address and the name."""
        self._tried_on_site = ratelimit.consume(
            request, app="allauth.account", action="passwords_of_all", key="all"
        )
        if not self._tried_on_site:
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def _rollback_login_failed_rl_usage(self) -> None:
        """Take a right password out of the count again."""
        super()._rollback_login_failed_rl_usage()
        if self._tried_on_site:
            self._tried_on_site.rollback()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return what tries are counted by: the member, whatever host was asked for.

        allauth's own key holds the Host header, ports and all: each new one would be a
        fresh set of tries. The same member written in another case is one member too.
        """
        typed = str(credentials.get("username", ""))
        member = get_user_by_username(typed) if typed else None
        return f"member:{member.pk}" if member else f"name:{typed.casefold()}"

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Say no more to one who left than to a stranger."""
        messages.error(request, gettext("That did not work. Try again, or ask a colleague."))
        return HttpResponseRedirect(reverse("account_login"))

    def pre_login(self, request: HttpRequest, user: Member, **more: Any) -> HttpResponse | None:
        """Let a second factor that the agency saw count; refuse one who left."""
        if getattr(request, "agency_saw_factor_of", None) == user.pk:
            factors.note(request, user, kind=factors.AGENCY)
        response: HttpResponse | None = super().pre_login(request, user, **more)
        return response

    def get_login_stages(self) -> list[str]:
        """Return what is asked for after who it is: nothing, where the agency saw a factor."""
        stages: list[str] = super().get_login_stages()
        if getattr(self.request, "agency_saw_factor_of", None) is not None:
            stages.remove("allauth.mfa.stages.AuthenticateStage")
        return stages

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again unless a factor is fresh; with none enrolled there is nothing to ask for."""
        return factors.must_be_given_again(self.request)

    def get_reauthentication_methods(self, user: Member | AnonymousUser) -> list[dict]:  # type: ignore[type-arg]
        """Return the ways to give a factor again: the passkey first, a password never."""
        if not user.is_authenticated:
            return []
        kinds = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
        ways = []
        if factors.PASSKEY in kinds:
            ways.append(("mfa_reauthenticate_webauthn", _("Use a passkey")))
        if kinds & {factors.CODE, factors.RECOVERY}:
            ways.append(("mfa_reauthenticate", _("Use a code")))
        if settings.HAVEN_OIDC_ISSUER and queries.is_bound_to_agency(user):
            ways.append(("openid_connect_login", _("Sign in with your agency again")))
        return [{"id": name, "description": words, "url": reverse(name)} for name, words in ways]

    def is_safe_url(self, url: str) -> bool:
        """Return whether to go to an address after the sign-in: only to one of this host."""
        return url.startswith("/") and super().is_safe_url(url)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors, for allauth."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "This is your last way in. Add another one first, then remove this one."
        ),
    }

    def get_totp_issuer(self) -> str:
        """Return the name that the app on the phone shows."""
        return f"Haven ({settings.HAVEN_PASSKEY_DOMAIN})"

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        return _boxes().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret."""
        return _boxes().decrypt(encrypted_text.encode("ascii")).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether another way in is left."""
        return factors.can_sign_in_without(authenticator.user, authenticator)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom passkeys are made for: the site of the settings, never the Host header."""
        return {"id": settings.HAVEN_PASSKEY_DOMAIN, "name": "Haven"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """Return a first name for a passkey; its owner may write another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


def _boxes() -> MultiFernet:
    """Return the keys that secrets of factors are stored under, the newest first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_box(str(one)) for one in secrets])


def _box(secret: str) -> Fernet:
    """Return a key for this use alone, made from the site's secret."""
    made = hmac.new(secret.encode(), b"haven factors v1", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(made))
