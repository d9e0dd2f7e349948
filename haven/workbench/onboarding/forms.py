"""What may stand in the address of a page of the practice.

In      parameters
Out     checked values; what is wrong is as if it was not there
Not     here: anything that is kept; nothing of it is
"""

from __future__ import annotations

from django import forms

from haven.workbench.analysis import practice
from haven.workbench.onboarding import stages

_PICTURES = [(one, one) for one in practice.NAMES]
NOT_ME = "n"


class Chosen(forms.Form):
    """A picture, a way of drawing, and what was said of the picture before."""

    picture = forms.ChoiceField(choices=_PICTURES, required=False)
    drawing = forms.ChoiceField(choices=[(one, one) for one in practice.DRAWINGS], required=False)
    said = forms.ChoiceField(
        choices=[(one.key, one.key) for one in stages.CODES] + [(NOT_ME, NOT_ME)], required=False
    )

    def value(self, name: str) -> str:
        """Return one value; empty where it is missing or wrong."""
        self.is_valid()
        return self.cleaned_data.get(name) or ""


class Lens(forms.Form):
    """Where the lens is, 0 to 1."""

    x = forms.FloatField(min_value=0, max_value=1, required=False)
    y = forms.FloatField(min_value=0, max_value=1, required=False)

    def middle(self) -> tuple[float, float]:
        """Return its middle; that of the picture where it is not said."""
        self.is_valid()
        x, y = (self.cleaned_data.get(name) for name in ("x", "y"))
        return (0.5 if x is None else x, 0.5 if y is None else y)
