"""Describing a tool in rows, the same for its own page, side by side and for export.

In      a tool as a member may see it
Out     sections of rows: a title, and text, words of the vocabulary, or why there is nothing
Fails   never
Why     two tools can only be compared when the same is said of both, also that nothing is known
Not     here: facts with their ground; the pages show them beside
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import queries
from haven.hub.catalogue import vocabulary as words

if TYPE_CHECKING:
    from django.db.models import TextChoices

    from haven.accounts.models import Member
    from haven.hub.catalogue.models import Change
    from haven.hub.catalogue.queries import Shown

Words = str | Promise
_WAS_AND_BECOMES = ("was", "becomes")
_YES_NO = {True: _("yes"), False: _("no")}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing said of a tool."""

    name: str  # of the field
    title: Words
    values: tuple[Words, ...] = ()
    is_hidden: bool = False

    @property
    def is_known(self) -> bool:
        """Tell whether anything is said."""
        return bool(self.values)


# Sections with their fields; a field of words names its choices.
_SECTIONS: tuple[tuple[Words, tuple[tuple[str, Words, type[TextChoices] | None], ...]], ...] = (
    (
        _("What for"),
        (
            ("intended_use", _("Meant for"), None),
            ("excluded_use", _("Not meant for, cautions"), None),
            ("steps", _("Steps of the work"), words.Step),
            ("techniques", _("Techniques"), words.Technique),
            ("media", _("What goes in"), words.Media),
        ),
    ),
    (
        _("Getting it"),
        (
            ("access", _("Who can have it"), words.Access),
            ("price", _("Price"), words.Price),
            ("licence", _("Licence"), None),
            ("weights_licence", _("Licence of the weights"), None),
            ("open_source", _("Open source"), None),
            ("deployment", _("Where it runs"), words.Deployment),
            ("platforms", _("Platforms"), None),
            ("languages", _("Languages"), None),
            ("website", _("Address"), None),
        ),
    ),
    (
        _("Evidence and people"),
        (
            ("evidence_leaves", _("Evidence leaves the agency"), words.Leaves),
            ("human_role", _("What a person decides"), None),
            ("wellbeing", _("Care for those who look"), None),
            ("interoperability", _("Works together with"), None),
        ),
    ),
)
TITLES: dict[str, Words] = {
    "maker": _("Maker"),
    "maker_country": _("Country of the maker"),
    "has-checked": _("A statement that was checked"),
    "has-measured": _("A statement that was measured"),
    "has-independent": _("A statement by somebody other than the maker"),
    "name": _("Name"),
    "summary": _("In short"),
    "description": _("Description"),
    "status": _("Status"),
    "facts": _("What is said, and on what ground"),
    **{name: title for _section, fields in _SECTIONS for name, title, _choices in fields},
}


def sections(shown: Shown) -> Iterator[tuple[Words, list[Row]]]:
    """Yield the sections of a tool with their rows, always the same ones."""
    for title, fields in _SECTIONS:
        yield title, [_row(shown, *one) for one in fields]


def row(shown: Shown, name: str) -> Row:
    """Return one field of a tool that holds text."""
    return _row(shown, name, TITLES[name], None)


def changed(one: Change, member: Member) -> list[Words]:
    """Return the titles of the fields that a change touched, of those that a member sees."""
    hidden = queries.hidden(one.tool, member)
    return [TITLES.get(name, name) for name in one.fields if name not in hidden]


def side_by_side(several: list[Shown]) -> Iterator[tuple[Words, list[tuple[Words, list[Row]]]]]:
    """Yield the sections with, for each title, the rows of all tools in their order."""
    for title, fields in _SECTIONS:
        yield title, [(one[1], [_row(shown, *one) for shown in several]) for one in fields]


def differences(changes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Row, Row]]:
    """Yield for each field of a proposal what the entry said and what it is to say."""
    choices = {name: one for _title, fields in _SECTIONS for name, _words, one in fields}
    choices["status"] = words.Status
    for name, change in changes.items():
        was, becomes = (tuple(_said(change[key], choices.get(name))) for key in _WAS_AND_BECOMES)
        yield Row(name, TITLES[name], was), Row(name, TITLES[name], becomes)


def _row(shown: Shown, name: str, title: Words, choices: type[TextChoices] | None) -> Row:
    if name in shown.hidden:
        return Row(name, title, is_hidden=True)
    return Row(name, title, tuple(_said(shown.value(name), choices)))


def _said(value: Any, choices: type[TextChoices] | None) -> Iterable[Words]:
    """Yield what a field says; nothing where nothing is known."""
    if isinstance(value, bool):
        yield _YES_NO[value]
        return
    for one in value if isinstance(value, list) else [value]:
        if one:
            # A word that another hub's vocabulary has and ours has not stands as it is.
            yield choices(one).label if choices and one in choices.values else one
