"""What a member may type about experience with a tool.

In      the fields of a page
Out     actions.Met, Decision, texts
Fails   ValidationError, shown beside the field
Not     here: whether a report says enough (actions.py)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue.vocabulary import Media
from haven.hub.experience import vocabulary as words
from haven.hub.experience.actions import Met
from haven.hub.experience.deciding import Decision

_LONG, _SHORT = 2000, 1000
_NOTHING_CHOSEN = [("", "—")]


def _text(label: Any, *, longest: int = _SHORT, required: bool = True, help_text: Any = "") -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


def _choice(label: Any, choices: type[Any]) -> Any:
    return forms.ChoiceField(label=label, choices=[*_NOTHING_CHOSEN, *choices.choices])


class Write(forms.Form):
    """What was met with a tool."""

    tried = _text(
        _("What you tried"),
        help_text=_("The task, in a few sentences. Name no case, no victim and no suspect."),
    )
    version = forms.CharField(
        label=_("Version"),
        max_length=60,
        help_text=_("As the program says it. Write 'not known' if it does not."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    tried_on = forms.DateField(
        label=_("When you used it last"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Readers see the month."),
    )
    data = _choice(_("On what kind of data"), words.Data)
    went_in = forms.MultipleChoiceField(  # "media" is a name of the form itself
        label=_("What went in"), choices=Media.choices, widget=forms.CheckboxSelectMultiple
    )
    worked = _text(_("What worked"), longest=_LONG, required=False)
    did_not = _text(_("What did not work"), longest=_LONG, required=False)
    effort = _choice(_("Time to learn and to set up"), words.Effort)
    again = _choice(_("Would you use it again"), words.Again)
    care = _choice(_("What it did to those who look"), words.Care)
    care_words = _text(_("More about that"), required=False)
    stake = forms.ChoiceField(
        label=_("What ties you to the maker"),
        choices=[*_NOTHING_CHOSEN, *words.Stake.choices],
        help_text=_("It is shown with the report."),
    )
    stake_words = forms.CharField(
        label=_("That tie, in words"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    shown_as = forms.ChoiceField(
        label=_("What members read of you"),
        choices=words.Shown.choices,
        initial=words.Shown.NOBODY,
        help_text=_("Makers read neither, whatever you choose. Curators read both."),
    )

    def met(self) -> Met:
        """Return what was met, as the action takes it."""
        said = dict(self.cleaned_data)
        return Met(media=said.pop("went_in"), **said)


class Ask(forms.Form):
    """A question to a maker."""

    text = _text(
        _("Your question"),
        help_text=_("Everyone reads it, other makers too. Name no case and no method."),
    )


class Say(forms.Form):
    """What a maker says."""

    text = _text(_("What you say as the maker"), longest=_LONG)


class Why(forms.Form):
    """A reason."""

    why = _text(_("Why"))


class Flag(forms.Form):
    """What a curator should look at."""

    why = _text(
        _("What a curator should look at"),
        help_text=_(
            "Curators read it, and who you are. The author reads neither. "
            "That it is unfavourable is no reason."
        ),
    )


class Settle(forms.Form):
    """Whether something is hidden, or left as it is; the action says what is missing."""

    accepts = forms.TypedChoiceField(
        choices=[("yes", ""), ("no", "")],  # two buttons
        coerce=lambda value: value == "yes",
    )
    answer = _text(_("Why"), required=False)
    is_free = forms.BooleanField(required=False)

    def decision(self) -> Decision:
        """Return the decision, as the action takes it."""
        return Decision(**self.cleaned_data)


class Decide(forms.Form):
    """A curator's decision."""

    accepts = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[*_NOTHING_CHOSEN, ("yes", _("publish it")), ("no", _("do not publish it"))],
        coerce=lambda value: value == "yes",
    )
    answer = _text(
        _("Answer to who wrote it"), required=False, help_text=_("Needed if it is not published.")
    )
    is_free = forms.BooleanField(
        label=_("I have not worked for this maker in the last three years and hold no share in it")
    )

    def decision(self) -> Decision:
        """Return the decision, as the action takes it."""
        return Decision(**self.cleaned_data)
