"""What a member may type about a case.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.cases import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


class OpenCase(forms.Form):
    """A new case."""

    number = forms.CharField(
        label=_("Case number"),
        max_length=60,
        help_text=_("The number your agency uses for it."),
    )
    name = forms.CharField(
        label=_("Working name"),
        max_length=120,
        help_text=_("A short neutral name. No name of a victim."),
    )


class AddMember(forms.Form):
    """A colleague who joins a case."""

    member = forms.TypedChoiceField(label=_("Colleague"), coerce=int)
    role = forms.ChoiceField(label=_("Role"), choices=queries.ROLES.choices)

    def __init__(self, *args: Any, colleagues: Sequence[Member], **kwargs: Any) -> None:
        """Offer the colleagues who can be added."""
        super().__init__(*args, **kwargs)
        self.colleagues = {member.pk: member for member in colleagues}
        self.fields["member"].choices = [  # type: ignore[attr-defined]  # a choice field
            (pk, str(member)) for pk, member in self.colleagues.items()
        ]
        self.fields["role"].initial = queries.ROLES.WORKER


class ChangeRole(forms.Form):
    """Another role in the case."""

    role = forms.ChoiceField(label=_("Role"), choices=queries.ROLES.choices)


class NameResponsible(forms.Form):
    """Who answers for the case."""

    member = forms.TypedChoiceField(label=_("Responsible officer"), coerce=int)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        """Offer those who work on the case."""
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [  # type: ignore[attr-defined]  # a choice field
            (one.member_id, str(one.member))
            for one in queries.members(case)
            if one.role != queries.ROLES.READER
        ]
        self.fields["member"].initial = case.responsible_id
