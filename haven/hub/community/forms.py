"""What a member may type or choose among colleagues.

In      the fields of a page
Out     checked values, as the actions take them
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (actions.py, talking.py, moderating.py, reporting.py)

No form has a field for a file, and every text passes fields.Words.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.accounts import names
from haven.hub.catalogue import queries as catalogue
from haven.hub.community import columns, fields, finding, gathering, reporting
from haven.hub.community.actions import Told
from haven.hub.community.fields import WordForm, Words
from haven.hub.community.vocabulary import Audience, Skill, Why

LONGEST_ASKED, MOST_LANGUAGES, MOST_TOOLS = 200, 12, 20
_WHEN = "%Y-%m-%dT%H:%M"
_YEARS = range(2000, 2100)  # beyond them a change of zone may leave the calendar
_SEVERAL = _("For several, hold Ctrl (on a Mac Cmd) while you choose.")


class Find(forms.Form):
    """Whom a member looks for."""

    q = forms.CharField(required=False, max_length=LONGEST_ASKED)
    language = forms.CharField(required=False, max_length=3)
    skill = forms.CharField(required=False, max_length=40)
    tool = forms.SlugField(required=False, max_length=columns.SLUG)
    country = forms.CharField(required=False, max_length=2)

    def asked(self) -> finding.Asked:
        """Return what was asked; a field that is wrong asks for nothing."""
        self.is_valid()
        return finding.Asked(**{name: self.cleaned_data.get(name, "") for name in self.fields})


class Me(WordForm):
    """How a member wants to be found."""

    languages = forms.MultipleChoiceField(label=_("Languages you speak"), help_text=_SEVERAL)
    skills = forms.MultipleChoiceField(
        label=_("What you can help with"),
        choices=Skill.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tools = Words(
        label=_("Tools you use"),
        required=False,
        max_length=2000,
        rows=3,
        help_text=_("One on a line, by the name it has in the catalogue."),
    )
    time_zone = fields.Zone(
        label=_("Your time zone"),
        max_length=64,
        help_text=_("Region and city, such as Africa/Johannesburg; the city alone will do."),
    )
    about = Words(
        label=_("About your work"),
        required=False,
        max_length=columns.ABOUT,
        rows=4,
        help_text=_("In general words. Nothing of a case, and no address."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every language by its name."""
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = names.languages()  # type: ignore[attr-defined]
        self.fields["languages"].widget.attrs["size"] = 6

    def clean_languages(self) -> list[str]:
        """Return the languages, a dozen at most.

        Raises:
            ValidationError: More.
        """
        chosen: list[str] = self.cleaned_data["languages"]
        if len(chosen) > MOST_LANGUAGES:
            raise forms.ValidationError(_("Choose twelve at most."))
        return chosen

    def clean_tools(self) -> dict[str, str]:
        """Return the names of the tools by their slugs.

        Raises:
            ValidationError: The catalogue has no such tool, or there are too many.
        """
        lines = [one.strip() for one in self.cleaned_data["tools"].splitlines() if one.strip()]
        if len(lines) > MOST_TOOLS:
            raise forms.ValidationError(_("Name twenty at most."))
        found = catalogue.named(lines)
        for line in lines:
            if line not in found:
                raise forms.ValidationError(
                    _("The catalogue has no tool called %(name)s."), params={"name": line[:100]}
                )
        return dict(found.values())

    def told(self) -> Told:
        """Return what the member tells."""
        said = self.cleaned_data
        return Told(
            languages=tuple(said["languages"]),
            skills=tuple(said["skills"]),
            tools=said["tools"],
            time_zone=said["time_zone"],
            about=said["about"],
        )


class Ask(WordForm):
    """Why somebody asks for contact."""

    reason = Words(
        label=_("Why you ask"),
        max_length=columns.REASON,
        rows=4,
        help_text=_("The colleague reads this and decides. Nothing of a case."),
    )


class Write(WordForm):
    """A message to one colleague."""

    text = Words(label=_("Message"), max_length=columns.MESSAGE, rows=4)


class Post(WordForm):
    """A post in a thread."""

    text = Words(label=_("Your post"), max_length=columns.POST, rows=6)


class Begin(WordForm):
    """A thread with its first post."""

    title = Words(label=_("Title"), max_length=columns.TITLE)
    text = Words(label=_("Your post"), max_length=columns.POST, rows=8)


class Report(WordForm):
    """Why something is reported."""

    why = forms.ChoiceField(label=_("Why"), choices=Why.choices)
    words = Words(
        label=_("What moderators should know"),
        required=False,
        max_length=columns.REASON,
        rows=3,
        help_text=_("Do not describe material."),
    )

    def said(self) -> reporting.Said:
        """Return what was said."""
        return reporting.Said(self.cleaned_data["why"], self.cleaned_data["words"])


class Reason(WordForm):
    """Why something is done."""

    reason = Words(label=_("Reason"), max_length=columns.REASON, rows=3)


class WhyCancelled(WordForm):
    """Why an event is cancelled."""

    reason = Words(label=_("Why it is cancelled"), max_length=300)


class Objection(WordForm):
    """Why a post should be shown."""

    words = Words(label=_("Why it should be shown"), max_length=columns.REASON, rows=3)


class Look(WordForm):
    """Whether a hidden post stays so."""

    stays = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("it stays hidden")), ("no", _("show it again"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = Words(label=_("Answer to its author"), max_length=columns.REASON, rows=3)


class Answer(WordForm):
    """What became of a report."""

    answer = Words(label=_("Answer to who reported it"), max_length=columns.REASON, rows=3)


class Announce(WordForm):
    """An announcement."""

    title = Words(label=_("Title"), max_length=columns.TITLE)
    text = Words(label=_("Text"), max_length=columns.POST, rows=8)
    language = forms.ChoiceField(label=_("Language of the text"), initial="en")
    open_to = forms.ChoiceField(label=_("For whom"), choices=Audience.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every language by its name."""
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = names.languages()  # type: ignore[attr-defined]

    def words(self) -> gathering.Words:
        """Return the announcement."""
        return gathering.Words(**self.cleaned_data)


class Occasion(Announce):
    """An event."""

    starts = forms.DateTimeField(label=pgettext_lazy("event", "Begins"))
    ends = forms.DateTimeField(label=pgettext_lazy("event", "Ends"))
    time_zone = fields.Zone(
        label=_("Time zone"),
        max_length=64,
        help_text=_("In which the two times are written, such as America/Buenos_Aires."),
    )
    is_online = forms.BooleanField(label=_("Online"), required=False)
    place = Words(
        label=_("Place"),
        required=False,
        max_length=200,
        help_text=_("Building and town, or how to come in online. No password."),
    )
    field_order = ("title", "starts", "ends", "time_zone", "is_online", "place", "language",
                   "open_to", "text")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let browsers offer a calendar for the two times."""
        super().__init__(*args, **kwargs)
        for name in ("starts", "ends"):
            shown = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN)
            self.fields[name].widget = shown

    def clean(self) -> dict[str, Any]:
        """Return the fields, with both times in the zone of the event.

        Raises:
            ValidationError: It ends before it begins, or it is nowhere.
        """
        said = super().clean() or self.cleaned_data
        if said.get("starts") and said.get("ends") and said.get("time_zone"):
            zone = ZoneInfo(said["time_zone"])
            starts, ends = (self._in(zone, name) for name in ("starts", "ends"))
            if starts and ends and ends <= starts:
                self.add_error("ends", _("It ends before it begins."))
        if not said.get("is_online") and not said.get("place"):
            self.add_error("place", _("Name a place, or say that it is online."))
        return said

    def _in(self, zone: ZoneInfo, name: str) -> dt.datetime | None:
        """Keep a time as of a zone, and return it; None where its clocks skip it."""
        wall: dt.datetime = self.cleaned_data[name].replace(tzinfo=None)
        if wall.year not in _YEARS:
            field: Any = self.fields[name]
            self.add_error(name, field.error_messages["invalid"])
            return None
        meant = wall.replace(tzinfo=zone)
        if meant.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != wall:
            self.add_error(name, _("The clocks of that time zone skip this hour."))
            return None
        self.cleaned_data[name] = meant
        return meant

    def occasion(self) -> gathering.Occasion:
        """Return the event."""
        said = dict(self.cleaned_data)
        return gathering.Occasion(starts_at=said.pop("starts"), ends_at=said.pop("ends"), **said)
