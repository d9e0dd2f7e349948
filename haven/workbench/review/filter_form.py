"""The one filter of items: fields, the words for what was chosen, what the record keeps.

In      the parameters of an address; the cameras and exhibits of the case
Out     a Filter, an order, chips to take parts away again
Fails   ValidationError, shown above the items; a field that is wrong chooses nothing away
Why     the grid, the other sides of a case and saved filters speak one vocabulary
Not     here: what a filter keeps (analysis/item_filter.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.workbench.analysis import item_filter
from haven.workbench.analysis import item_queries as items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Q

    from haven.workbench.categories.queries import Filters
    from haven.workbench.evidence.models import Exhibit

_ANY = ("", _("any"))
_LONGEST_FACT = 200  # characters of one filter kept on the record
FACES = [
    _ANY,
    ("any", _("with faces")),
    ("none", _("no face found")),
    ("1", _("one face")),
    ("2", _("two faces")),
    ("3", _("three or more")),
]
SIZES = [
    _ANY,
    ("tiny", _("under 100 kB")),
    ("small", _("100 kB to 1 MB")),
    ("medium", _("1 to 5 MB")),
    ("large", _("over 5 MB")),
]
PLACES = [
    _ANY,
    ("any", _("with a place")),
    ("none", _("without a place")),
    ("doubted", _("place not believed")),
]
DEVICES = [
    _ANY,
    ("named", _("camera is named")),
    ("none", _("no camera named")),
    ("unnumbered", _("no serial number")),
    ("unknown", _("neither is named")),
]
LISTED = [
    _ANY,
    ("alert", _("on a list of alerts")),
    ("good", _("on a list of known good files")),
    ("near", _("looks like an entry of a list")),
    ("any", _("on any list")),
    ("none", _("on no list")),
]
ORDERS = [
    ("faces", _("most faces first")),
    ("quality", _("clearest faces first")),
    ("newest", _("newest picture first")),
    ("oldest", _("oldest picture first")),
    ("largest", _("largest file first")),
    ("arrival", _("as they came")),
]
_FIRST = ("q", "order", "faces", "status", "size", "taken_from", "taken_to", "camera", "exhibit")
_VERDICTS = ("verdict", "judge", "listed")  # where the case has a scheme, the agency a list
_MORE = ("taken", "place", "near", "radius", "device", "serial", "folder")


class _Read(forms.CharField):
    """A text that a reader of the engine's side turns into a value."""

    def __init__(self, read: Callable[[str], Any], **kwargs: Any) -> None:
        """Take the reader; it raises ValueError."""
        super().__init__(required=False, **kwargs)
        self.read = read

    def clean(self, value: Any) -> Any:
        """Return the value, or None where nothing was said.

        Raises:
            ValidationError: It cannot be read.
        """
        text = super().clean(value)
        try:
            return self.read(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("This cannot be read.")) from error


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a filter, in words, and the parameters that make it."""

    label: object
    words: object
    names: Sequence[str]


class Items(forms.Form):
    """Which items to show, and in which order."""

    q = forms.CharField(
        label=_("Path or SHA-256"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"data-search": "", "type": "search"}),
    )
    order = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)
    faces = forms.ChoiceField(label=_("Faces"), choices=FACES, required=False)
    status = forms.ChoiceField(
        label=_("Status"), choices=[_ANY, *items.STATUS.choices], required=False
    )
    size = forms.ChoiceField(label=_("File size"), choices=SIZES, required=False)
    taken_from = forms.DateField(
        label=_("Taken from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    taken_to = forms.DateField(
        label=_("Taken to"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    camera = forms.ChoiceField(label=_("Camera"), required=False)
    exhibit = forms.TypedChoiceField(label=_("Exhibit"), required=False, empty_value=None)
    taken = _Read(
        item_filter.Period.read,
        label=_("Year, month or day"),
        max_length=13,
        widget=forms.TextInput(attrs={"placeholder": "2026-05", "dir": "ltr"}),
    )
    place = forms.ChoiceField(label=_("Place"), choices=PLACES, required=False)
    near = _Read(
        item_filter.Near.read,
        label=_("Near (latitude, longitude)"),
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "59.91, 10.75", "dir": "ltr"}),
    )
    radius = forms.FloatField(
        label=_("Within (km)"),
        required=False,
        min_value=0.001,
        max_value=item_filter.FARTHEST_KM,
        widget=forms.NumberInput(attrs={"step": "any", "placeholder": "1"}),
    )
    device = forms.ChoiceField(label=_("Device"), choices=DEVICES, required=False)
    serial = forms.CharField(label=_("Serial number"), required=False, max_length=200)
    folder = forms.CharField(label=_("Folder"), required=False, max_length=1000)
    verdict = forms.ChoiceField(label=_("Category"), required=False)
    judge = forms.TypedChoiceField(
        label=pgettext_lazy("of a category", "By"), required=False, coerce=int, empty_value=None
    )
    listed = forms.ChoiceField(label=_("Known files"), choices=LISTED, required=False)
    box = _Read(item_filter.Box.read, label=_("Area"), max_length=120, widget=forms.HiddenInput)
    group = forms.CharField(
        label=_("Group of faces"), required=False, max_length=80, widget=forms.HiddenInput
    )
    code = forms.CharField(
        label=_("Reason"), required=False, max_length=40, widget=forms.HiddenInput
    )

    def __init__(
        self,
        *args: Any,
        cameras: Iterable[str],
        exhibits: Iterable[Exhibit],
        name_of: Callable[[str], str] = str,
        verdicts: Filters | None = None,
        known: Callable[[str], Q | None] | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the cameras, exhibits and categories of the case.

        `name_of` names a group; `known` gives the condition of what lists know, where the
        agency has a list.
        """
        super().__init__(*args, **kwargs)
        self.name_of, self.verdicts, self.knows = name_of, verdicts, known
        if known is None:
            del self.fields["listed"]
        if verdicts is None or not verdicts.choices:
            del self.fields["verdict"], self.fields["judge"]
        else:
            self.fields["verdict"].choices = [_ANY, *verdicts.choices]  # type: ignore[attr-defined]
            self.fields["judge"].choices = [_ANY, *verdicts.judges]  # type: ignore[attr-defined]
        self.fields["camera"].choices = [_ANY, *((name, name) for name in cameras)]  # type: ignore[attr-defined]
        self.known = {str(one.public_id): one for one in exhibits}
        self.fields["exhibit"].choices = [  # type: ignore[attr-defined]
            _ANY,
            *((public_id, one.label) for public_id, one in self.known.items()),
        ]

    def chosen(self) -> item_filter.Filter:
        """Return the filter; a field that is wrong chooses nothing away."""
        self.is_valid()
        value = self.cleaned_data.get
        near = value("near")
        if near is not None:
            near = item_filter.Near(near.lat, near.lon, value("radius") or 1.0)
        return item_filter.Filter(
            faces=value("faces") or "",
            status=value("status") or "",
            size=value("size") or "",
            taken_from=value("taken_from"),
            taken_to=value("taken_to"),
            taken=value("taken"),
            place=value("place") or "",
            box=value("box"),
            near=near,
            device=value("device") or "",
            camera=value("camera") or "",
            serial=value("serial") or "",
            exhibit=self._exhibit(value("exhibit")),
            folder=(value("folder") or "").strip("/"),
            group=value("group") or "",
            words=(value("q") or "").strip(),
            error_code=value("code") or "",
            also=self._also(
                self._having(value("verdict") or "", value("judge")),
                self.knows(value("listed") or "") if self.knows else None,
            ),
        )

    def chosen_order(self) -> str:
        """Return the name of the order."""
        self.is_valid()
        return self.cleaned_data.get("order") or ORDERS[0][0]

    def is_narrowed(self) -> bool:
        """Tell whether the filter chooses anything away."""
        return self.chosen() != item_filter.Filter()

    def said(self) -> dict[str, str]:
        """Return the parameters that are right and choose something away, as they came."""
        self.is_valid()
        return {
            name: self.data[name]
            for name in self.fields
            if name != "order" and self.cleaned_data.get(name) and self.data.get(name)
        }

    def chips(self) -> list[Chip]:
        """Return the parts of the filter in words."""
        said = self.said()
        near = self.chosen().near
        found = []
        for name, text in said.items():
            names: tuple[str, ...] = (name,)
            words = self._in_words(name, text)
            if name == "radius":  # said with its point
                continue
            if near is not None and name == "near":
                names, words = ("near", "radius"), _around(near)
            found.append(Chip(self.fields[name].label, words, names))
        return found

    def wrong(self) -> list[object]:
        """Return the labels of the fields that could not be read."""
        self.is_valid()
        return [self.fields[name].label for name in self.errors if name in self.fields]

    def first_fields(self) -> list[forms.BoundField]:
        """Return the fields that are always on the page."""
        there = [name for name in _VERDICTS if name in self.fields]
        return [self[name] for name in (*_FIRST, *there)]

    def more_fields(self) -> list[forms.BoundField]:
        """Return the fields that a reader asks for."""
        return [self[name] for name in _MORE]

    def is_more(self) -> bool:
        """Tell whether one of the further fields is used, or wrong."""
        self.is_valid()
        return any(name in self.errors or self.data.get(name) for name in _MORE)

    def _also(self, *conditions: Q | None) -> Q | None:
        """Return all conditions as one, or None where there is none."""
        said = [one for one in conditions if one is not None]
        return reduce(and_, said) if said else None

    def _having(self, verdict: str, judge: int | None) -> Q | None:
        """Return the condition of the chosen category, or None."""
        return self.verdicts.having(verdict, by=judge) if self.verdicts else None

    def _exhibit(self, public_id: str | None) -> UUID | None:
        """Return the id of the chosen exhibit."""
        return self.known[public_id].public_id if public_id else None

    def _in_words(self, name: str, text: str) -> object:
        """Return a chosen value as a reader knows it."""
        if name == "taken" and text == item_filter.NO_DATE:
            return _("no date")
        if name == "taken" and text.endswith(item_filter.NO_HOUR):
            return format_lazy(_("{day}, no hour"), day=text[:10])
        if name == "group":
            return self.name_of(text)
        choices = dict(getattr(self.fields[name], "choices", ()))
        return choices.get(text, text)


def _around(near: item_filter.Near) -> object:
    """Return a circle in words."""
    return format_lazy(
        _("{radius} km around {point}"),
        radius=f"{near.radius_km:g}",
        point=f"{near.lat:.5f}, {near.lon:.5f}",
    )


def looked_for(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of a request as the record keeps them: short, and storable."""
    said = {name: given.get(name, "") for name in Items.base_fields}
    return {
        name: value[:_LONGEST_FACT].replace("\0", "\ufffd")
        for name, value in said.items()
        if value
    }
