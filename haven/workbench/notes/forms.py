"""What a member may type about notes.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be written (actions.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_ASKED = 200  # characters of what is looked for


class Write(forms.Form):
    """A note, or its next version."""

    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Everyone on the case reads it. It is kept, and can be corrected."),
    )


class Correct(Write):
    """The next version of a note."""

    version = forms.IntegerField(min_value=1, max_value=32_000, widget=forms.HiddenInput)


class Find(forms.Form):
    """Words to look for."""

    q = forms.CharField(
        label=_("Words in notes"),
        required=False,
        max_length=LONGEST_ASKED,
        widget=forms.TextInput(attrs={"data-search": "", "type": "search"}),
    )

    def asked(self) -> str:
        """Return the words; what is wrong looks for nothing."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""
