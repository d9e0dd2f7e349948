"""What a member may type about assessments.

In      the fields of a page
Out     checked values, as the actions take them
Fails   ValidationError, shown beside the field
Not     here: whether an answer says enough (checking.py), who may give it (actions.py)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haven.hub.assessment import prefilling, queries
from haven.hub.assessment.actions import ACCOUNTABLE, Subject, Taken
from haven.hub.assessment.checking import Control, Said
from haven.hub.assessment.questionnaires import CHECKLIST, MATURITY, RISK, UNANSWERED
from haven.hub.base.translated import direction

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.assessment.models import Answer as Row
    from haven.hub.assessment.prefilling import Suggestion
    from haven.hub.assessment.questionnaires import Item, Named, Questionnaire
    from haven.hub.assessment.scoring import Pair

_SHORT, _LONG, _INTEREST = 200, 1200, 500
_RISK = ("likelihood_before", "severity_before", "likelihood_after", "severity_after")
_PLAIN = ("value", "text", "basis", "filled_from", "reason", "note", "evidence", "evidence_where")
_GROUND = ("reason", "note", "evidence", "evidence_where", "evidence_seen_on")


def _line(label: Any, *, required: bool = False, longest: int = _SHORT, **more: Any) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        **more,
    )


def _text(label: Any, *, required: bool = False, longest: int = _LONG, **more: Any) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        **more,
    )


class TakeRole(forms.Form):
    """A role, and what one stands to gain from the result."""

    role = forms.ChoiceField(label=_("Your role"))
    interest = _line(
        _("What you or people close to you gain from the result"),
        longest=_INTEREST,
        help_text=_("Leave it empty if there is nothing. Who gains cannot close."),
    )

    def __init__(self, *args: Any, asked: Questionnaire, member: Member, **kwargs: Any) -> None:
        """Offer the roles that a member of these duties may take."""
        super().__init__(*args, **kwargs)
        role = cast("forms.ChoiceField", self.fields["role"])
        role.choices = [
            (value, label)
            for value, label in queries.ROLE.choices
            if value != queries.ROLE.ACCOUNTABLE or not ACCOUNTABLE.isdisjoint(member.roles)
        ]

    def taken(self) -> Taken:
        """Return the role as the action takes it."""
        return Taken(self.cleaned_data["role"], self.cleaned_data["interest"])


class Begin(TakeRole):
    """A new assessment: what it is about, and a role in it."""

    title = _line(_("Title"), required=True)
    unit = _line(_("Unit or agency that it describes"), required=True)
    tool_name = _line(_("Tool"))
    tool_version = _line(
        _("Version of the tool"), help_text=_("Another version is another assessment.")
    )
    tool_slug = forms.SlugField(
        label=_("Short name in the catalogue"),
        required=False,
        max_length=_SHORT,
        help_text=_("The last part of its address there, if the tool is listed."),
    )
    purpose = _text(_("Purpose, in one sentence"))
    field_order = ("title", "unit", "tool_name", "tool_version", "tool_slug", "purpose")

    def __init__(self, *args: Any, asked: Questionnaire, member: Member, **kwargs: Any) -> None:
        """Ask for a tool and its purpose where the questionnaire is about one."""
        super().__init__(*args, asked=asked, member=member, **kwargs)
        for name in ("tool_name", "tool_version", "tool_slug", "purpose"):
            if asked.kind == MATURITY:
                del self.fields[name]
            elif name != "tool_slug":
                self.fields[name].required = True

    def subject(self) -> Subject:
        """Return what it is about, as the action takes it."""
        told = self.cleaned_data
        return Subject(**{name: told[name] for name in self.field_order if name in told})


class Anew(TakeRole):
    """Why an assessment is made anew."""

    trigger = forms.ChoiceField(label=_("Why now"))
    reason = _text(_("What happened"), required=True)
    field_order = ("trigger", "reason", "role", "interest")

    def __init__(self, *args: Any, asked: Questionnaire, member: Member, **kwargs: Any) -> None:
        """Offer the triggers of the questionnaire."""
        super().__init__(*args, asked=asked, member=member, **kwargs)
        trigger = cast("forms.ChoiceField", self.fields["trigger"])
        trigger.choices = [(one.id, f"{one.name}: {one.when}") for one in asked.triggers]


class Answer(forms.Form):
    """The answer to one thing that is asked."""

    item = forms.CharField(widget=forms.HiddenInput, max_length=40)
    supersedes = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self,
        *args: Any,
        asked: Questionnaire,
        question: Item,
        current: Row | None,
        suggested: Suggestion | None = None,
        **kwargs: Any,
    ) -> None:
        """Ask what this kind of question asks."""
        kwargs.setdefault("initial", _initial(question, current, suggested))
        kwargs["auto_id"] = f"{question.id}-%s"
        super().__init__(*args, **kwargs)
        self.question = question
        if question.id in asked.gates:
            self._choose(_choices(question.choices, None, asked.language))
        elif question.id in asked.preparation:
            self.fields["text"] = _text(_("Answer"), required=True)
        elif asked.kind == RISK:
            self._value_risk(asked)
        else:
            self._choose(_choices((*asked.choices, *asked.other), question, asked.language))
        if asked.kind == CHECKLIST:
            self.fields["basis"] = forms.ChoiceField(
                label=_("How you know it"),
                required=False,
                choices=[(one.value, _basis(one, asked.language)) for one in asked.basis],
                widget=forms.RadioSelect,
            )
            self.fields["filled_from"] = forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=_SHORT
            )
        if question.id not in asked.preparation:
            self._ground(needs_reason=question.id not in asked.gates)

    def _choose(self, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields["value"] = forms.ChoiceField(
            label=_("Answer"), choices=choices, widget=forms.RadioSelect
        )

    def _value_risk(self, asked: Questionnaire) -> None:
        labels = (
            _("Likelihood before controls"),
            _("Severity before controls"),
            _("Likelihood with controls"),
            _("Severity with controls"),
        )
        for name, label in zip(_RISK, labels, strict=True):
            values = asked.likelihood if name.startswith("likelihood") else asked.severity
            choices = [(one.value, f"{one.value} {one.name}") for one in values]
            self.fields[name] = forms.ChoiceField(
                label=label, required=False, choices=[("", "\N{EN DASH}"), *choices]
            )
        self.fields["cannot_occur"] = forms.BooleanField(
            label=_("It cannot occur here, for the reason below"), required=False
        )
        for number, control in enumerate(self.question.controls):
            self.fields[f"owner_{number}"] = _line(_("Owner"))
            self.fields[f"proof_{number}"] = _line(
                _("Where its proof lies"), longest=_LONG, help_text=control.proof
            )
            self.fields[f"in_place_{number}"] = forms.BooleanField(
                label=pgettext_lazy("control", "It is in place"), required=False
            )

    def _ground(self, *, needs_reason: bool) -> None:
        if needs_reason:
            self.fields["reason"] = _text(_("Reason, if it does not apply"))
        self.fields["note"] = _text(_("Note"))
        self.fields["evidence"] = _line(_("What shows it"), longest=_LONG)
        self.fields["evidence_where"] = _line(_("Where that lies"), longest=_LONG)
        self.fields["evidence_seen_on"] = forms.DateField(
            label=_("Seen on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
        )

    @property
    def controls(self) -> Iterable[tuple[Any, list[Any]]]:
        """Yield each proposed control with its fields."""
        for number, control in enumerate(self.question.controls):
            names = (f"owner_{number}", f"proof_{number}", f"in_place_{number}")
            yield control, [self[name] for name in names if name in self.fields]

    @property
    def values(self) -> list[Any]:
        """Return the four fields of a risk."""
        return [self[name] for name in _RISK if name in self.fields]

    @property
    def ground(self) -> list[Any]:
        """Return the fields of reason, note and evidence."""
        return [self[name] for name in _GROUND if name in self.fields]

    def said(self) -> Said:
        """Return the answer as the action takes it."""
        told = self.cleaned_data
        plain = {name: told.get(name) or "" for name in _PLAIN}
        if told.get("cannot_occur"):
            plain["value"] = "cannot-occur"
        is_risk = "cannot_occur" in told and not plain["value"]
        return Said(
            **plain,
            before=_pair(told, "before") if is_risk else None,
            after=_pair(told, "after") if is_risk else None,
            controls=self._controls() if is_risk else (),
            evidence_seen_on=told.get("evidence_seen_on"),
            supersedes=told.get("supersedes"),
        )

    def _controls(self) -> list[Control]:
        """Return the controls of which anything was said."""
        told, found = self.cleaned_data, []
        for number, control in enumerate(self.question.controls):
            owner, proof = told[f"owner_{number}"], told[f"proof_{number}"]
            in_place = told[f"in_place_{number}"]
            if owner or proof or in_place:
                found.append(
                    Control(
                        control=control.id,
                        do=control.do,
                        owner=owner,
                        proof=proof,
                        in_place=in_place,
                    )
                )
        return found


class Dissent(forms.Form):
    """What a member sees otherwise."""

    about = forms.ChoiceField(label=_("About"))
    text = _text(_("What you see otherwise"), required=True)

    def __init__(self, *args: Any, asked: Questionnaire, **kwargs: Any) -> None:
        """Offer the whole, the themes and all that is asked."""
        super().__init__(*args, **kwargs)
        about = cast("forms.ChoiceField", self.fields["about"])
        items = [(one.id, _short(one)) for part in asked.parts for one in part.items]
        themes = [(one.id, one.title) for one in asked.themes]
        about.choices = [
            ("whole", _("the whole assessment")),
            (_("Themes"), themes),
            (_("Questions"), items),
        ]


class Reply(forms.Form):
    """A reply to a dissent, or why a close is refused."""

    text = _text(_("Reply"), required=True)


class Refuse(forms.Form):
    """Why a close is refused or taken back."""

    reason = _text(_("Why not"), required=True)


class Propose(forms.Form):
    """A decision with which to close."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=queries.DECISION.choices, widget=forms.RadioSelect
    )
    reason = _text(_("Reason"), required=True)


def _short(item: Item) -> str:
    longest = 90
    words = item.title or item.ask
    return f"{item.id} {words if len(words) <= longest else words[:longest] + '…'}"


def _choices(
    named: Sequence[Named], question: Item | None, language: str
) -> list[tuple[str, Any]]:
    """Return what can be chosen; a level in the words of the question, where it has them."""
    levels = (question.levels if question else None) or {}
    return [
        (one.value, _named(one.name, levels.get(one.value, one.means), language))
        for one in named
        if one.value != UNANSWERED
    ]


def _basis(one: Named, language: str) -> Any:
    """Return how something is known, called as the catalogue calls it."""
    said = format_html(
        '<span lang="{}" dir="{}">{}</span>', language, direction(language), one.means
    )
    return format_html("<strong>{}</strong> {}", prefilling.ground_name(one.value), said)


def _named(name: str, means: str, language: str) -> Any:
    way = direction(language)
    if not means:
        return format_html('<span lang="{}" dir="{}">{}</span>', language, way, name)
    return format_html(
        '<span lang="{}" dir="{}"><strong>{}</strong> {}</span>', language, way, name, means
    )


def _pair(told: dict[str, Any], when: str) -> Pair | None:
    values = (told.get(f"likelihood_{when}"), told.get(f"severity_{when}"))
    return (int(values[0]), int(values[1])) if values[0] and values[1] else None


def _initial(question: Item, current: Row | None, suggested: Suggestion | None) -> dict[str, Any]:
    """Return the fields as the current answer fills them, or what the catalogue suggests."""
    made: dict[str, Any] = {"item": question.id, "supersedes": current.pk if current else None}
    if suggested is not None:
        note = suggested.note[:_LONG]
        made |= {"value": suggested.value, "basis": suggested.kind, "note": note}
        return made | {"filled_from": suggested.key}
    if current is None:
        return made
    names = ("value", "text", "basis", *_RISK, *_GROUND)
    made |= {name: getattr(current, name) for name in names}
    made["cannot_occur"] = current.value == "cannot-occur"
    said = {one["control"]: one for one in current.controls}
    for number, control in enumerate(question.controls):
        one = said.get(control.id, {})
        made[f"owner_{number}"] = one.get("owner", "")
        made[f"proof_{number}"] = one.get("proof", "")
        made[f"in_place_{number}"] = one.get("in_place", False)
    return made
