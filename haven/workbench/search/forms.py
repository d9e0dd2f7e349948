"""What a member says before a search: what for, why, on what basis.

In      the fields of a page
Out     checked values, as an Ask
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.accounts import queries as accounts
from haven.workbench.authority import queries as authority
from haven.workbench.search import actions, queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haven.accounts.models import Member
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case

_OWN = "own:"


class Ask(forms.Form):
    """Purpose, reason and basis; across cases without a basis, an urgent start."""

    purpose = forms.ChoiceField(label=_("What the search is for"))
    reason = forms.CharField(
        label=_("Why this face"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What ties the search to the offence. It is kept on the record."),
    )
    authority = forms.ChoiceField(label=_("On what authority"))
    urgent_why = forms.CharField(
        label=_("Why it cannot wait"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The danger that would come of waiting for an authority."),
    )
    urgent_officer = forms.TypedChoiceField(label=_("Officer who answers for it"), coerce=int)

    def __init__(
        self,
        *args: Any,
        case: Case,
        member: Member,
        bases: Sequence[Authority],
        across: bool,
        **kwargs: Any,
    ) -> None:
        """Offer the purposes of the agency, and the authorities or the colleagues."""
        super().__init__(*args, **kwargs)
        self.across = across
        built_in = [one for one in queries.PURPOSE.choices if one[0] != queries.PURPOSE.OWN]
        own = authority.own_words(case.agency_id, authority.LIST.PURPOSE)
        self._offer("purpose", [*built_in, *((f"{_OWN}{one.pk}", one.word) for one in own)])
        if bases:
            offered = [(str(one.public_id), f"{one.kind_words} {one.reference}") for one in bases]
            self._offer("authority", offered)
            del self.fields["urgent_why"], self.fields["urgent_officer"]
        else:
            del self.fields["authority"]
            colleagues = accounts.colleagues(member).exclude(pk=member.pk)
            self._offer("urgent_officer", [(one.pk, str(one)) for one in colleagues])

    def ask(self) -> actions.Ask:
        """Return what was said."""
        given = self.cleaned_data
        purpose, _colon, own = given["purpose"].partition(":")
        chosen = given.get("authority")
        return actions.Ask(
            purpose=purpose,
            own_purpose=int(own) if own else None,
            reason=given["reason"],
            authority=UUID(chosen) if chosen else None,
            across=self.across,
            urgent_why=given.get("urgent_why", ""),
            urgent_officer=given.get("urgent_officer"),
        )

    def _offer(self, field: str, choices: list[tuple[Any, Any]]) -> None:
        """Set the choices of a field."""
        self.fields[field].choices = choices  # type: ignore[attr-defined]  # a choice field


class AskWithPicture(Ask):
    """A picture to search with, and all that is said before a search."""

    picture = forms.FileField(label=_("Picture with the face"), allow_empty_file=True)
    field_order = ("picture",)


class Authorise(forms.Form):
    """The authority for an urgent search."""

    authority = forms.ChoiceField(label=_("Authority"))

    def __init__(self, *args: Any, bases: Sequence[Authority], **kwargs: Any) -> None:
        """Offer the authorities that would do."""
        super().__init__(*args, **kwargs)
        self.fields["authority"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(one.public_id), f"{one.kind_words} {one.reference}") for one in bases
        ]


class Refuse(forms.Form):
    """Who refused the authorisation, and why."""

    why = forms.CharField(
        label=_("Who refused it, and why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
