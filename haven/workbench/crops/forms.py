"""A box drawn on a picture, and what two members say of what is in it.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be cut out or released (actions.py, releasing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from haven.workbench.crops import actions, queries

if TYPE_CHECKING:
    from django.forms import BoundField

_SIDES = {
    "left": _("From the left, %"),
    "top": _("From the top, %"),
    "width": _("Width, %"),
    "height": _("Height, %"),
}
_REASON = forms.Textarea(attrs={"rows": 3})


class Draw(forms.Form):
    """What it is, a box around it and areas to black out, in percent of the picture."""

    what = forms.CharField(
        label=_("What it is"), max_length=200, help_text=_("Such as: a green bag, on the floor.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make four fields for each box."""
        super().__init__(*args, **kwargs)
        for box in ("object", *self.areas()):
            for side, label in _SIDES.items():
                self.fields[f"{box}_{side}"] = forms.FloatField(
                    label=label,
                    min_value=0,
                    max_value=100,
                    required=box == "object",
                    widget=forms.NumberInput(attrs={"step": "0.1", "data-side": side}),
                )

    @staticmethod
    def areas() -> list[str]:
        """Return the names of the areas to black out."""
        return [f"black{number}" for number in range(1, actions.MOST_BLACK + 1)]

    def boxes(self) -> list[tuple[str, list[BoundField]]]:
        """Return the name and the fields of each box, the object first."""
        names = ("object", *self.areas())
        return [(box, [self[f"{box}_{side}"] for side in _SIDES]) for box in names]

    def says_black(self) -> bool:
        """Tell whether anything was said of an area to black out."""
        names = [f"{area}_{side}" for area in self.areas() for side in _SIDES]
        return any(self.data.get(name) for name in names)

    def clean(self) -> dict[str, Any]:
        """Refuse an area that is half said."""
        given = super().clean() or {}
        for area in self.areas():
            said = [given.get(f"{area}_{side}") for side in _SIDES]
            if any(one is not None for one in said) and None in said:
                raise ValidationError(_("An area to black out has four numbers, or none."))
        return given

    def drawn(self) -> actions.Drawn:
        """Return what was drawn."""
        box, *areas = (self._shares(box) for box in ("object", *self.areas()))
        black = [area for area in areas if area]
        return actions.Drawn(box or [], self.cleaned_data["what"], black)

    def _shares(self, box: str) -> list[float] | None:
        said = [self.cleaned_data.get(f"{box}_{side}") for side in _SIDES]
        numbers = [one / 100 for one in said if one is not None]
        if len(numbers) < len(_SIDES):
            return None
        left, top, wide, high = numbers
        return [left, top, min(1.0, left + wide), min(1.0, top + high)]


class Propose(forms.Form):
    """What the maker says."""

    what = forms.CharField(
        label=_("What it is"),
        max_length=200,
        help_text=_("As the public reads it: what is seen and what is asked. Names of nobody."),
    )
    why = forms.CharField(label=_("Why it is to be published"), max_length=1000, widget=_REASON)
    audience = forms.CharField(
        label=_("To whom"),
        max_length=300,
        help_text=_("Such as: everyone, on the page of your agency; or one maker of bags."),
    )

    def said(self) -> actions.Said:
        """Return what was said."""
        given = self.cleaned_data
        return actions.Said(*(given.get(name, "") for name in ("what", "why", "audience")))


class Reason(forms.Form):
    """Why something is withdrawn."""

    reason = forms.CharField(label=_("Why"), max_length=1000, widget=_REASON)

    def why(self) -> str:
        """Return the reason; nothing where there is none."""
        return str(self.cleaned_data.get("reason", ""))


class Answer(Reason):
    """What the second person says."""

    checks = forms.MultipleChoiceField(
        label=_("I looked at it myself, and"),
        choices=list(queries.CHECKS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
