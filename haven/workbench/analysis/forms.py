"""How an exhibit is to be looked at.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py)
"""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

PROFILES = {
    "fast": _("Fast: large and middle-sized faces, about half the time"),
    "balanced": _("Balanced: for most exhibits"),
    "thorough": _("Thorough: also small, very large and turned faces, several times the time"),
}


class EraseTemplates(forms.Form):
    """Why the face templates of a case are erased."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class StartRun(forms.Form):
    """A profile."""

    profile = forms.ChoiceField(
        label=_("How closely"),
        choices=list(PROFILES.items()),
        widget=forms.RadioSelect,
        initial=lambda: settings.HAVEN_PROFILE,
    )
