"""What a maker says of a tool, and what curators say to it.

In      the fields of a page
Out     actions.Told, Check, Decision
Fails   ValidationError, shown beside the field
Not     here: the rules themselves (hub/catalogue/content/inclusion.yaml)
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import describing
from haven.hub.catalogue import vocabulary as words
from haven.hub.experience.deciding import Decision
from haven.hub.portal import queries
from haven.hub.portal.actions import Check, Claim, Told

_TEXTS = {  # field: longest, lines, whether it is needed
    "name": (200, 1, True),
    "summary": (600, 2, True),
    "description": (6000, 6, True),
    "licence": (300, 1, True),
    "weights_licence": (300, 1, False),
    "intended_use": (2000, 3, True),
    "excluded_use": (2000, 3, True),
    "human_role": (2000, 3, True),
    "wellbeing": (2000, 3, False),
    "interoperability": (2000, 3, False),
}
_LISTS: dict[str, Any] = {
    "steps": words.Step, "techniques": words.Technique, "media": words.Media,
    "deployment": words.Deployment,
}  # fmt: skip
_CHOICES: dict[str, Any] = {
    "access": words.Access, "price": words.Price, "evidence_leaves": words.Leaves,
    "status": words.Status,
}  # fmt: skip
_SPLIT = ("platforms", "languages")  # written with commas
_HELP = {
    "excluded_use": _("At least one use for which it is not meant. It is shown as you write it."),
    "human_role": _("What a person decides, and how that is made sure."),
    "description": _("What it does and how, in plain words. No praise and no comparison."),
}
_TITLES: dict[str, Any] = dict(describing.TITLES)
_MAY_BE_RESTRICTED = ("intended_use", "human_role", "interoperability", "wellbeing")
_N_CLAIMS = 3
_ORDER = (
    "maker", "name", "website", "summary", "description", "status", "intended_use",
    "excluded_use", "human_role", "steps", "techniques", "media", "access", "price",
    "deployment", "evidence_leaves", "leaves_what", "licence", "weights_licence", "platforms",
    "languages", "wellbeing", "interoperability", "known_errors", "training_use", "restricted",
)  # fmt: skip


class Submit(forms.Form):
    """A tool, as its maker describes it."""

    maker = forms.ChoiceField(label=_("Maker"), required=False)
    website = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    leaves_what = forms.CharField(
        label=_("What leaves the agency, and to whom"),
        required=False,
        max_length=800,
        help_text=_("Needed unless no evidence and nothing made from it ever leaves."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    known_errors = forms.CharField(
        label=_("Known errors, and for whom they are more frequent"),
        max_length=900,
        help_text=_("Write 'not known' where you do not know."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    training_use = forms.CharField(
        label=_("Whether what goes in is used for training"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    restricted = forms.MultipleChoiceField(
        label=_("Fields that show how a method works"),
        required=False,
        choices=[(name, _TITLES[name]) for name in _MAY_BE_RESTRICTED],
        help_text=_("They are shown to those who investigate alone. A curator agrees or asks."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, makers: list[str], agency: str, **kwargs: Any) -> None:
        """Ask for every field of an entry, for claims, and for each rule of refusal."""
        super().__init__(*args, **kwargs)
        self.fields["maker"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", agency),
            *((one, one) for one in makers if one != agency),
        ]
        for name, (longest, rows, is_needed) in _TEXTS.items():
            self.fields[name] = forms.CharField(
                label=_TITLES[name],
                required=is_needed,
                max_length=longest,
                help_text=_HELP.get(name, ""),
                widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"})
                if rows > 1
                else forms.TextInput(attrs={"dir": "auto"}),
            )
        for name, choices in _LISTS.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=_TITLES[name],
                choices=choices.choices,
                widget=forms.CheckboxSelectMultiple,
            )
        for name, choices in _CHOICES.items():
            self.fields[name] = forms.ChoiceField(
                label=_TITLES[name], choices=[("", "—"), *choices.choices]
            )
        for name in _SPLIT:
            self.fields[name] = forms.CharField(
                label=_TITLES[name],
                required=False,
                max_length=300,
                help_text=_("Separated by commas."),
            )
        self._add_claims()
        self._add_rules()
        self.order_fields([*_ORDER, *self.claim_names, *self.rule_names])

    def _add_claims(self) -> None:
        """Ask for what the tool does, and where that can be read."""
        self.claim_names: list[str] = []
        for number in range(1, _N_CLAIMS + 1):
            says, source = f"claim_{number}", f"source_{number}"
            self.fields[says] = forms.CharField(
                label=_("Statement %(n)s") % {"n": number},
                required=number == 1,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
            )
            self.fields[source] = forms.URLField(
                label=_("Where statement %(n)s can be read") % {"n": number},
                required=number == 1,
                max_length=1000,
                assume_scheme="https",
            )
            self.claim_names += [says, source]

    def _add_rules(self) -> None:
        """Ask of each rule of refusal whether it applies."""
        self.rule_names: list[str] = []
        for slug, rule in queries.refusals().items():
            name = f"rule_{slug}"
            self.fields[name] = forms.ChoiceField(
                label=rule["name"],
                choices=[("", "—"), ("no", _("does not apply")), ("yes", _("applies"))],
                help_text=rule["says"],
            )
            self.rule_names.append(name)

    def entry_fields(self) -> list[Any]:
        """Return the fields of the entry, for the page."""
        return [self[name] for name in _ORDER]

    def claim_fields(self) -> list[Any]:
        """Return the fields of the claims, for the page."""
        return [self[name] for name in self.claim_names]

    def rule_fields(self) -> list[Any]:
        """Return the fields of the rules of refusal, for the page."""
        return [self[name] for name in self.rule_names]

    def clean(self) -> dict[str, Any]:
        """Ask what leaves the agency where something does; a statement comes with its address."""
        said: dict[str, Any] = super().clean() or {}
        leaves = said.get("evidence_leaves")
        if leaves and leaves != words.Leaves.NO and not said.get("leaves_what"):
            self.add_error("leaves_what", _("Say what leaves the agency, and to whom."))
        for number in range(1, _N_CLAIMS + 1):
            if said.get(f"source_{number}") and not said.get(f"claim_{number}"):
                self.add_error(f"claim_{number}", _("Say what can be read there."))
        return said

    def told(self) -> Told:
        """Return what the maker says, as the action takes it."""
        said = self.cleaned_data
        plain = ("website", "restricted", *_TEXTS, *_LISTS, *_CHOICES)
        values = {name: said[name] for name in plain}
        for name in _SPLIT:
            values[name] = [one.strip() for one in said[name].split(",") if one.strip()]
        claims = [
            Claim(said[f"claim_{number}"], said[f"source_{number}"])
            for number in range(1, _N_CLAIMS + 1)
            if said[f"claim_{number}"]
        ]
        if said["leaves_what"]:
            claims.append(Claim(f"What leaves the agency: {said['leaves_what']}"))
        claims.append(Claim(f"Known errors: {said['known_errors']}"))
        claims.append(Claim(f"What goes in is used for training: {said['training_use']}"))
        met = [slug for slug in queries.refusals() if said[f"rule_{slug}"] == "yes"]
        return Told(values, claims, met, maker=said["maker"])


class Objection(forms.Form):
    """What is wrong with a decision; the page of the submission draws its field."""

    why = forms.CharField(max_length=1000)


class _Deciding(forms.Form):
    """An answer, and that the curator is free to decide."""

    answer = forms.CharField(
        label=_("Answer to the maker"),
        required=False,
        max_length=1000,
        help_text=_("Needed if it is not taken in."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    is_free = forms.BooleanField(
        label=_("I have not worked for this maker in the last three years and hold no share in it")
    )


class CheckRules(_Deciding):
    """Which criteria hold, and whether a rule of refusal applies."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask of each criterion, and for a rule."""
        super().__init__(*args, **kwargs)
        for slug, one in queries.criteria().items():
            self.fields[f"holds_{slug}"] = forms.BooleanField(
                label=one["name"], required=False, help_text=one["says"]
            )
        self.fields["rule"] = forms.ChoiceField(
            label=_("Rule of refusal that applies"),
            required=False,
            choices=[
                ("", _("none")),
                *((slug, one["name"]) for slug, one in queries.refusals().items()),
            ],
        )
        criteria = [f"holds_{slug}" for slug in queries.criteria()]
        self.order_fields([*criteria, "rule", "answer", "is_free"])

    def check(self) -> tuple[Check, Decision]:
        """Return what was found, and what follows from it."""
        said = self.cleaned_data
        holds = [slug for slug in queries.criteria() if said[f"holds_{slug}"]]
        accepts = not said["rule"] and len(holds) == len(queries.criteria())
        return (
            Check(holds, said["rule"]),
            Decision(accepts, said["answer"], is_free=said["is_free"]),
        )


class Publish(_Deciding):
    """Whether a checked tool is taken in."""

    accepts = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("", "—"), ("yes", _("take it in")), ("no", _("do not take it in"))],
        coerce=lambda value: value == "yes",
    )
    field_order = ("accepts", "answer", "is_free")

    def decision(self) -> Decision:
        """Return the decision, as the action takes it."""
        return Decision(**self.cleaned_data)
