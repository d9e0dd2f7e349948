"""What a member may type about how long a case is kept.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py, cases/clocks.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.retention import queries


class SetDate(forms.Form):
    """Another date until which a case is kept."""

    until = forms.DateField(
        label=_("Keep until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept on the record with your name."),
    )


class AskErasure(forms.Form):
    """An order to erase a case."""

    ground = forms.ChoiceField(label=_("Ground"), choices=queries.Ground.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Name the order or the law, not a victim. Kept on the record with your name."),
    )
