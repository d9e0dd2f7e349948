"""What a member may say to open more, and how they like it drawn.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it is opened (actions.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.reveals import queries


class Open(forms.Form):
    """What is opened, and why."""

    step = forms.TypedChoiceField(choices=queries.STEP.choices, coerce=int)
    reason = forms.CharField(label=_("Why you need to see more"), required=False, max_length=300)
    again = forms.BooleanField(label=_("Show it again"), required=False)
    late = forms.BooleanField(label=_("Go on all the same"), required=False)


class Ask(forms.Form):
    """Why a second person is asked."""

    reason = forms.CharField(label=_("Why you need to see more"), required=False, max_length=300)


class Decide(forms.Form):
    """A colleague's answer."""

    agrees = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")])


class Choice(forms.Form):
    """How originals are drawn for this member."""

    drawing = forms.ChoiceField(label=_("Drawn"), choices=queries.DRAWING.choices)
    large = forms.BooleanField(label=_("Large window"), required=False)


class Begin(forms.Form):
    """What begins to be held."""

    reveal = forms.UUIDField()
    step = forms.TypedChoiceField(choices=queries.STEP.choices, coerce=int)


class Lens(forms.Form):
    """Where the lens is, 0 to 1."""

    x = forms.FloatField(min_value=0, max_value=1, required=False)
    y = forms.FloatField(min_value=0, max_value=1, required=False)
