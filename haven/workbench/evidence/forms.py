"""What a member may type about an exhibit.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether a folder or an upload is taken in (actions.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _


def _label() -> forms.CharField:
    """Return the field for the label of an exhibit."""
    return forms.CharField(
        label=_("Label"),
        max_length=120,
        help_text=_("As on the seized thing, such as “Phone A, memory card”."),
    )


class AddFolder(forms.Form):
    """A folder on the server."""

    label = _label()
    folder = forms.CharField(widget=forms.HiddenInput)


class ManyFiles(forms.ClearableFileInput):
    """A field for many files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Many files, as a list."""

    widget = ManyFiles

    def clean(self, value: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Return every file, each one checked."""
        values = value if isinstance(value, list) else [value]
        return [super(FilesField, self).clean(one, initial) for one in values]


class AddUpload(forms.Form):
    """Files from the member's machine."""

    label = _label()
    pictures = FilesField(
        label=_("Pictures, or zip archives of pictures"), allow_empty_file=True, max_length=None
    )
