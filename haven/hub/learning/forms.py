"""What a member may type or choose about courses.

In      the fields of a page
Out     checked values
Fails   ValidationError; what is wrong looks for nothing
Not     here: what an answer does (actions.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.learning import glossary

LONGEST_ASKED = 200  # characters of what is looked for


class Find(forms.Form):
    """Words to look for in the glossary."""

    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_ASKED)

    def asked(self) -> str:
        """Return the words; what is wrong looks for nothing."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""


class Part(forms.Form):
    """A part of the glossary, by its number."""

    part = forms.IntegerField(min_value=1, max_value=len(glossary.parts()))

    def number(self) -> int:
        """Return the number; of what is wrong the first."""
        return int(self.cleaned_data["part"]) if self.is_valid() else 1


class Code(forms.Form):
    """The code of a certificate."""

    code = forms.CharField(label=_("Code"), max_length=60)

    def typed(self) -> str:
        """Return the code; empty where none was typed."""
        return str(self.cleaned_data.get("code", "")) if self.is_valid() else ""


class Answer(forms.Form):
    """A choice in a quiz."""

    question = forms.CharField(max_length=100)
    choice = forms.IntegerField(min_value=0, max_value=9)
