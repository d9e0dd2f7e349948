"""What may be typed about an invitation.

In      the fields of a page
Out     checked values
Fails   the form shows its errors
Not     here: whether the address is of the agency (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.accounts.agencies import addresses
from haven.accounts.invitations import queries
from haven.accounts.members.forms import offered

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member


class Invite(forms.Form):
    """Whom to invite, and for what."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.CharField(
        label=_("Official e-mail address"),
        max_length=254,
        widget=forms.EmailInput,
        help_text=_("It will also be the sign-in name."),
    )
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, by: Member, agency: Agency, **kwargs: Any) -> None:
        """Offer the roles that fit."""
        super().__init__(*args, **kwargs)
        mine = queries.grantable(by, agency)
        may = [one for one in offered(by, is_provider=agency.is_provider) if one in mine]
        self.fields["roles"].choices = [(one.value, one.label) for one in may]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Return the address as it is stored."""
        return addresses.address(self.cleaned_data["email"])
