"""What is said when terms are accepted.

In      a tick and the version that was shown
Out     checked values
"""

from django import forms
from django.utils.translation import gettext_lazy as _


class Accept(forms.Form):
    """The reader agrees to what was shown."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=20)
    agree = forms.BooleanField(
        label=_("I have read the terms and I agree to them."),
        error_messages={"required": _("Without your agreement we cannot let you in.")},
    )
