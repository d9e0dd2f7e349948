"""Agency sign-in pages: the way to the agency's identity provider, and back.

In      requests of anyone
Out     a page with a button; the way to the provider; a session, from what it answers
Fails   404 where no provider is set up; else as agency_sign_in.py says
"""

from __future__ import annotations

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from haven.accounts import agency_sign_in
from haven.web.pages import page


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Show where the sign-in goes on; go there, by POST alone."""
    del provider_id  # there is one
    _require_one()
    if request.method == "POST":
        return agency_sign_in.begin(request)
    back = get_next_redirect_url(request) or ""
    return page(request, "accounts/agency.html", agency=settings.HAVEN_OIDC_AGENCY, next=back)


@login_not_required
@never_cache
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the provider says."""
    _require_one()
    adapter = agency_sign_in.CheckedTokens(request, provider_id)
    response: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    return response


def _require_one() -> None:
    if not settings.HAVEN_OIDC_ISSUER:
        raise Http404("no identity provider is set up")
