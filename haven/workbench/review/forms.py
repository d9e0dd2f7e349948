"""What a reviewer may type or choose.

In      the fields of a page
Out     checked values: a Filter, codes to try again
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.web.fields import Ids
from haven.workbench.analysis import item_queries as items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

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
ORDERS = [
    ("faces", _("most faces first")),
    ("quality", _("clearest faces first")),
    ("newest", _("newest picture first")),
    ("oldest", _("oldest picture first")),
    ("largest", _("largest file first")),
    ("arrival", _("as they came")),
]


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
    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, cameras: Iterable[str], exhibits: Iterable[Exhibit], **kwargs: Any
    ) -> None:
        """Offer the cameras and exhibits of the case."""
        super().__init__(*args, **kwargs)
        self.fields["camera"].choices = [_ANY, *((name, name) for name in cameras)]  # type: ignore[attr-defined]
        self.known = {str(one.public_id): one for one in exhibits}
        self.fields["exhibit"].choices = [  # type: ignore[attr-defined]
            _ANY,
            *((public_id, one.label) for public_id, one in self.known.items()),
        ]

    def chosen(self) -> items.Filter:
        """Return the filter; a field that is wrong chooses nothing away."""
        self.is_valid()
        value = self.cleaned_data.get
        return items.Filter(
            faces=value("faces") or "",
            status=value("status") or "",
            size=value("size") or "",
            taken_from=value("taken_from"),
            taken_to=value("taken_to"),
            camera=value("camera") or "",
            exhibit=self._exhibit(value("exhibit")),
            words=(value("q") or "").strip(),
            error_code=value("code") or "",
        )

    def chosen_order(self) -> str:
        """Return the name of the order."""
        self.is_valid()
        return self.cleaned_data.get("order") or ORDERS[0][0]

    def is_narrowed(self) -> bool:
        """Tell whether the filter chooses anything away."""
        return self.chosen() != items.Filter()

    def _exhibit(self, public_id: str | None) -> UUID | None:
        """Return the id of the chosen exhibit."""
        return self.known[public_id].public_id if public_id else None


def looked_for(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of a request as the record keeps them: short, and storable."""
    said = {name: given.get(name, "") for name in Items.base_fields}
    return {
        name: value[:_LONGEST_FACT].replace("\0", "\ufffd")
        for name, value in said.items()
        if value
    }


class Retry(forms.Form):
    """Error codes to try again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any code; the action looks for failures with it."""
        super().__init__(*args, **kwargs)
        self.fields["code"] = Ids(str)
