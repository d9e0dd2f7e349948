"""What a member may ask of the catalogue.

In      the fields of a page
Out     finding.Asked
Fails   never: what is wrong asks for nothing
Not     here: finding (finding.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import finding

LONGEST_ASKED = 200  # characters of what is looked for
TITLES = {
    "steps": _("Step of the work"),
    "techniques": _("Technique"),
    "media": _("What goes in"),
    "deployment": _("Where it runs"),
    "access": _("Who can have it"),
    "price": _("Price"),
    "evidence_leaves": _("Evidence leaves the agency"),
    "status": _("Status"),
}


class Find(forms.Form):
    """Words, and values of the lists."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST_ASKED,
        widget=forms.TextInput(attrs={"type": "search", "data-search": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add a field for each list."""
        super().__init__(*args, **kwargs)
        for name, (choices, _is_several) in finding.LISTS.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=TITLES[name], choices=choices.choices, required=False
            )

    def asked(self) -> finding.Asked:
        """Return what was asked; a field that is wrong asks for nothing."""
        self.is_valid()
        said = self.cleaned_data
        chosen = {name: tuple(said.get(name, ())) for name in finding.LISTS}
        return finding.Asked(q=said.get("q", ""), chosen=chosen)
