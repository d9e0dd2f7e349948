"""What a curator may choose at the desk: which provider speaks for which maker.

In      the fields of a page
Out     keys of an agency and of a maker, which is named: a list of all would be a long page
Fails   ValidationError, shown beside the field
Not     here: whether they fit together (hub/experience/speaking.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.hub.experience import queries, speaking


class Tie(forms.Form):
    """A provider and a maker."""

    agency = forms.TypedChoiceField(label=_("Provider"), coerce=int)
    maker = forms.CharField(
        label=_("Maker"),
        max_length=200,
        help_text=_("Its name, as the page of a tool says it."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every provider."""
        super().__init__(*args, **kwargs)
        providers = [(one.pk, one.name) for one in accounts.agencies() if one.is_provider]
        self.fields["agency"].choices = [("", "—"), *providers]  # type: ignore[attr-defined]

    def clean_maker(self) -> int:
        """Return the key of the maker that was named."""
        found = queries.maker_named(self.cleaned_data["maker"])
        if found is None:
            raise forms.ValidationError(speaking.NotAProvider.words)
        return found.pk
