"""What may be typed on the pages about care.

In      the fields of a page
Out     checked values
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (policies.py and its neighbours)
"""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.workbench.wellbeing.outcomes import KIND
from haven.workbench.wellbeing.policies import FIELDS, SET

LABELS = {
    "break_min": _("Minutes of work until a pause is suggested"),
    "day_min": _("Minutes of work in a day until it is said"),
    "zone": _("Time zone of the agency"),
    "late_from": _("End of the day for looking"),
    "late_stops": _("Nothing opens above faces after it"),
    "reveal_max_s": _("Longest look, in seconds"),
    "reveal_idle_s": _("Hidden after so many seconds without a movement"),
    "part_needs_reason": _("A part needs a reason"),
    "whole_needs_reason": _("The whole needs a reason"),
    "part_needs_factor": _("A part needs the second factor again"),
    "whole_needs_factor": _("The whole needs the second factor again"),
    "whole_needs_two": _("The whole needs a second person"),
    "approval_min": _("Minutes for which a second person's agreement counts"),
    "practice": _("The practice on harmless pictures"),
    "first_days": _("First days of a member without a part or the whole"),
}


class Outcome(forms.Form):
    """What became of a case."""

    kind = forms.ChoiceField(label=_("What became of it"), choices=KIND.choices)
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Everyone who worked on the case reads this, also who left it. No name of a victim."
        ),
    )


class Help(forms.Form):
    """Where members find help."""

    name = forms.CharField(label=_("Who helps"), max_length=120)
    reach = forms.CharField(
        label=_("How to reach them"),
        max_length=200,
        help_text=_("A number, an address or a room, and when somebody is there."),
    )
    what_for = forms.CharField(label=_("What for"), max_length=300, required=False)


class Policy(forms.ModelForm):  # type: ignore[type-arg]  # generic only in its stubs
    """What an agency sets."""

    class Meta:
        model = SET
        fields = FIELDS
        labels = LABELS
        widgets = {"late_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        zones = sorted(one for one in available_timezones() if "/" in one and "Etc" not in one)
        self.fields["zone"] = forms.ChoiceField(
            label=LABELS["zone"],
            required=False,
            choices=[("", _("not named: no end of the day")), ("UTC", "UTC")]
            + [(one, one) for one in zones],
        )
