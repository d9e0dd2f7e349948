"""What an applicant types, and what those say who decide.

In      the fields of a page
Out     checked values
Fails   the form shows its errors; none of them tells who takes part
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from haven.accounts import names
from haven.accounts.access import Role
from haven.accounts.agencies import addresses
from haven.accounts.joining import queries

# A name goes into letters to others: nothing that a reader's program would make a link of.
_NOT_IN_NAMES = re.compile(r"[/\\:@<>\[\]{}|]|\.\w|www", re.I)


class Apply(forms.Form):
    """Somebody asks to become a member."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.CharField(
        label=_("Your official e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The address that your agency gave you. We write to no other."),
    )
    agency = forms.CharField(
        label=_("Your agency"), max_length=200, help_text=_("As it writes its name.")
    )
    duty = forms.CharField(
        label=_("Your duty"),
        max_length=200,
        help_text=_("What you do there, in a few words. Nothing of a case."),
    )
    supervisor_email = forms.CharField(
        label=_("E-mail address of your supervisor"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you speak"),
        help_text=_("For several, hold Ctrl (on a Mac Cmd) while you choose."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every language by its name."""
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = names.languages()  # type: ignore[attr-defined]
        self.fields["languages"].widget.attrs["size"] = 6

    def clean_name(self) -> str:
        """Return the name, if it is one."""
        return _name(self.cleaned_data["name"])

    def clean_email(self) -> str:
        """Return the address as it is stored."""
        return addresses.address(self.cleaned_data["email"])

    def clean_supervisor_email(self) -> str:
        """Return the supervisor's address as it is stored."""
        return addresses.address(self.cleaned_data["supervisor_email"])

    def clean(self) -> dict[str, Any]:
        """Return the values; nobody is their own supervisor."""
        values = super().clean() or {}
        if values.get("email") and values.get("email") == values.get("supervisor_email"):
            self.add_error("supervisor_email", _("This is your own address."))
        return values


class Vouch(forms.Form):
    """What a sponsor says: the person will do this."""

    roles = forms.MultipleChoiceField(
        label=_("What this person will do"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, one.label) for one in Role if one in queries.SPONSORED_ROLES],
        initial=[Role.INVESTIGATOR.value],
    )


class Refuse(forms.Form):
    """Why an application is not approved."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The applicant will read it. Be plain and respectful."),
    )


def _name(typed: str) -> str:
    """Return a name that can stand in a letter.

    Raises:
        ValidationError: It holds what no name holds.
    """
    if _NOT_IN_NAMES.search(typed) or not any(one.isalpha() for one in typed):
        raise ValidationError(_("Write your name alone, without an address or signs."))
    return typed.strip()
