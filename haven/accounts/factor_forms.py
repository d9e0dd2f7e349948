"""Factor forms: giving a passkey or a code, adding a passkey or a code app.

In      what the browser's passkey said, or the code that was typed
Out     allauth's checked values, with Haven's further checks
Fails   the form shows its errors; a code that was used already reads like a wrong one
Why     allauth checks the ceremony; a code must work once in all the time it is good for,
        a passkey is always discoverable and always verifies the person
Not     here: the ceremonies (django-allauth), what a session may do afterwards
"""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse

from haven.accounts import attestation, codes


def code_field(label: Any) -> forms.CharField:
    """Return a field for six digits that a phone's keyboard and a password store know."""
    return forms.CharField(
        label=label,
        max_length=20,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )


class OnceOnly:
    """A code of the app is good for one use, in the whole time that it is good."""

    authenticator: Authenticator

    def clean_code(self) -> str:
        """Return the code."""
        code = str(super().clean_code())  # type: ignore[misc]  # of the form beside
        if self.authenticator.type == Authenticator.Type.TOTP and not codes.use(
            self.authenticator, code
        ):
            raise get_adapter().validation_error("incorrect_code")
        return code


class GiveCode(OnceOnly, AuthenticateForm):
    """A code after the password."""

    code = code_field(_("Code from the app, or a recovery code"))


class GiveCodeAgain(OnceOnly, ReauthenticateForm):
    """A code before something that weighs more."""

    code = code_field(_("Code from the app, or a recovery code"))


class NeverACopy:
    """A passkey whose counter does not grow may have been copied; it is refused.

    Passkeys that are synced between devices do not count; theirs stays 0.
    Source: Web Authentication level 3, 7.2 step 22.
    """

    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        """Return the passkey."""
        found: Authenticator = super().clean_credential()  # type: ignore[misc]
        said: Any = AuthenticationResponse.from_dict(self.cleaned_data["credential"])
        counter = said.response.authenticator_data.counter
        known = found.data.get("counter", found.wrap().authenticator_data.counter)
        if (counter or known) and counter <= known:
            raise get_adapter().validation_error("incorrect_code")
        found.data["counter"] = counter
        found.save(update_fields=["data"])
        return found


class GivePasskey(NeverACopy, passkeys.AuthenticateWebAuthnForm):
    """A passkey after the password."""


class GivePasskeyAgain(NeverACopy, passkeys.ReauthenticateWebAuthnForm):
    """A passkey before something that weighs more."""


class SignInByPasskey(NeverACopy, passkeys.LoginWebAuthnForm):
    """A passkey and nothing else: it says who the person is, and verifies them."""


class AddPasskey(passkeys._BaseAddWebAuthnForm):
    """A new passkey, of a kind the agency allows."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("So that you know it again, such as: my phone, the key on my key ring."),
    )

    def clean(self) -> dict[str, Any]:
        """Return the passkey if its kind is allowed."""
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("credential"):
            attestation.require_allowed(cleaned["credential"])
        return cleaned


class NamePasskey(passkeys.EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=60)


class AddCodeApp(ActivateTOTPForm):
    """The first code of a new app."""

    code = code_field(_("Code that the app shows now"))
