"""What may be typed about agencies.

In      the fields of a page
Out     checked values
Fails   the form shows its errors
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.accounts import names
from haven.accounts.agencies import addresses, queries

if TYPE_CHECKING:
    from haven.accounts.models import Agency


class Add(forms.Form):
    """A new agency or provider."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("As the organisation writes it.")
    )
    country = forms.ChoiceField(label=_("Country"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=queries.KINDS.choices,
        help_text=_("A provider stays a provider: it never gets rights of an investigation."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every country by its name."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "—"), *names.countries()]  # type: ignore[attr-defined]


class AddDomain(forms.Form):
    """A domain that was verified."""

    name = forms.CharField(
        label=_("Domain"), max_length=253, help_text=_("What stands after the @.")
    )
    how = forms.ChoiceField(label=_("How it was verified"), choices=queries.HOW.choices)
    with_subdomains = forms.BooleanField(label=_("Also every domain below it"), required=False)

    def clean_name(self) -> str:
        """Return the domain as it is stored."""
        return addresses.domain(self.cleaned_data["name"])


class Contact(forms.Form):
    """Who speaks for an agency."""

    member = forms.TypedChoiceField(
        label=_("An administrator"), coerce=int, empty_value=None, required=False,
        help_text=_("The contact can agree to applications as the second person."),
    )  # fmt: skip
    name = forms.CharField(label=_("Or somebody by name"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("Address of that person"), required=False,
        help_text=_("Where it is a member's, that member becomes the contact."),
    )  # fmt: skip

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        """Offer whom a curator knows of the agency; others are named by their address."""
        super().__init__(*args, **kwargs)
        members = queries.spokespeople(agency)
        self.fields["member"].choices = [("", "—"), *((one.pk, str(one)) for one in members)]  # type: ignore[attr-defined]
        self.fields["member"].initial = agency.contact_id
        self.fields["name"].initial = agency.contact_name
        self.fields["email"].initial = agency.contact_email


class Status(forms.Form):
    """Whether an agency takes part."""

    status = forms.ChoiceField(label=_("Status"), choices=queries.STATUSES.choices)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
