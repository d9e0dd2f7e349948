"""Audit forms: what a reader looks for, why the record is exported, an authority's answer.

In      the fields of a page
Out     checked values; LookedFor
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.audit import queries, stamps, verbs
from haven.audit.queries import LookedFor
from haven.audit.scopes import Reader, cases_of, people_of

ANY = ("", _("any"))
WHOSE = [(queries.AGENCY, _("the agency")), (queries.INSTALLATION, _("the installation"))]
FURTHEST_KEY = 2**63 - 1


def _day() -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class Filter(forms.Form):
    """What a reader looks for."""

    words = forms.CharField(
        label=_("Name or word of a reason"), required=False, max_length=200, strip=True
    )
    verb = forms.ChoiceField(label=_("What was done"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    member = forms.TypedChoiceField(
        label=_("Member"), required=False, coerce=int, empty_value=None
    )
    case = forms.CharField(label=_("Case"), required=False, max_length=60)
    since, until = _day(), _day()
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    whose = forms.ChoiceField(label=_("Whose"), required=False)
    thing = forms.RegexField(
        r"^[a-z_]+\.[a-z_]+:[^:\s]{1,60}$", required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, reader: Reader, **kwargs: Any) -> None:
        """Offer what this reader can look for."""
        super().__init__(*args, **{"auto_id": "record_%s", **kwargs})
        self.cases = cases_of(reader)
        known = sorted(
            ((verb, str(one.sentence)) for verb, one in verbs.VERBS.items()),
            key=lambda pair: pair[1],
        )
        self._offer("verb", known)
        self._offer("kind", verbs.KIND_NAMES.items())
        self._offer("member", people_of(reader).items())
        self._offer("outcome", queries.Outcome.choices)
        sees_both = queries.sees_installation(reader)
        self._offer("whose", WHOSE if sees_both else WHOSE[:1])
        if not sees_both:
            self.fields["whose"].widget = forms.HiddenInput()
        self.fields["since"].label = pgettext_lazy("first day", "From")
        self.fields["until"].label = pgettext_lazy("last day", "To")

    def clean_case(self) -> int | None:
        """Return the key of a case, from its number where the reader works on it."""
        written = self.cleaned_data["case"].strip()
        for key, number in self.cases.items():
            if number == written:
                return key
        if not written:
            return None
        if not (written.isdecimal() and 0 < int(written[:30]) <= FURTHEST_KEY):
            raise forms.ValidationError(_("There is no such case among yours."))
        return int(written)

    @property
    def looked_for(self) -> LookedFor:
        """Return what is looked for; what could not be read is shown as an error."""
        return LookedFor(**{k: v for k, v in self.cleaned_data.items() if v is not None})

    def _offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """Offer choices, and none of them."""
        self.fields[name].choices = [ANY, *choices]  # type: ignore[attr-defined]  # a choice


class Export(forms.Form):
    """Why the record leaves."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Who gets it, and for what. It is kept on the record."),
    )


class Answer(forms.Form):
    """A file with the answer of a timestamp authority."""

    answer = forms.FileField(label=_("Answer of the authority (.tsr)"))

    def clean_answer(self) -> bytes:
        """Return the bytes of the file."""
        file = self.cleaned_data["answer"]
        if file.size > stamps.MOST_BYTES:
            raise forms.ValidationError(_("This file is too large for an answer."))
        return bytes(file.read())
