"""What a member may type or choose about people.

In      the fields of a page
Out     checked values: names, chosen faces and groups
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.web.fields import Ids


class Groups(forms.Form):
    """Chosen groups."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any id; the action looks each one up."""
        super().__init__(*args, **kwargs)
        self.fields["group"] = Ids(str)


class Faces(forms.Form):
    """Chosen faces."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any key; the action looks each one up."""
        super().__init__(*args, **kwargs)
        self.fields["face"] = Ids(int)


class Name(forms.Form):
    """A name for a group of faces."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As your unit refers to this person.")
    )
    note = forms.CharField(
        label=_("Why you think so"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
