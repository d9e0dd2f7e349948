"""What may be typed about members.

In      the fields of a page
Out     checked values
Fails   the form shows its errors
Not     here: whether it may be done (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.accounts import access, names
from haven.accounts.access import Role
from haven.accounts.members import queries

if TYPE_CHECKING:
    from collections.abc import Collection

    from haven.accounts.models import Member


class Filter(forms.Form):
    """Which members are listed."""

    words = forms.CharField(label=_("Name or address"), max_length=100, required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", pgettext_lazy("roles", "all")), *Role.choices],
        required=False,
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[("", pgettext_lazy("any status", "all")), *queries.STATUSES.choices],
        required=False,
    )


class Roles(forms.Form):
    """What a member does; only the roles that the reader may give and take."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, by: Member, member: Member, **kwargs: Any) -> None:
        """Offer the roles that fit the member's organisation."""
        super().__init__(*args, **kwargs)
        may = offered(by, is_provider=member.agency.is_provider)
        self.fields["roles"].choices = [(one.value, one.label) for one in may]  # type: ignore[attr-defined]
        self.kept = set(member.roles) - {one.value for one in may}
        self.fields["roles"].initial = member.roles

    @property
    def roles_after(self) -> set[str]:
        """Return all the roles the member will have, those beyond the form among them."""
        return {*self.cleaned_data["roles"], *self.kept}


class Reason(forms.Form):
    """Why something is done; kept on the record."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept on the record. No name of a victim, nothing of a case."),
    )


class Languages(forms.Form):
    """Which languages a member speaks."""

    languages = forms.MultipleChoiceField(
        label=_("Languages you speak"),
        required=False,
        help_text=_("For several, hold Ctrl (on a Mac Cmd) while you choose."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every language by its name."""
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = names.languages()  # type: ignore[attr-defined]
        self.fields["languages"].widget.attrs["size"] = 6


def offered(by: Member, *, is_provider: bool) -> list[Role]:
    """Return the roles a member may give in an agency, or at a provider."""
    may: Collection[Role] = access.grantable(by)
    return [one for one in Role if one in may and (one == Role.PROVIDER) == is_provider]
