"""Fields of forms that Django does not have.

In      what a browser sent
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether what was chosen is there; an action looks each one up
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_LONGEST_ID = 80  # characters; the column of a group's id, the longest there is


class Ids(forms.MultipleChoiceField):
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
