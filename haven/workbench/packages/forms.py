"""What a member may type about keys, packages and what came.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py, partner_actions.py, receiving.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.packages import actions, queries

if TYPE_CHECKING:
    from datetime import datetime

    from haven.workbench.cases.models import Case

VIEWS, NOTES = "views", "notes"
_REASON = forms.Textarea(attrs={"rows": 3})


class CheckPartner(forms.Form):
    """The keys of another agency, and what was read out over the telephone."""

    text = forms.CharField(
        label=_("What is in their file"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"}),
        help_text=_("The whole text, from its first line to its last."),
    )
    heard = forms.CharField(
        label=_("The digits they read to you"),
        max_length=120,
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "inputmode": "numeric", "class": "code"}
        ),
        help_text=_(
            "Call a number you knew before, not one that came with the file, and type what you "
            "hear: twelve groups of five."
        ),
    )
    how = forms.CharField(
        label=_("How you reached them"), max_length=300, help_text=_("Whom, on which number.")
    )


class EndPartner(forms.Form):
    """Why an agency is ended."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=_REASON)


class Ask(forms.Form):
    """A package that is asked for."""

    partner = forms.ChoiceField(label=_("To"))
    authority = forms.ChoiceField(
        label=_("Legal basis"),
        help_text=_("One that is valid today and allows sharing the whole case."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=_REASON,
        help_text=_("The recipient reads it too. It is kept on the record with your name."),
    )
    along = forms.MultipleChoiceField(
        label=_("Goes along"),
        required=False,
        choices=[(VIEWS, _("Masked views of the pictures")), (NOTES, _("Notes"))],
        widget=forms.CheckboxSelectMultiple,
        initial=[VIEWS, NOTES],
    )

    def __init__(self, *args: Any, case: Case, at: datetime, **kwargs: Any) -> None:
        """Offer the agencies that were checked and the bases that allow it."""
        super().__init__(*args, **kwargs)
        checked = queries.partners(case.agency_id)
        self._offer(
            "partner",
            [(str(one.public_id), f"{one.name} · {one.installation}") for one in checked],
        )
        bases = queries.bases(case, at=at)
        self._offer(
            "authority",
            [(str(one.public_id), f"{one.kind_words} {one.reference}") for one in bases],
        )

    def asked(self) -> actions.Asked:
        """Return what was asked for."""
        given = self.cleaned_data
        return actions.Asked(
            partner=UUID(given["partner"]),
            authority=UUID(given["authority"]),
            reason=given["reason"],
            with_views=VIEWS in given["along"],
            with_notes=NOTES in given["along"],
        )

    def _offer(self, field: str, choices: list[tuple[str, str]]) -> None:
        """Set the choices of a field."""
        self.fields[field].choices = choices  # type: ignore[attr-defined]  # a choice field


class Receive(forms.Form):
    """A package that came, and what its case is called here."""

    package = forms.FileField(label=_("The file"), help_text=_("Its name ends in .haven."))
    number = forms.CharField(
        label=_("Case number"), max_length=60, help_text=_("Your own; theirs is kept beside it.")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
