"""What a curator types about a translation.

In      the fields of a page
Out     checked values
Fails   ValidationError, which the page shows as one sentence
Not     here: whether a sentence can stand on its page (translating.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.guidance.blocks import LONGEST


class Correct(forms.Form):
    """A sentence said otherwise."""

    place = forms.CharField(max_length=400)
    seen = forms.CharField(max_length=100)
    said = forms.CharField(max_length=LONGEST)


class Check(forms.Form):
    """Who has read a translation beside its English."""

    seen = forms.CharField(max_length=100)
    name = forms.CharField(label=_("Who read both texts"), max_length=200)
