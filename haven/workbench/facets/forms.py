"""What a member may type about saved filters.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: the filter itself (review/filter_form.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class Save(forms.Form):
    """A name for a filter."""

    name = forms.CharField(label=_("Name of the filter"), max_length=80)
    shared = forms.BooleanField(
        label=_("Everyone on the case sees it"),
        required=False,
    )
