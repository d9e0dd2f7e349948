"""Chapter 1: what the report is, on what it stands, how it is read.

In      the paper, the scope, what the report is called
Out     the first section
Not     here: what the case holds
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from haven import __version__
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases
from haven.workbench.reports.paper import UNTIL, badge, code, joined, moment

if TYPE_CHECKING:
    from uuid import UUID

    from haven.workbench.authority.models import Authority
    from haven.workbench.reports.paper import Paper, Part, Parts
    from haven.workbench.reports.scope import Scope


class Head(NamedTuple):
    """What a report is called."""

    public_id: UUID
    number: int
    supersedes: UUID | None


def write(paper: Paper, scope: Scope, head: Head) -> None:
    """Write the section."""
    paper.section("about", "about", _("1. About this report"))
    paper.facts(_what(scope, head))
    paper.heading(_("How to read it"))
    paper.say(
        _(
            "Three kinds of statements are kept apart, by heading, by line at the side and by "
            "word: facts, which anybody can check by digest; tool output, which a program "
            "worked out and which may be wrong; and human opinion, which a named person "
            "stated, with a reason."
        )
    )
    paper.say(
        _(
            "Each number that was counted or measured is followed by a small N and a number. "
            "The table in section 6 has a row for it, which says what was counted, from which "
            "rows or which file. All times are in UTC."
        )
    )
    paper.heading(_("What Haven is, and what it is not"))
    paper.say(
        _(
            "Haven puts seized pictures in order so that people can look through them and "
            "need to see as little as possible. Parts of it are machine learning. What it "
            "finds is a lead or a candidate: it never says who somebody is, and it decides "
            "nothing. "
            "Only a person decided what stands in section 4, and who somebody is takes two, "
            "unless a decision says on which law one was enough."
        ),
        look="note",
    )
    paper.heading(_("Legal basis"))
    _bases(paper, scope)


def _what(scope: Scope, head: Head) -> list[tuple[str, object]]:
    """Return who made the report, when, for whom, and of what."""
    case, ask, free = scope.case, scope.ask, scope.names.said
    rows: list[tuple[str, object]] = [
        (_("Case"), joined([{"name": case.number}, scope.names.label(case.name)])),
        (_("Agency"), {"name": case.agency.name}),
        (_("Responsible officer"), {"name": cases.responsible(case).display_name}),
        (
            _("Report"),
            joined([_("number %(n)s of this case") % {"n": head.number}, code(head.public_id)]),
        ),
        (_("Made by"), {"name": scope.by.display_name}),
        (_("Made at"), moment(scope.at)),
        (_("Addressed to"), free(ask.addressed_to)),
        (_("Purpose"), free(ask.purpose)),
        (_("Pictures"), _pictures(ask.step)),
        (_("Parts"), _parts(scope)),
        (_("Names"), _names(scope)),
        (_("Program"), f"Haven {__version__}"),
    ]
    if head.supersedes:
        rows.insert(4, (_("Supersedes the report"), code(head.supersedes)))
    return rows


def _pictures(step: int) -> str:
    """Return in words how much can be seen."""
    if step == 0:
        return _("None. This report holds no picture and no part of one.")
    return _(
        "Masked views alone: faces are visible, all else is replaced by a mosaic made from at "
        "most 24 by 24 samples. No original and no crop is in this report."
    )


def _parts(scope: Scope) -> str:
    """Return in words what of the case is in the report."""
    if scope.ask.whole_case:
        return _("The whole case.")
    return _(
        "Facts and tool output of the whole case; of the leads and decisions those that were "
        "chosen. How many others there are is said in section 4."
    )


def _names(scope: Scope) -> str:
    """Return in words whether people are named."""
    if scope.ask.hides_names:
        return _(
            "Persons are called by a letter and a number: V for a victim, W for a witness, P "
            "for another person. Suspects (S) are named. In free text, names that the case "
            "knows were replaced by the program; nobody read the text for it. The number is "
            "the same in every report of this case."
        )
    return _("Persons are named as the case names them.")


def _bases(paper: Paper, scope: Scope) -> None:
    """Write what the case stands on."""
    rows = []
    for one in authority.of_case(scope.case).order_by("pk"):
        rows.append(
            [
                joined([{"name": one.kind_words}, {"name": one.reference}]),
                {"name": one.issuer},
                joined(one.powers_words, ", "),
                _covers(one),
                _lasts(one),
                _state(scope, one),
                joined([{"name": one.entered_by.display_name}, one.entered_at], ", "),
            ]
        )
    paper.table(
        _("Authorities entered in the case, oldest first"),
        [
            _("Kind and reference"),
            _("Issued by"),
            _("Allows"),
            _("Covers"),
            _("Valid"),
            _("At this moment"),
            _("Entered by"),
        ],
        rows,
        empty=_("No authority was entered in this case."),
    )


def _covers(one: Authority) -> object:
    """Return what an authority covers."""
    if one.whole_case:
        return _("the whole case")
    return joined([{"name": exhibit.label} for exhibit in one.exhibits.all()], ", ")


def _lasts(one: Authority) -> Parts:
    """Return from when until when an authority is valid."""
    until: object = one.valid_until or _("no last day is named")
    return joined([one.valid_from, until], UNTIL)


def _state(scope: Scope, one: Authority) -> list[Part]:
    """Return how an authority stands at the moment of making."""
    words = {
        "valid": _("valid"),
        "later": _("not yet valid"),
        "ended": _("ended"),
        "superseded": _("superseded"),
        "withdrawn": _("withdrawn"),
    }
    found: list[Part] = [badge(words[authority.standing(one, at=scope.at).state])]
    if one.withdrawn_why:
        found += [" ", scope.names.said(one.withdrawn_why)]
    return found
