"""Agency sign-in: by the agency's own identity provider (OpenID Connect).

In      what the provider says of a person, in a token whose signature was checked
Out     the member it belongs to; whether the provider saw a second factor just now
Fails   closed: nobody is made; an unknown person, or one of another agency, is sent back
        to the sign-in with one sentence, and the refusal is on the record
Why     large agencies keep their own accounts and their own second factors
Not     here: the exchange with the provider (django-allauth); where it is (site/settings)

A person is bound to a member at the first sign-in: the provider vouches for an e-mail
address, and exactly one active member of that agency has it. From then on the provider's
own identifier of the person counts, and the address no longer.
"""

from __future__ import annotations

import time
from typing import Any, NoReturn

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from haven.accounts import actions, queries
from haven.accounts.models import Member

PROVIDER = "agency"  # there is one
CLOCK_S = 60  # how far the provider's clock may be ahead of ours


class CheckedTokens(OpenIDConnectOAuth2Adapter):
    """allauth's exchange, with the token's signature checked whichever way it came."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            OAuth2Error: Another issuer, audience or key, or too old.
        """
        try:
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=settings.HAVEN_OIDC_ISSUER,
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("the token cannot be read") from error
        return claims


class AgencyAccounts(DefaultSocialAccountAdapter):
    """Whom the provider's people are, for allauth."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody becomes a member by being known elsewhere."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the member, or send the person back to the sign-in.

        Raises:
            ImmediateHttpResponse: There is none, or none who may come in this way.
        """
        claims = sociallogin.account.extra_data.get("id_token") or {}
        sociallogin.account.extra_data = {}  # who the person is elsewhere is not kept
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
        else:
            _bind(sociallogin, claims)
        member = sociallogin.user
        if not sociallogin.is_existing or not _is_of_the_agency(member):
            _refuse(request)
        if saw_a_factor(claims):
            request.agency_saw_factor_of = member.pk  # type: ignore[attr-defined]

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Send the person back to the sign-in; what went wrong is no page of its own."""
        _refuse(request)


def saw_a_factor(claims: dict[str, Any]) -> bool:
    """Return whether the provider says that a second factor was given, and just now.

    Source: RFC 8176 for the words of `amr`; OpenID Connect Core 1.0, 3.1.2.1 for
    `auth_time`, which a provider must send where `max_age` was asked for.
    """
    said = {str(one) for one in claims.get("amr") or []} | {str(claims.get("acr", ""))}
    try:
        ago_s = time.time() - float(claims["auth_time"])
    except (KeyError, TypeError, ValueError):
        return False
    is_now = -CLOCK_S < ago_s < settings.HAVEN_FRESH_FACTOR_S
    return is_now and not said.isdisjoint(settings.HAVEN_OIDC_FACTORS)


def begin(request: HttpRequest) -> HttpResponse:
    """Return the way to the provider, which asks the person anew."""
    provider = AgencyAccounts(request).get_provider(request, PROVIDER)
    provider.oauth2_adapter_class = CheckedTokens
    asked = {"prompt": "login", "max_age": str(settings.HAVEN_FRESH_FACTOR_S)}
    response: HttpResponse = provider.redirect(
        request, process="login", next_url=get_next_redirect_url(request), auth_params=asked
    )
    return response


def _is_of_the_agency(member: Member) -> bool:
    return member.is_active and member.agency.name == settings.HAVEN_OIDC_AGENCY


@transaction.atomic
def _bind(sociallogin: SocialLogin, claims: dict[str, Any]) -> None:
    """Bind the person to the one member of the agency with the address vouched for."""
    address = str(claims.get(settings.HAVEN_OIDC_EMAIL) or "")
    if not address or not _is_vouched_for(claims):
        return
    found = queries.of_agency_by_email(settings.HAVEN_OIDC_AGENCY, address)
    if found is None or SocialAccount.objects.filter(user_id=found.pk).exists():
        return
    sociallogin.account = SocialAccount.objects.create(
        user=found, provider=PROVIDER, uid=sociallogin.account.uid, extra_data={}
    )
    sociallogin.user = found
    actions.note("member.bind_agency", of=found, at=timezone.now())


def _is_vouched_for(claims: dict[str, Any]) -> bool:
    """Tell whether the provider stands for the address, or the agency's settings do.

    `email_verified` is about the claim `email` and no other (OpenID Connect Core 1.0, 5.1).
    """
    if settings.HAVEN_OIDC_EMAIL == "email":
        return claims.get("email_verified") is True
    return bool(settings.HAVEN_OIDC_EMAIL_TRUSTED)


def _refuse(request: HttpRequest) -> NoReturn:
    """Send the person back to the sign-in.

    Raises:
        ImmediateHttpResponse: Always.
    """
    actions.note(actions.REFUSED, of=None, at=timezone.now(), factor="agency")
    messages.error(
        request, _("Your agency's sign-in did not lead to a member here. Ask your administrator.")
    )
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
