"""What a member may type about what they keep, and on the needs board.

In      the fields of a page
Out     checked values, as the actions take them
Fails   ValidationError, shown beside the field
Not     here: what may be done (actions.py, asking.py)
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import queries as catalogue
from haven.hub.catalogue import vocabulary
from haven.hub.finding import asking, board, queries

_NONE = [("", _("not about one alone"))]
_AUTO = {"dir": "auto"}
_READERS = [
    ("restricted", _("those who investigate, and curators")),
    ("members", _("every member, also makers of tools")),
]


class Note(forms.Form):
    """A note beside a tool of a short list."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=queries.LONGEST_NOTE, widget=forms.TextInput
    )


class Keep(forms.Form):
    """The name of a kept search."""

    name = forms.CharField(
        label=_("Name"),
        max_length=queries.LONGEST_NAME,
        widget=forms.TextInput(attrs=_AUTO),
        help_text=_("So that you know it again. Nobody else sees it. Write no names of people."),
    )


class Say(forms.Form):
    """What a member lacks."""

    title = forms.CharField(
        label=_("In a few words"),
        max_length=board.LONGEST_TITLE,
        widget=forms.TextInput(attrs=_AUTO),
    )
    text = forms.CharField(
        label=_("What would have to be possible"),
        max_length=board.LONGEST_NEED,
        widget=forms.Textarea(attrs={"rows": 5, **_AUTO}),
        help_text=_("Write nothing of a case and nobody's name. Other agencies read this."),
    )
    step = forms.ChoiceField(
        label=_("Step of the work"), required=False, choices=_NONE + vocabulary.Step.choices
    )
    technique = forms.ChoiceField(
        label=_("Technique"), required=False, choices=_NONE + vocabulary.Technique.choices
    )
    media = forms.ChoiceField(  # type: ignore[assignment]  # Django takes fields off the class
        label=_("What goes in"), required=False, choices=_NONE + vocabulary.Media.choices
    )
    readers = forms.ChoiceField(
        label=_("Who reads it"),
        choices=_READERS,
        initial="restricted",
        help_text=_("A need may also tell where police see little. Choose makers with care."),
    )

    def lacked(self) -> asking.Lacked:
        """Return what was said."""
        said = dict(self.cleaned_data)
        return asking.Lacked(is_restricted=said.pop("readers") == "restricted", **said)


class Answer(forms.Form):
    """What a curator makes of a need."""

    state = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[
            (board.STATE.ANSWERED.value, _("met by a tool")),
            (board.STATE.BEING_ANSWERED.value, _("somebody works on it")),
            (board.STATE.CLOSED.value, _("closed with a reason")),
        ],
        widget=forms.RadioSelect,
    )
    tool = forms.CharField(
        label=_("Tool that meets it"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=_AUTO),
        help_text=_("By the name it has in the catalogue."),
    )
    text = forms.CharField(
        label=_("Answer to those who lack it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, **_AUTO}),
    )
    readers = forms.ChoiceField(label=_("Who reads it"), choices=_READERS)

    def clean_tool(self) -> str:
        """Return the short name of the tool in the catalogue; empty where none is named.

        Raises:
            ValidationError: The catalogue has no such tool.
        """
        name = self.cleaned_data["tool"]
        found = catalogue.named([name]) if name else {name: ("", "")}
        if name not in found:
            raise forms.ValidationError(
                _("The catalogue has no tool called %(name)s."), params={"name": name[:100]}
            )
        return found[name][0]

    def answer(self) -> asking.Answer:
        """Return what was said."""
        said = dict(self.cleaned_data)
        return asking.Answer(is_restricted=said.pop("readers") == "restricted", **said)
