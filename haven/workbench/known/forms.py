"""What an administrator may type about lists.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.categories import queries as categories
from haven.workbench.known import actions, queries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haven.workbench.known.models import KnownList

_DATE = forms.DateInput(attrs={"type": "date"})
_NO_SCHEME = ("", _("not known; hold the categories as text"))


class Bring(forms.Form):
    """A list and what is known of it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "VICS or CAID JSON, NSRL, NCMEC, ICSE, ThreatExchange, Autopsy, EnCase, HashKeeper, "
            "CSV, or digests line by line. The format is told by the content."
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=queries.KIND.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Alert: known abuse material, not shown as pictures. Known good: not looked at. Own: "
            "what your agency judged itself."
        ),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Who made the list, and how it came.")
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300)
    licence = forms.CharField(label=_("Licence or terms"), max_length=300, required=False)
    list_version = forms.CharField(label=_("Version"), max_length=60, required=False)
    made_on = forms.DateField(label=_("Date of the list"), required=False, widget=_DATE)
    expires_on = forms.DateField(label=_("In use until"), required=False, widget=_DATE)
    scheme = forms.ChoiceField(label=_("Scheme of its categories"), required=False)

    def __init__(self, *args: Any, agency_pk: int, **kwargs: Any) -> None:
        """Offer the schemes of the agency."""
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = _schemes(agency_pk)  # type: ignore[attr-defined]

    def about(self) -> actions.About:
        """Return what was said of the list."""
        said = dict(self.cleaned_data)
        said.pop("file")
        return actions.About(**said)


class TakeOut(forms.Form):
    """Why a list is taken out."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class Ask(forms.Form):
    """One digest."""

    digest = forms.CharField(
        label=_("MD5, SHA-1 or SHA-256"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off", "dir": "ltr"}),
    )


class Meanings(forms.Form):
    """What the categories of a list mean."""

    scheme = forms.ChoiceField(label=_("Scheme of its categories"), required=False)

    def __init__(self, *args: Any, one: KnownList, **kwargs: Any) -> None:
        """Make a field for each category of the list; none is filled in beforehand."""
        super().__init__(*args, **kwargs)
        self.raws = sorted(one.manifest.get("categories", {}))
        self.fields["scheme"].choices = _schemes(one.agency_id)  # type: ignore[attr-defined]
        self.fields["scheme"].initial = one.scheme
        scheme = queries.scheme_of(one)
        said = queries.meanings([one])
        codes = [
            ("", _("not said")),
            *(
                (line.code, f"{line.code}: {line.said}")
                for line in (scheme.lines if scheme else ())
            ),
        ]
        for number, raw in enumerate(self.raws):
            self.fields[f"means_{number}"] = forms.ChoiceField(
                label=raw,
                choices=codes,
                required=False,
                initial=said.get((one.pk, raw), ""),
            )

    def codes(self) -> dict[str, str]:
        """Return by the text of the list the chosen code."""
        return {
            raw: self.cleaned_data.get(f"means_{number}", "")
            for number, raw in enumerate(self.raws)
        }

    def rows(self) -> Iterator[tuple[str, forms.BoundField]]:
        """Yield the categories with their fields."""
        for number, raw in enumerate(self.raws):
            yield raw, self[f"means_{number}"]


def _schemes(agency_pk: int) -> list[tuple[str, object]]:
    return [_NO_SCHEME, *((one.ref, one.title) for one in categories.offered(agency_pk))]
