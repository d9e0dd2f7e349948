"""What a curator may choose at the desk: which provider speaks for which maker.

In      the fields of a page
Out     keys of an agency and of a maker
Fails   ValidationError, shown beside the field
Not     here: whether they fit together (hub/experience/speaking.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.hub.experience import queries


class Tie(forms.Form):
    """A provider and a maker."""

    agency = forms.TypedChoiceField(label=_("Provider"), coerce=int)
    maker = forms.TypedChoiceField(label=_("Maker"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every provider and every maker."""
        super().__init__(*args, **kwargs)
        providers = [(one.pk, one.name) for one in accounts.agencies() if one.is_provider]
        makers = [(one.pk, one.name) for one in queries.all_makers()]
        for name, choices in (("agency", providers), ("maker", makers)):
            self.fields[name].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
