"""What a member may type or choose about people.

In      the fields of a page
Out     checked values: names, chosen faces and groups, what is stated about a person
Fails   ValidationError, shown beside the field
Not     here: whether it may be done (the actions)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from haven.web.fields import Ids
from haven.workbench.people.face_actions import Choice
from haven.workbench.people.person_actions import OLDEST, Kind, Role, Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise as Text

    from haven.workbench.people.models import Person

_LONGEST_REASON = 500
_LONGEST_TEXT = 1000
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Groups(forms.Form):
    """Chosen groups."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any id; the action looks each one up."""
        super().__init__(*args, **kwargs)
        self.fields["group"] = Ids(str)


class TwoGroups(Groups):
    """Two groups, and why they are not the same."""

    reason = forms.CharField(max_length=_LONGEST_REASON, required=False)

    def chosen(self) -> tuple[list[str], str]:
        """Return the groups and the reason; what is wrong is as if it was not there."""
        self.is_valid()
        return self.cleaned_data.get("group", []), self.cleaned_data.get("reason", "")


class Faces(forms.Form):
    """Chosen faces."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any key; the action looks each one up."""
        super().__init__(*args, **kwargs)
        self.fields["face"] = Ids(int)


class Decide(Faces):
    """Chosen faces, why something is done to them, and where they go."""

    reason = forms.CharField(max_length=_LONGEST_REASON, required=False)
    to = forms.CharField(max_length=80, required=False)

    def choice(self, group_id: str) -> Choice:
        """Return the chosen faces of a group; what is wrong is as if it was not there."""
        self.is_valid()
        value = self.cleaned_data.get
        return Choice(group_id, value("face") or [], value("reason") or "")

    def target(self) -> str:
        """Return the id of the group to which the faces go."""
        self.is_valid()
        return self.cleaned_data.get("to") or ""


class Back(forms.Form):
    """The group from whose page something was undone."""

    back = forms.CharField(max_length=80, required=False)

    def group(self) -> str:
        """Return its id, or nothing."""
        self.is_valid()
        return self.cleaned_data.get("back") or ""


class Name(forms.Form):
    """A name for a group of faces."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As your unit refers to this person.")
    )
    note = forms.CharField(
        label=_("Why you think so"),
        max_length=_LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Statement(forms.Form):
    """Something stated about a person."""

    of: ClassVar[Kind]
    title: ClassVar[Text]

    def __init__(self, *args: Any, others: Sequence[Person] = (), **kwargs: Any) -> None:
        """Give each form its own ids; a page shows several."""
        super().__init__(*args, **kwargs)
        self.auto_id = f"id_{self.of}_%s"
        self.others = others

    def said(self) -> Said:
        """Return what is stated."""
        return Said(kind=self.of, **self.cleaned_data)


class StateRole(Statement):
    """What the person is to the case."""

    of, title = Kind.ROLE, _("Role")
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    text = forms.CharField(
        label=_("Why"),
        max_length=_LONGEST_TEXT,
        required=False,
        help_text=_("Every role but that of a victim needs a reason."),
    )


class StateAlias(Statement):
    """Another name."""

    of, title = Kind.ALIAS, _("Also called")
    text = forms.CharField(
        label=_("Another name"),
        max_length=120,
        help_text=_("A nickname, a name in a chat, a name in another country."),
    )


class StateAge(Statement):
    """An age on a day, as a person estimates it."""

    of, title = Kind.AGE, _("Age")
    from_years = forms.IntegerField(label=_("From (years)"), min_value=0, max_value=OLDEST)
    to_years = forms.IntegerField(label=_("To (years)"), min_value=0, max_value=OLDEST)
    on = forms.DateField(label=_("On this day"), widget=_DAY)
    text = forms.CharField(label=_("How you know, or why you think so"), max_length=_LONGEST_TEXT)


class StateNote(Statement):
    """A note."""

    of, title = Kind.NOTE, _("Note")
    text = forms.CharField(
        label=_("Note"), max_length=_LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class StateSibling(Statement):
    """A brother or sister."""

    of, title = Kind.SIBLING, _("Brother or sister")
    other = forms.ChoiceField(label=_("Person"))
    text = forms.CharField(label=_("How you know"), max_length=_LONGEST_TEXT, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the other persons of the case."""
        super().__init__(*args, **kwargs)
        self.known = {str(one.public_id): one for one in self.others}
        self.fields["other"].choices = [(key, one.name) for key, one in self.known.items()]  # type: ignore[attr-defined]

    def said(self) -> Said:
        """Return what is stated."""
        other = self.known[self.cleaned_data["other"]].public_id
        return Said(kind=self.of, text=self.cleaned_data["text"], other=other)


_STATEMENTS: dict[str, type[Statement]] = {
    one.of: one for one in (StateRole, StateAlias, StateAge, StateNote, StateSibling)
}


def statement(given: Mapping[str, Any], *, others: Sequence[Person]) -> Statement | None:
    """Return the form that was sent, or None where its kind is not known."""
    form = _STATEMENTS.get(str(given.get("kind", "")))
    return form(given, others=others) if form else None


def statements(wrong: Statement | None, *, others: Sequence[Person]) -> list[Statement]:
    """Return every form, one that was sent and is wrong as it was sent."""
    return [
        wrong if isinstance(wrong, form) else form(others=others)
        for form in _STATEMENTS.values()
        if others or form is not StateSibling
    ]
