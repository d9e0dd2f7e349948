"""What a reviewer may type or choose.

In      the fields of a page
Out     checked values: names, chosen faces and groups
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py), which items to show (filter_form.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_LONGEST_ID = 80  # characters; the column of a group's id, the longest there is


class Groups(forms.Form):
    """Chosen groups."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any id; the action looks each one up."""
        super().__init__(*args, **kwargs)
        self.fields["group"] = _Ids(str)


class Faces(forms.Form):
    """Chosen faces."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any key; the action looks each one up."""
        super().__init__(*args, **kwargs)
        self.fields["face"] = _Ids(int)


class _Ids(forms.MultipleChoiceField):
    """A list of ids of one type; each is looked up by the action."""

    def __init__(self, kind: type[int] | type[str]) -> None:
        """Keep the type."""
        super().__init__(required=False)
        self.kind = kind

    def to_python(self, value: Any) -> list[Any]:
        """Return the ids.

        Raises:
            ValidationError: One has another type.
        """
        try:
            found = [self.kind(one) for one in super().to_python(value)]
        except ValueError as error:
            raise forms.ValidationError(_("Choose again.")) from error
        if any(len(one) > _LONGEST_ID or "\0" in one for one in map(str, found)):
            raise forms.ValidationError(_("Choose again."))
        return found

    def validate(self, value: Any) -> None:
        """Accept any id."""


class Name(forms.Form):
    """A name for a group of faces."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As your unit refers to this person.")
    )
    note = forms.CharField(
        label=_("Why you think so"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Retry(forms.Form):
    """Error codes to try again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any code; the action looks for failures with it."""
        super().__init__(*args, **kwargs)
        self.fields["code"] = _Ids(str)
