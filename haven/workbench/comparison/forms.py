"""What a member says of a pair: features from top to bottom, age, years, a conclusion.

In      the fields of a page
Out     checked values, as Seen
Fails   ValidationError, shown beside the field
Not     here: whether it is enough (actions.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.comparison import actions, features, queries

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_FEATURE = "feature_"


class Compare(forms.Form):
    """The checklist of a pair."""

    age = forms.ChoiceField(
        label=_("Age of the two"), choices=queries.AGE.choices, widget=forms.RadioSelect
    )
    year_sought = forms.IntegerField(
        label=_("Year of the picture searched with"),
        min_value=_FIRST_YEAR,
        max_value=_LAST_YEAR,
        required=False,
    )
    year_found = forms.IntegerField(
        label=_("Year of the picture found"),
        min_value=_FIRST_YEAR,
        max_value=_LAST_YEAR,
        required=False,
    )
    conclusion = forms.ChoiceField(
        label=_("Conclusion"), choices=queries.CONCLUSION.choices, widget=forms.RadioSelect
    )
    sentence = forms.CharField(
        label=_("In a sentence: from what"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add a row for each feature."""
        super().__init__(*args, **kwargs)
        for key, feature in features.FEATURES.items():
            self.fields[_FEATURE + key] = forms.ChoiceField(
                label=feature.name,
                help_text=feature.look_at,
                choices=list(features.ANSWERS.items()),
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def rows(self) -> list[forms.BoundField]:
        """Return the features, from top to bottom."""
        return [self[_FEATURE + key] for key in features.FEATURES]

    def seen(self) -> actions.Seen:
        """Return what was said."""
        given = self.cleaned_data
        return actions.Seen(
            conclusion=given["conclusion"],
            sentence=given["sentence"],
            features={key: given[_FEATURE + key] for key in features.FEATURES},
            age=given["age"],
            year_sought=given["year_sought"],
            year_found=given["year_found"],
        )
