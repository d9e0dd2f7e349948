"""What a member may type about a legal basis.

In      the fields of a page
Out     checked values, as a Basis
Fails   ValidationError, shown beside the field
Not     here: whether it may be entered (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.workbench.authority import actions, queries
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import queries as evidence

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

WHOLE, EXHIBITS = "whole", "exhibits"
ALL, SOME = "all", "some"
_OWN = "own:"


class Enter(forms.Form):
    """A legal basis."""

    kind = forms.ChoiceField(label=_("Kind"))
    reference = forms.CharField(
        label=_("Reference"), max_length=120, help_text=_("The number or date on the paper.")
    )
    issuer = forms.CharField(
        label=_("Issued by"), max_length=200, help_text=_("The court, office or person.")
    )
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day. Leave it empty where none is named."),
    )
    scope = forms.ChoiceField(
        label=_("It covers"),
        choices=[(WHOLE, _("the whole case")), (EXHIBITS, _("these exhibits alone"))],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    exhibits = forms.MultipleChoiceField(
        label=_("Exhibits"), required=False, widget=forms.CheckboxSelectMultiple
    )
    powers = forms.MultipleChoiceField(
        label=_("It allows"),
        choices=queries.POWER.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[queries.POWER.ANALYSE],
    )
    across = forms.ChoiceField(
        label=_("Face search across"),
        choices=[
            (SOME, _("these other cases")),
            (ALL, _("all cases of the unit on which the searching member works")),
        ],
        widget=forms.RadioSelect,
        initial=SOME,
        required=False,
    )
    other_cases = forms.MultipleChoiceField(
        label=_("Other cases"), required=False, widget=forms.CheckboxSelectMultiple
    )
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Conditions of the paper. No name of a victim."),
    )
    supersedes = forms.TypedChoiceField(
        label=_("Takes the place of"), required=False, empty_value=None
    )

    def __init__(self, *args: Any, case: Case, member: Member, **kwargs: Any) -> None:
        """Offer the kinds of the agency, and the exhibits and cases that the member sees."""
        super().__init__(*args, **kwargs)
        built_in = [one for one in queries.KIND.choices if one[0] != queries.KIND.OWN]
        own = queries.own_words(case.agency_id, queries.LIST.KIND)
        self._offer("kind", [*built_in, *((f"{_OWN}{one.pk}", one.word) for one in own)])
        self._offer(
            "exhibits", [(str(one.public_id), one.label) for one in evidence.of_case(case)]
        )
        others = cases.visible_to(member).exclude(pk=case.pk)
        self._offer(
            "other_cases", [(str(one.public_id), f"{one.number} {one.name}") for one in others]
        )
        standing = queries.of_case(case).filter(
            withdrawn_at__isnull=True, superseded_by__isnull=True
        )
        self._offer(
            "supersedes",
            [
                ("", pgettext_lazy("no authority", "none")),
                *((str(one.public_id), f"{one.kind_words} {one.reference}") for one in standing),
            ],
        )

    def clean(self) -> dict[str, Any]:
        """Check that what it covers is said."""
        given = super().clean() or {}
        end, start = given.get("valid_until"), given.get("valid_from")
        if end and start and end < start:
            self.add_error("valid_until", _("The last day lies before the first."))
        if given.get("scope") == EXHIBITS and not given.get("exhibits"):
            self.add_error("exhibits", _("Choose the exhibits it covers."))
        is_across = queries.POWER.ACROSS in given.get("powers", ())
        if is_across and given.get("across") != ALL and not given.get("other_cases"):
            self.add_error("other_cases", _("Choose the cases it names."))
        return given

    def basis(self) -> actions.Basis:
        """Return what was entered; what does not go with the choices is left out."""
        given = self.cleaned_data
        kind, _colon, own = given["kind"].partition(":")
        is_whole = given["scope"] == WHOLE
        is_across = queries.POWER.ACROSS in given["powers"]
        is_all = is_across and given["across"] == ALL
        return actions.Basis(
            kind=kind,
            own_kind=int(own) if own else None,
            reference=given["reference"],
            issuer=given["issuer"],
            powers=given["powers"],
            whole_case=is_whole,
            exhibits=() if is_whole else given["exhibits"],
            all_cases=is_all,
            other_cases=given["other_cases"] if is_across and not is_all else (),
            valid_from=given["valid_from"],
            valid_until=given["valid_until"],
            notes=given["notes"],
        )

    def _offer(self, field: str, choices: list[tuple[Any, Any]]) -> None:
        """Set the choices of a field."""
        self.fields[field].choices = choices  # type: ignore[attr-defined]  # a choice field


class Withdraw(forms.Form):
    """Why an authority ends."""

    why = forms.CharField(
        label=_("Why it ends"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class AddWord(forms.Form):
    """A word for a list of the agency."""

    list = forms.ChoiceField(label=_("List"), choices=queries.LIST.choices)
    word = forms.CharField(label=_("Word"), max_length=80)
