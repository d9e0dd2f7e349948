"""Accounts forms: signing in, a password, language and theme.

In      what the reader typed
Out     checked values
Fails   the form shows its errors; a wrong name and a wrong password read the same
Not     here: second factors (factor_forms.py)
"""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from haven.web.context import THEMES


class SignIn(LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name")
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class UseLink(forms.Form):
    """A one-time link is used: nothing to fill in."""

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)


class Password(SetPasswordForm):  # type: ignore[type-arg]  # generic only in the stubs
    """The password a member chooses."""


class Language(forms.Form):
    """The language of the pages."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class Theme(forms.Form):
    """How bright the pages are."""

    theme = forms.ChoiceField(choices=list(THEMES.items()))
