"""What a member may ask of another hub's records.

In      the fields of a page
Out     a kind, and words
Fails   what is wrong asks for nothing
Not     here: finding (queries.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.exchange import contents

LONGEST_ASKED = 200  # characters
FIRST = "tools"


class Find(forms.Form):
    """A kind of record, and words that it holds."""

    kind = forms.ChoiceField(choices=[(one, one) for one in contents.SHOWN], required=False)
    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_ASKED)

    def asked(self) -> tuple[str, str]:
        """Return the kind and the words; a field that is wrong asks for nothing."""
        self.is_valid()
        return self.cleaned_data.get("kind") or FIRST, self.cleaned_data.get("q", "")
