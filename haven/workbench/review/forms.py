"""What a reviewer may type or choose.

In      the fields of a page
Out     checked values: codes to try again
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py), which items to show (filter_form.py)
"""

from __future__ import annotations

from typing import Any

from django import forms

from haven.web.fields import Ids


class Retry(forms.Form):
    """Error codes to try again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any code; the action looks for failures with it."""
        super().__init__(*args, **kwargs)
        self.fields["code"] = Ids(str)
