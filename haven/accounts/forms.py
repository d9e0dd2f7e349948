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


class AskReset(forms.Form):
    """Whose way to sign in is made anew, and why."""

    username = forms.ChoiceField(label=_("Member"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as what was lost, and where and when you saw the person yourself."),
    )

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.username, f"{one.display_name} ({one.username})") for one in colleagues]
        self.fields["username"].choices = choices  # type: ignore[attr-defined]
