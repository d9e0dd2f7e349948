"""What a member wants in a report, and to whom one goes.

In      the fields of a page
Out     checked values, as Ask
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.reports import actions, queries
from haven.workbench.reports.scope import Ask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haven.workbench.cases.models import Case
    from haven.workbench.reports.scope import Scope

WHOLE, CHOSEN = "whole", "chosen"


class Make(forms.Form):
    """A new report."""

    addressed_to = forms.CharField(
        label=_("For whom"),
        max_length=200,
        help_text=_("The court, prosecutor or unit that will read it."),
    )
    purpose = forms.CharField(
        label=_("What for"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    step = forms.TypedChoiceField(
        label=_("Pictures"), coerce=int, choices=queries.STEP.choices, initial=0
    )
    hides_names = forms.BooleanField(
        label=_("Call victims and witnesses V1, W2 and so on, and replace their names"),
        required=False,
        initial=True,
    )
    parts = forms.ChoiceField(
        label=_("Leads and decisions"),
        choices=[(WHOLE, _("all of the case")), (CHOSEN, _("those chosen below"))],
        initial=WHOLE,
    )
    leads = forms.MultipleChoiceField(
        label=_("Leads"), required=False, widget=forms.CheckboxSelectMultiple
    )
    decisions = forms.MultipleChoiceField(
        label=_("Decisions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    supersedes = forms.ChoiceField(label=_("Supersedes"), required=False)

    def __init__(self, *args: Any, case: Case, scope: Scope, **kwargs: Any) -> None:
        """Offer what the case has."""
        super().__init__(*args, **kwargs)
        self._choose("leads", ((one.public_id, one.what) for one in scope.open_leads))
        self._choose(
            "decisions",
            (
                (one.public_id, f"{one.get_kind_display()}: {one.reason[:80]}")
                for one in scope.open_decisions
            ),
        )
        earlier = [
            (one.public_id, _("report %(n)s") % {"n": one.number})
            for one in queries.not_superseded(case)
        ]
        if earlier:
            self._choose("supersedes", [("", _("no earlier report")), *earlier])
        else:
            del self.fields["supersedes"]
        for name in ("leads", "decisions"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]  # a choice field
                del self.fields[name]

    def asked(self) -> Ask:
        """Return what was wanted."""
        given = self.cleaned_data
        earlier = given.get("supersedes")
        return Ask(
            addressed_to=given["addressed_to"],
            purpose=given["purpose"],
            step=given["step"],
            hides_names=given["hides_names"],
            whole_case=given["parts"] == WHOLE,
            leads=frozenset(map(UUID, given.get("leads", ()))),
            decisions=frozenset(map(UUID, given.get("decisions", ()))),
            supersedes=UUID(earlier) if earlier else None,
        )

    def _choose(self, field: str, choices: Iterable[tuple[Any, Any]]) -> None:
        found = [(str(value), words) for value, words in choices]
        self.fields[field].choices = found  # type: ignore[attr-defined]  # a choice field


class Export(forms.Form):
    """To whom a report goes, in which form, and why."""

    FORMS = (
        (actions.PDF, _("document (PDF)")),
        (actions.PAGE, _("page (HTML, one file)")),
        (actions.MANIFEST, _("manifest (JSON, without pictures)")),
        (actions.ALL, _("all of them in one archive (ZIP)")),
    )

    form = forms.ChoiceField(label=_("As"), choices=FORMS)
    to = forms.CharField(label=_("To whom"), max_length=200)
    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, has_pdf: bool, **kwargs: Any) -> None:
        """Offer the PDF where there is one."""
        super().__init__(*args, **kwargs)
        if not has_pdf:
            choices = [one for one in self.FORMS if one[0] != actions.PDF]
            self.fields["form"].choices = choices  # type: ignore[attr-defined]  # a choice field
