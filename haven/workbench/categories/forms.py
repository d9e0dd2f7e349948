"""What a member may type or choose about categories.

In      the fields of a page
Out     checked values: judgements, selections, categories of a scheme
Fails   ValidationError, shown beside the field; NotUnderstood where no page shows fields
Not     here: whether it may be done (actions.py, choosing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from haven.web.errors import BadInput
from haven.workbench.categories import actions, queries, schemes, selecting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haven.workbench.categories.queries import InUse
    from haven.workbench.evidence.models import Exhibit

MOST_CHOSEN = 500  # tiles of a page, with room
_COLOURS = {
    "plain": _("grey"),
    "good": _("green"),
    "accent": _("blue"),
    "warning": _("amber"),
    "bad": _("red"),
}


class NotUnderstood(BadInput):
    """A request that no page of ours makes."""

    code = "category.not_understood"


class Keys(forms.Field):
    """Keys of items, given any number of times."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        """Return the keys.

        Raises:
            ValidationError: One is no key, or there are too many.
        """
        given = list(value or ())
        if len(given) > MOST_CHOSEN:
            raise forms.ValidationError(_("Choose again."))
        plain = [str(one) for one in given]
        if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in plain):  # bigint
            raise forms.ValidationError(_("Choose again."))
        return list(dict.fromkeys(map(int, plain)))


class Judgement(forms.Form):
    """A category of a scheme, and why."""

    scheme = forms.CharField(max_length=61)
    code = forms.CharField(max_length=12)
    reason = forms.CharField(max_length=500, required=False)

    def judgement(self) -> actions.Judgement:
        """Return what the member says.

        Raises:
            NotUnderstood: It is not whole.
        """
        if not self.is_valid():
            raise NotUnderstood("a judgement is not whole")
        value = self.cleaned_data.get
        return actions.Judgement(
            scheme=value("scheme", ""), code=value("code", ""), reason=value("reason") or ""
        )


class Give(Judgement):
    """A judgement on chosen items."""

    item = Keys()


class Bulk(forms.Form):
    """Which items are meant, and which category they would get."""

    how = forms.ChoiceField(choices=queries.HOW.choices, widget=forms.HiddenInput)
    item = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    group = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    exhibit = forms.UUIDField(required=False, widget=forms.HiddenInput)
    path = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput, strip=False)
    scheme = forms.CharField(required=False, max_length=61, widget=forms.HiddenInput)
    code = forms.CharField(label=_("Category"), required=False, max_length=12)
    over = forms.BooleanField(label=_("Also those that have another category"), required=False)

    def selection(self, *, seen: str = "") -> selecting.Selection:
        """Return which items are meant.

        Raises:
            WrongSelection: It is not said.
        """
        if not self.is_valid():
            raise selecting.WrongSelection("a selection is not whole")
        value = self.cleaned_data
        whole = value["how"] == queries.HOW.FOLDER and not value["path"].strip("/")
        return selecting.Selection(
            how=queries.HOW.EXHIBIT if whole else value["how"],
            item=value["item"],
            group=value["group"],
            exhibit=value["exhibit"],
            path=value["path"],
            over=value["over"],
            seen=seen,
        )


class Many(forms.Form):
    """A folder or an exhibit, and the category it would get: leads to the preview."""

    exhibit = forms.ChoiceField(label=_("Exhibit"))
    path = forms.CharField(
        label=_("Folder"),
        required=False,
        max_length=4000,
        help_text=_("Such as DCIM/100. Empty: the whole exhibit."),
    )
    code = forms.ChoiceField(label=_("Category"))

    def __init__(
        self, *args: Any, exhibits: Iterable[Exhibit], found: InUse, **kwargs: Any
    ) -> None:
        """Offer the exhibits of the case and the categories of a scheme."""
        super().__init__(*args, **kwargs)
        self.fields["exhibit"].choices = [(one.public_id, one.label) for one in exhibits]  # type: ignore[attr-defined]
        self.fields["code"].choices = choices(found.scheme)  # type: ignore[attr-defined]


class Named(forms.Form):
    """Name and origin of an agency's scheme."""

    name = forms.CharField(label=_("Name"), max_length=120)
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=300,
        required=False,
        help_text=_("Such as the order or the law that it follows."),
    )


class Category(forms.Form):
    """One category of an agency's scheme; an empty row is none."""

    code = forms.CharField(label=_("Code"), max_length=12, required=False)
    key = forms.ChoiceField(
        label=_("Key"), choices=[(one, one) for one in schemes.KEYS], required=False
    )
    words = forms.CharField(label=_("In words"), max_length=schemes.LONGEST_WORDS, required=False)
    colour = forms.ChoiceField(label=_("Colour"), choices=list(_COLOURS.items()), required=False)
    closes = forms.BooleanField(label=_("Nothing more to do"), required=False)

    def category(self) -> schemes.Code | None:
        """Return the category, or None for an empty row."""
        value = self.cleaned_data
        if not value.get("code") and not value.get("words"):
            return None
        return schemes.Code(
            code=value.get("code", "").strip(),
            key=value.get("key", ""),
            words=value.get("words", "").strip(),
            colour=value.get("colour") or schemes.COLOURS[0],
            closes=bool(value.get("closes")),
        )


ROWS = 12  # of the page on which a scheme is made
Categories: type[BaseFormSet[Category]] = formset_factory(
    Category, extra=0, max_num=schemes.MOST_CODES, absolute_max=schemes.MOST_CODES
)


def rows(scheme: schemes.Scheme | None) -> list[dict[str, Any]]:
    """Return the rows of the page on which a scheme is made, filled from another if there is."""
    filled = _filled(scheme) if scheme else []
    taken = {one["key"] for one in filled}
    free = [key for key in f"123456789{schemes.KEYS}" if key not in taken]
    empty = [{"key": key} for key in dict.fromkeys(free)]
    return [*filled, *empty[: max(0, ROWS - len(filled))]]


def _filled(scheme: schemes.Scheme) -> list[dict[str, Any]]:
    """Return the categories of a scheme as rows of a page."""
    return [
        {
            "code": one.code,
            "key": one.key,
            "words": scheme.said(one.code),
            "colour": one.colour,
            "closes": one.closes,
        }
        for one in scheme.codes
    ]


def choices(scheme: schemes.Scheme) -> list[tuple[str, str]]:
    """Return the categories of a scheme as choices, in its order."""
    return [(one.code, f"{one.code} · {scheme.said(one.code)}") for one in scheme.codes]
