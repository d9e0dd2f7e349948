"""What a member may ask of the catalogue.

In      the fields of a page
Out     finding.Asked, actions.Said
Fails   what is wrong asks for nothing, and is shown beside the field of a proposal
Not     here: finding (finding.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import actions, describing, finding, queries

_ONE_LINE = 80  # characters; longer texts get more lines
LONGEST_ASKED = 200  # characters of what is looked for
TITLES = {
    "steps": _("Step of the work"),
    "techniques": _("Technique"),
    "media": _("What goes in"),
    "deployment": _("Where it runs"),
    "access": _("Who can have it"),
    "price": _("Price"),
    "evidence_leaves": _("Evidence leaves the agency"),
    "status": _("Status"),
}


class Find(forms.Form):
    """Words, and values of the lists."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST_ASKED,
        widget=forms.TextInput(attrs={"type": "search", "data-search": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add a field for each list."""
        super().__init__(*args, **kwargs)
        for name, (choices, _is_several) in finding.LISTS.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=TITLES[name], choices=choices.choices, required=False
            )

    def asked(self) -> finding.Asked:
        """Return what was asked; a field that is wrong asks for nothing."""
        self.is_valid()
        said = self.cleaned_data
        chosen = {name: tuple(said.get(name, ())) for name in finding.LISTS}
        return finding.Asked(q=said.get("q", ""), chosen=chosen)


class Propose(forms.Form):
    """What an entry should say instead."""

    why = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    source = forms.URLField(
        label=_("Where it can be read"), required=False, max_length=1000, assume_scheme="https"
    )
    stake = forms.CharField(
        label=_("What ties you to the maker"),
        required=False,
        max_length=500,
        help_text=_("Work, shares, a gift, a contract. It is shown with what you propose."),
    )

    def __init__(self, *args: Any, shown: Mapping[str, Any], **kwargs: Any) -> None:
        """Offer the fields that the member sees, filled with what the entry says."""
        super().__init__(*args, **kwargs)
        asked = list(self.fields)
        for name, value in shown.items():
            self.fields[name] = _field(name, value)
        self.shown = tuple(shown)
        self.order_fields([*shown, *asked])

    def said(self) -> actions.Said:
        """Return what was said."""
        own = {name: self.cleaned_data[name] for name in ("why", "source", "stake")}
        return actions.Said({name: self.cleaned_data[name] for name in self.shown}, **own)


class Decide(forms.Form):
    """Whether a proposal is taken over."""

    accepts = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("take it over")), ("no", _("do not take it over"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Answer to who proposed it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class Restrict(forms.Form):
    """Which fields of an entry are for those who investigate alone."""

    fields_kept = forms.MultipleChoiceField(
        label=_("Shown to those who investigate alone"),
        required=False,
        choices=[(name, describing.TITLES[name]) for name in queries.RESTRICTABLE],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )


class Confirm(forms.Form):
    """Where a fact from memory was read."""

    source = forms.URLField(label=_("Where you read it"), max_length=1000, assume_scheme="https")


def _field(name: str, value: Any) -> forms.Field:
    """Return a field of an entry, filled with what the entry says; as long as the entry takes."""
    of_entry = queries.field(name)
    about: dict[str, Any] = {
        "label": describing.TITLES[name],
        "required": not of_entry.blank,
        "initial": value,
    }
    if name == "website":
        return forms.URLField(max_length=of_entry.max_length, assume_scheme="https", **about)
    if name not in finding.LISTS:
        rows = 4 if len(str(value)) > _ONE_LINE else 1
        text = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        return forms.CharField(max_length=of_entry.max_length, widget=text, **about)
    choices, is_several = finding.LISTS[name]
    if is_several:
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(choices=choices.choices, widget=boxes, **about)
    return forms.ChoiceField(choices=choices.choices, **about)
