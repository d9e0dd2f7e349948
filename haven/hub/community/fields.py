"""Fields of forms: words alone, and a time zone as people write it.

In      what a browser sent
Out     checked values
Fails   ValidationError, shown beside the field; with the code CARRIES for a text that carries
        a file, so that the page can say how to report material
Not     here: what gives a file away (base/plain.py)
"""

from __future__ import annotations

import functools
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.base import plain

CARRIES = "carries_a_file"
_ONE_LINE = 200  # characters; longer texts get more lines


class Words(forms.CharField):
    """Text in words: no file written out as text."""

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        """Show a field of several lines where `rows` says so."""
        shown: Any = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        line = forms.TextInput(attrs={"dir": "auto"})
        super().__init__(widget=shown if rows else line, **kwargs)

    def validate(self, value: str) -> None:
        """Refuse a text that carries a file.

        Raises:
            ValidationError: It does, or it is missing.
        """
        super().validate(value)
        _require_words(value or "")


class Zone(forms.CharField):
    """A time zone: its full name, or its city."""

    def clean(self, value: Any) -> str:
        """Return the name of the zone.

        Raises:
            ValidationError: No zone is called so, or several are; or it carries a file.
        """
        _require_words(str(value or ""))
        typed = super().clean(value).strip()
        found = zones().get(_plain(typed), ())
        if len(found) != 1:
            raise forms.ValidationError(
                _("Write region and city, such as Europe/Oslo or Africa/Johannesburg.")
            )
        return next(iter(found))


class WordForm(forms.Form):
    """A form whose page says how to report material, when a text carries a file."""

    def is_refused(self) -> bool:
        """Tell whether a text of the form carries a file."""
        said = self.errors.as_data().values() if self.is_bound else ()
        return any(error.code == CARRIES for errors in said for error in errors)


def _require_words(text: str) -> None:
    """Return if a text carries no file.

    Raises:
        ValidationError: It does.
    """
    if plain.file_in(text):
        raise forms.ValidationError(
            _("This is no plain text: it looks like a file written out in letters."),
            code=CARRIES,
        )


@functools.cache
def zones() -> dict[str, frozenset[str]]:
    """Return the zones by their full names and by their cities."""
    every = {name for name in available_timezones() if "/" in name or name == "UTC"}
    every = {one for one in every if not one.startswith(("Etc/", "SystemV/", "US/", "posix/"))}
    found: dict[str, set[str]] = {}
    for name in every:
        found.setdefault(_plain(name), set()).add(name)
        found.setdefault(_plain(name.rpartition("/")[2]), set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "_")
