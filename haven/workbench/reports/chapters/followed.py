"""Leads of a report: what is worth following, how strong it is, what would disprove it.

In      the paper, the scope
Out     a part of the section of human opinion
Not     here: decisions on leads (opinion.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from haven.workbench.leads import queries as leads
from haven.workbench.reports.chapters import errors
from haven.workbench.reports.chapters.facts import way as way_to_item
from haven.workbench.reports.paper import NOTHING, badge, code, joined, moment, to

if TYPE_CHECKING:
    from haven.workbench.leads.models import Lead, LeadChange
    from haven.workbench.reports.paper import Paper
    from haven.workbench.reports.scope import Scope


def write(paper: Paper, scope: Scope) -> None:
    """Write the leads."""
    paper.heading(_("Leads"))
    every, told = len(scope.open_leads), len(scope.leads)
    paper.facts(
        [
            (
                _("In this report"),
                paper.number(
                    "leads", told, _("leads in this report"), "leads_lead of the case, as chosen"
                ),
            ),
            (
                _("Others of the case, not chosen for this report"),
                paper.number(
                    "leads-others",
                    every - told,
                    _("leads of the case that were not chosen for this report"),
                    "leads_lead of the case, less those chosen and those kept back",
                ),
            ),
            (
                _("Kept back"),
                paper.number(
                    "leads-unsaid",
                    scope.unsaid["leads"],
                    _("leads that are kept back"),
                    "leads_lead whose pair has no second comparison, or whose search is pending",
                ),
            ),
        ]
    )
    paper.say(
        _(
            "What is kept back rests on a pair of faces that a second person has yet to compare "
            "without knowing what the first one concluded, or on a search that waits for its "
            "authority."
        ),
        look="note",
    )
    for place, one in enumerate(scope.leads, start=1):
        paper.heading([f"L{place} ", capfirst(one.get_kind_display())], f"lead-{one.pk}")
        paper.facts(_lead(paper, scope, place, one))


def way(scope: Scope, one: Lead) -> object:
    """Return the way to a lead of the report."""
    places = {lead.pk: place for place, lead in enumerate(scope.leads, start=1)}
    if one.pk in places:
        return to(f"lead-{one.pk}", f"L{places[one.pk]}")
    return _("a lead that is not in this report")


def _lead(paper: Paper, scope: Scope, place: int, one: Lead) -> list[tuple[str, object]]:
    """Return what a lead says and what became of it."""
    said = scope.names.label if one.analyser else scope.names.said  # the program's words
    rows: list[tuple[str, object]] = [
        (_("State"), badge(one.get_state_display())),
        (_("What"), said(one.what)),
        (_("About"), _about(scope, one)),
        (_("Found by"), _found_by(one)),
        (
            _("Strength (tool output)") if one.analyser else _("Strength"),
            _strength(paper, place, one),
        ),
        (_("What would disprove it"), said(one.disproof)),
        (
            _("Other explanations"),
            said(one.alternatives) if one.alternatives else _("none was stated"),
        ),
        (_("Made by"), joined([{"name": one.made_by.display_name}, moment(one.made_at)], ", ")),
    ]
    steps = [_step(scope, each) for each in reversed(leads.changes(one))]
    rows.append((_("What became of it"), joined(steps, "; ") or _("nothing yet")))
    rows.append((_("Key"), code(one.public_id)))
    return rows


def _about(scope: Scope, one: Lead) -> object:
    """Return about whom or what a lead is."""
    found: list[object] = []
    if one.item:
        found.append(way_to_item(scope, one.item))
    if one.group:
        named = scope.names.of_group(one.group.pk)
        if named is not None:
            found.append(to(f"person-{named.key}", named.called))
        found.append([_("group of faces"), " ", *code(one.group.public_id)])
    if one.exhibit:
        found.append(scope.names.label(one.exhibit.label))
    if one.candidate_id:
        found.append(to(f"pair-{one.candidate_id}", _("two faces that were compared")))
    return joined(found) or NOTHING


def _found_by(one: Lead) -> object:
    """Return who or what found it."""
    if not one.analyser:
        return _("a person, without a program")
    who = f"{one.analyser} {one.version}"
    if one.is_offered:
        return _("the program (%(who)s); a person took it up") % {"who": who}
    return _("a person, on output of %(who)s") % {"who": who}


def _strength(paper: Paper, place: int, one: Lead) -> object:
    """Return how strong a lead is in words, with the measured error where there is one."""
    found: list[object] = [badge(one.get_strength_display())]
    if one.is_weak:
        found.append(_("a child may be on it, or years lie between: at most a weak lead"))
    if one.distance is None:
        found.append(_("its error was not tested"))
    else:
        n, row = one.n_searched or 0, f"leads_lead {one.public_id}"
        found.append(errors.strength(paper, f"lead-{place}", one.distance, n, source=row))
    return joined(found, "; ")


def _step(scope: Scope, one: LeadChange) -> object:
    """Return one step of a lead."""
    return joined(
        [
            badge(one.get_state_display()),
            scope.names.said(one.passed_to) if one.passed_to else "",
            {"name": one.made_by.display_name},
            moment(one.made_at),
            scope.names.said(one.why),
        ],
        ", ",
    )
