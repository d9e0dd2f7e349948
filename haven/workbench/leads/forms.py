"""What a member says of a lead, and of a step of one.

In      the fields of a page
Out     checked values, as Said, Step and Filter
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.leads import actions, queries

if TYPE_CHECKING:
    from haven.workbench.cases.models import Case

_ANY = ("", _("any"))


class New(forms.Form):
    """A lead made by hand."""

    what = forms.CharField(
        label=_("What the lead is"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    disproof = forms.CharField(
        label=_("What would disprove it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    alternatives = forms.CharField(
        label=_("What else could explain it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    item = forms.IntegerField(label=_("About item"), min_value=1, max_value=2**62, required=False)
    group = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def said(self) -> actions.Said:
        """Return what was said."""
        return actions.Said(**self.cleaned_data)


class Step(forms.Form):
    """One step of a lead."""

    state = forms.ChoiceField(label=_("State"), choices=queries.STATE.choices)
    assigned_to = forms.TypedChoiceField(
        label=_("Who follows it"), required=False, coerce=int, empty_value=None
    )
    passed_to = forms.CharField(
        label=_("Passed on to"),
        max_length=200,
        required=False,
        help_text=_("For a lead that is passed on: which unit, which person."),
    )
    why = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        """Offer the members who work on the case."""
        super().__init__(*args, **kwargs)
        _offer_members(self, case, _("nobody yet"))

    def step(self) -> actions.Step:
        """Return what was said."""
        return actions.Step(**self.cleaned_data)


class Filter(forms.Form):
    """Which leads to show."""

    state = forms.ChoiceField(
        label=_("State"), choices=[_ANY, *queries.STATE.choices], required=False
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[_ANY, *queries.KIND.choices], required=False
    )
    assigned_to = forms.TypedChoiceField(
        label=_("Who follows it"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        """Offer the members who work on the case."""
        super().__init__(*args, **kwargs)
        _offer_members(self, case, _("any"))

    def chosen(self) -> queries.Filter:
        """Return the filter; what is not valid chooses nothing away."""
        if not self.is_valid():
            return queries.Filter()
        return queries.Filter(**self.cleaned_data)


def _offer_members(form: forms.Form, case: Case, nobody: Any) -> None:
    """Set the members of a form's field."""
    members = [(one.pk, one.display_name) for one in queries.workers(case)]
    form.fields["assigned_to"].choices = [("", nobody), *members]  # type: ignore[attr-defined]  # a choice field
