"""What a member may type about a token.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be made (actions.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.tokens import abilities, queries


class Make(forms.Form):
    """A new token."""

    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=200,
        help_text=_("Which program, and what for. No name of a victim. Kept on the record."),
    )
    abilities = forms.MultipleChoiceField(
        label=_("It may"),
        choices=abilities.offered,
        widget=forms.CheckboxSelectMultiple,
        initial=[queries.ABILITY.READ],
    )
    days = forms.IntegerField(
        label=_("Days it lives"),
        min_value=1,
        max_value=queries.LONGEST_DAYS,
        initial=queries.USUAL_DAYS,
        help_text=_("At most 90."),
    )

    def __init__(self, *args: Any, may_work: bool, **kwargs: Any) -> None:
        """Offer to who only reads the case nothing but reading."""
        super().__init__(*args, **kwargs)
        if not may_work:
            read = queries.ABILITY.READ
            self.fields["abilities"].choices = [(read.value, read.label)]  # type: ignore[attr-defined]
