"""Factor pages: signing in, giving a factor, one's own factors and sessions.

In      requests, signed in or not
Out     django-allauth's views with Haven's templates; each act on the record
Fails   as allauth's: the form again, or the way to the sign-in; limits answer 429
Why     the ceremonies are allauth's; here is what they look like and what is recorded
Not     here: what allauth is answered (adapter.py), its forms (factor_forms.py)
"""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _

from haven.accounts import actions, attestation, codes, devices, factors, queries, sessions
from haven.accounts.requests import MemberRequest


class SignIn(LoginView):
    """Ask who it is: a passkey, or name and password."""

    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows, with the reason why a session ended."""
        ended = sessions.WORDS.get(self.request.GET.get("ended", ""))
        agency = settings.HAVEN_OIDC_AGENCY if settings.HAVEN_OIDC_ISSUER else ""
        more = {"ended": ended, "agency": agency, "is_joining_open": settings.HAVEN_JOINING}
        return {**super().get_context_data(**kwargs), **more}


class SignInByPasskey(webauthn.LoginWebAuthnView):
    """Let in whoever holds a passkey and proves to be its owner."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """Go back to the sign-in, and keep where the person was going."""
        actions.note(actions.REFUSED, of=None, at=timezone.now(), factor=factors.PASSKEY)
        super().form_invalid(form)
        where = reverse("account_login")
        untrusted_next = self.request.POST.get("next")
        if untrusted_next:  # the sign-in looks at it before it goes there
            where = add_query_params(where, {"next": untrusted_next})
        return redirect(where)


class GiveCode(base.AuthenticateView):
    """Ask for the second factor after a password."""

    template_name = "accounts/code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows; in a demonstration, the code too."""
        member = self.stage.login.user
        kinds = {one.type for one in factors.of(member)}
        return {
            **super().get_context_data(**kwargs),
            "has_passkey": factors.PASSKEY in kinds,
            "has_code": bool(kinds - {factors.PASSKEY}) or queries.has_recovery_codes(member),
            "code_for_show": codes.for_show(member),
        }


class NeedsOne:
    """Who has no factor cannot give one: they set one up."""

    def _check_reauthentication_method_available(self, request: HttpRequest) -> Any:
        if request.user.is_authenticated and not factors.any_of(request.user):
            return redirect("accounts:enrol")
        return super()._check_reauthentication_method_available(request)  # type: ignore[misc]


class ConfirmByCode(NeedsOne, base.ReauthenticateView):
    """Ask for a code before something that weighs more."""

    template_name = "accounts/confirm_code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows; in a demonstration, the code too."""
        return {
            **super().get_context_data(**kwargs),
            "code_for_show": codes.for_show(self.request.user),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it, then go on to what was asked for."""
        _note(self.request, "member.confirm", factor=form.authenticator.type)
        return super().form_valid(form)


class ConfirmByPasskey(NeedsOne, webauthn.ReauthenticateWebAuthnView):
    """Ask for a passkey before something that weighs more."""

    template_name = "accounts/confirm_passkey.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Record it, then go on to what was asked for."""
        _note(self.request, "member.confirm", factor=factors.PASSKEY)
        return super().form_valid(form)

    def form_invalid(self, form: Form) -> HttpResponse:
        """Say so on the same page."""
        actions.note(
            actions.REFUSED, of=self.request.user, at=timezone.now(), factor=factors.PASSKEY
        )
        super().form_invalid(form)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


class Factors(base.IndexView):
    """Show one's own factors."""

    template_name = "accounts/factors.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the factors, and which of them is the last way in."""
        member = self.request.user
        shown = [
            {"factor": one, "may_go": factors.can_sign_in_without(member, one)}
            for one in factors.of(member)
        ]
        return {
            **super().get_context_data(**kwargs),
            "shown": shown,
            "has_code_app": any(one["factor"].type == factors.CODE for one in shown),
            "codes_left": queries.recovery_codes_left(member),
        }


class Enrols:
    """What follows when a factor was added: on the record, and the session is complete."""

    request: MemberRequest

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Add the factor, note it; a session that had none goes on under a new key."""
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        member = self.request.user
        made = factors.of(member)[-1]
        if made.type == factors.CODE:
            codes.use(made, form.cleaned_data["code"])
        actions.note("member.add_factor", of=member, at=timezone.now(), factor=made.type)
        if not factors.are_complete(self.request):
            factors.note(self.request, member, kind=made.type, key=made.pk)
            self.request.session.cycle_key()
            sessions.list_again(self.request)
        return response


class AddPasskey(Enrols, webauthn.AddWebAuthnView):
    """Make a passkey: always one that says who its owner is, and verifies them."""

    template_name = "accounts/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the browser needs to make one."""
        shown = super().get_context_data(**kwargs)
        options = auth.begin_registration(self.request.user, passwordless=True)
        if attestation.is_asked_for():
            options = {"publicKey": {**options["publicKey"], "attestation": "direct"}}
        return {**shown, "js_data": {"creation_options": options}}


class NamePasskey(webauthn.EditWebAuthnView):
    """Give a passkey another name."""

    template_name = "accounts/name_passkey.html"
    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the name."""
        _note(self.request, "member.name_factor", factor=factors.PASSKEY)
        return super().form_valid(form)


class RemovePasskey(webauthn.RemoveWebAuthnView):
    """Give a passkey up; never the last way in."""

    template_name = "accounts/remove_factor.html"
    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        """Remove it, if another way in is left."""
        queries.locked(self.request.user)
        if not factors.can_sign_in_without(self.request.user, self.get_object()):
            messages.error(self.request, _("This is your last way in. Add another one first."))
            return redirect("mfa_index")
        _note(self.request, "member.remove_factor", factor=factors.PASSKEY)
        return super().form_valid(form)


class AddCodeApp(Enrols, totp.ActivateTOTPView):
    """Set up an app that shows codes; it goes with a password."""

    template_name = "accounts/add_code_app.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask for a password first where there is none."""
        member = request.user
        if member.is_authenticated and not member.has_usable_password():
            return redirect("accounts:password")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the picture for the app without its XML header, and the secret in fours."""
        shown = super().get_context_data(**kwargs)
        picture = str(shown["totp_svg"])
        return {
            **shown,
            "picture": picture[picture.index("<svg") :],
            "secret": _in_fours(str(shown["form"].secret)),
        }


class RemoveCodeApp(totp.DeactivateTOTPView):
    """Give the code app up; never the last way in."""

    template_name = "accounts/remove_factor.html"

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it; the form has checked that another way in is left."""
        queries.locked(self.request.user)
        if not factors.can_sign_in_without(self.request.user, self.authenticator):
            return redirect("mfa_index")
        _note(self.request, "member.remove_factor", factor=factors.CODE)
        return super().form_valid(form)


class RecoveryCodes(recovery.ViewRecoveryCodesView):
    """Show the recovery codes, once."""

    template_name = "accounts/recovery_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the codes in fours, as they are read out and typed."""
        shown = super().get_context_data(**kwargs)
        return {**shown, "unused_codes": [_in_fours(one) for one in shown["unused_codes"]]}


class NewRecoveryCodes(recovery.GenerateRecoveryCodesView):
    """Make new recovery codes; the old ones end."""

    template_name = "accounts/new_recovery_codes.html"

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Make them."""
        _note(self.request, "member.add_factor", factor=factors.RECOVERY)
        return super().form_valid(form)


class Sessions(ListUserSessionsView):
    """Show one's own sessions; end the others."""

    template_name = "accounts/sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the sessions with the device in words."""
        shown = super().get_context_data(**kwargs)
        for one in shown["sessions"]:
            one.device = devices.words_for(one.user_agent)
        return shown

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """End the others."""
        _note(self.request, "member.end_sessions", which=sessions.OTHERS)
        return super().form_valid(form)


def _in_fours(text: str) -> str:
    """Return a long word with a space after every fourth letter."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _note(request: HttpRequest, verb: str, **facts: object) -> None:
    """Record what the signed-in member does."""
    actions.note(verb, of=request.user, at=timezone.now(), **facts)  # type: ignore[arg-type]
