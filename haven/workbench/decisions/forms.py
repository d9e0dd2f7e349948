"""What a member says of a decision, and what a second person answers.

In      the fields of a page
Out     checked values, as Said
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.decisions import actions, queries

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

KIND = queries.KIND
_REASON = forms.Textarea(attrs={"rows": 3})


class Decide(forms.Form):
    """A decision of one kind."""

    said = forms.CharField(label=_("What is decided"), max_length=300)
    verdict = forms.ChoiceField(
        label=_("The lead is"), choices=[(one.value, one.label) for one in actions.VERDICTS]
    )
    group = forms.ChoiceField(label=_("About which group of faces"))
    other_group = forms.ChoiceField(label=_("And which other group"))
    exhibit = forms.ChoiceField(label=_("Which exhibit"))
    lead = forms.ChoiceField(label=_("On which lead"))
    reason = forms.CharField(label=_("Why"), max_length=1000, widget=_REASON)
    supersedes = forms.UUIDField(required=False, widget=forms.HiddenInput)

    WANTS = {
        KIND.IDENTITY: ("group", "said", "lead"),
        KIND.NOT_SAME: ("group", "other_group"),
        KIND.LEAD: ("lead", "verdict"),
        KIND.STOP: ("exhibit",),
        KIND.OWN: ("said",),
    }
    SAYS = {  # what is decided, where the kind says it all
        KIND.NOT_SAME: _("two people"),
        KIND.STOP: _("no more of this exhibit is looked at"),
    }

    def __init__(self, *args: Any, case: Case, member: Member, kind: str, **kwargs: Any) -> None:
        """Keep the fields of a kind, and offer what the case has."""
        super().__init__(*args, **kwargs)
        self.kind = kind
        wants = self.WANTS[KIND(kind)]
        for name in ("said", "verdict", "group", "other_group", "exhibit", "lead"):
            if name not in wants:
                del self.fields[name]
        if "said" in wants and kind == KIND.IDENTITY:
            self.fields["said"].label = _("Who it is")
            self.fields["said"].help_text = _(
                "Name, date of birth, or what else tells this person from all others."
            )
        self._offer(case, member)

    def asked(self) -> actions.Said:
        """Return what was said."""
        given = dict(self.cleaned_data)
        verdict = given.pop("verdict", "")
        said = given.pop("said", "") or verdict or str(self.SAYS.get(KIND(self.kind), ""))
        for name in ("exhibit", "lead"):
            given[name] = UUID(given[name]) if given.get(name) else None
        return actions.Said(kind=self.kind, said=said, **given)

    def _offer(self, case: Case, member: Member) -> None:
        """Set the choices of the fields that are left."""
        if "group" in self.fields:
            groups = [
                (one.public_id, name or f"{one.public_id} ({one.n_faces})")
                for one, name in queries.groups(case)
            ]
            self._choose("group", groups)
            self._choose("other_group", groups)
        self._choose("exhibit", [(str(one.public_id), one.label) for one in self._exhibits(case)])
        if "lead" in self.fields:
            leads = [
                (str(one.public_id), one.what) for one in queries.open_leads(case, member=member)
            ]
            is_needed = self.kind == KIND.LEAD
            self.fields["lead"].required = is_needed
            self._choose("lead", leads if is_needed else [("", _("no lead")), *leads])

    def _exhibits(self, case: Case) -> list[Any]:
        return queries.exhibits(case) if "exhibit" in self.fields else []

    def _choose(self, field: str, choices: list[Any]) -> None:
        if field in self.fields:
            self.fields[field].choices = choices  # type: ignore[attr-defined]  # a choice field


class Answer(forms.Form):
    """What the second person says."""

    reason = forms.CharField(label=_("Why"), max_length=1000, widget=_REASON)


class Rule(forms.Form):
    """Whether an identification takes two people."""

    is_on = forms.TypedChoiceField(
        label=_("An identification takes"),
        choices=[("on", _("two people")), ("off", _("one person"))],
        coerce=lambda word: word == "on",
    )
    basis = forms.CharField(
        label=_("Law that allows one"),
        max_length=300,
        required=False,
        help_text=_("European or national law that finds two people disproportionate."),
    )
    reason = forms.CharField(label=_("Why"), max_length=500, widget=_REASON)
