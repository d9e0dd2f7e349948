"""What a member may type or choose while working through a case.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.workbench.queue.second import DEFAULT_PERCENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haven.workbench.evidence.models import Exhibit

# Kinds of pages on which somebody can be, with their words. The tabs of a case name them.
PAGES: dict[str, str | Promise] = {
    "overview": _("the overview"),
    "queue": _("working through"),
    "items": _("the items"),
    "people": _("the people"),
    "facets": _("time and place"),
    "find": _("finding a face"),
    "categories": _("the categories"),
    "notes": _("the notes"),
    "case": _("about the case"),
}
SIZES = (1, 4, 12)  # items at once


class Here(forms.Form):
    """Where a page says that it is."""

    page = forms.CharField(max_length=20, required=False)
    item = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    opened = forms.BooleanField(required=False)

    def clean_page(self) -> str:
        """Return a page of PAGES; any other is about the case."""
        said = self.cleaned_data["page"]
        return said if said in PAGES else "case"


class Take(forms.Form):
    """How many items at once."""

    n = forms.TypedChoiceField(
        label=_("At once"), coerce=int, choices=[(one, str(one)) for one in SIZES]
    )

    def most(self) -> int:
        """Return how many; one where it was not said."""
        return self.cleaned_data["n"] if self.is_valid() else 1


class Item(forms.Form):
    """One item."""

    item = forms.IntegerField(min_value=1, max_value=2**62)


class Urgent(forms.Form):
    """An exhibit that comes first, and why."""

    exhibit = forms.ChoiceField(label=_("Exhibit"))
    reason = forms.CharField(label=_("Why it comes first"), max_length=300)

    def __init__(self, *args: Any, exhibits: Iterable[Exhibit], **kwargs: Any) -> None:
        """Offer exhibits of the case."""
        super().__init__(*args, **kwargs)
        self.fields["exhibit"].choices = [(one.public_id, one.label) for one in exhibits]  # type: ignore[attr-defined]


class Ended(forms.Form):
    """An exhibit whose mark is taken away."""

    exhibit = forms.UUIDField()


class Decide(forms.Form):
    """Stopping, or going on after all, and why."""

    exhibit = forms.ChoiceField(label=_("What"), required=False)
    stops = forms.TypedChoiceField(
        coerce=lambda said: said == "yes", choices=[("yes", "yes"), ("no", "no")]
    )
    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, exhibits: Iterable[Exhibit], **kwargs: Any) -> None:
        """Offer the case and its exhibits."""
        super().__init__(*args, **kwargs)
        offered = [(str(one.public_id), one.label) for one in exhibits]
        self.fields["exhibit"].choices = [("", _("The whole case")), *offered]  # type: ignore[attr-defined]


class Draw(forms.Form):
    """How large a share is judged a second time."""

    share = forms.IntegerField(
        label=_("Share in percent"), min_value=1, max_value=100, initial=DEFAULT_PERCENT
    )


class Said(forms.Form):
    """A category for one second look."""

    look = forms.UUIDField()
    code = forms.CharField(max_length=12)
    reason = forms.CharField(label=_("Why (optional)"), max_length=500, required=False)
