"""Accounts forms: signing in, a first password, language and theme.

In      what the reader typed
Out     checked values
Fails   the form shows its errors; a wrong name and a wrong password read the same
"""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _

from haven.web.context import THEMES


class SignIn(AuthenticationForm):
    """Name and password."""

    username = forms.CharField(
        label=_("Sign-in name"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        "invalid_login": _("Name and password do not go together. Try again."),
        "inactive": _("Name and password do not go together. Try again."),
    }


class FirstPassword(SetPasswordForm):  # type: ignore[type-arg]  # generic only in the stubs
    """The password a new member chooses."""


class Language(forms.Form):
    """The language of the pages."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class Theme(forms.Form):
    """How bright the pages are."""

    theme = forms.ChoiceField(choices=list(THEMES.items()))
