"""Chapter 4: what people concluded and decided, each with who, when and why.

In      the paper, the scope
Out     the section of human opinion: persons, leads, comparisons, decisions, verdicts
Not     here: what programs found (tool.py); leads (followed.py), comparisons (compared.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from haven.workbench.analysis import queries as analysis
from haven.workbench.categories import queries as categories
from haven.workbench.decisions import queries as decisions
from haven.workbench.people import queries as people
from haven.workbench.queue import agreement
from haven.workbench.queue import queries as queue
from haven.workbench.reports.chapters import compared, followed
from haven.workbench.reports.paper import NOTHING, badge, code, joined, moment, to

if TYPE_CHECKING:
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.decisions.models import Decision
    from haven.workbench.people.models import Statement
    from haven.workbench.reports.naming import Named
    from haven.workbench.reports.paper import Paper
    from haven.workbench.reports.scope import Scope


def write(paper: Paper, scope: Scope) -> None:
    """Write the section."""
    paper.section("opinion", "human", _("4. Human opinion"))
    paper.say(
        _(
            "What is in this section was stated by the person named beside it, with a reason, "
            "on what they saw. Words in quotation marks are theirs."
        )
    )
    _persons(paper, scope)
    followed.write(paper, scope)
    compared.write(paper, scope)
    _decisions(paper, scope)
    _verdicts(paper, scope)
    _corrections(paper, scope)


def _persons(paper: Paper, scope: Scope) -> None:
    """Write whom people named, as what."""
    paper.heading(_("Persons"))
    rows = []
    for one in scope.names.named:
        rows.append(
            [
                [{"anchor": f"person-{one.key}", "text": one.key}]
                + ([] if one.is_hidden else [" ", {"name": one.person.name}]),
                _roles(scope, one),
                joined([_age(each) for each in one.about.ages], "; ") or NOTHING,
                _faces(paper, one),
                joined([{"name": one.person.named_by.display_name}, one.person.named_at], ", "),
            ]
        )
    paper.table(
        _("Persons that people named: a group of faces was said to be one person"),
        [_("Person"), _("Role"), _("Age"), _("Faces in the group"), _("Named by")],
        rows,
        empty=_("Nobody was named in this case."),
    )
    paper.say(
        _(
            "A person of whom nobody stated a role is taken to be a victim. To name a group is "
            "a working name; who somebody is, is decided below."
        ),
        look="note",
    )


def _roles(scope: Scope, one: Named) -> object:
    """Return the roles that people stated, with who and why."""
    stated = [
        [
            {"badge": str(role.get_role_display())},
            " ",
            {"name": role.made_by.display_name},
            ", ",
            moment(role.made_at),
            " ",
            scope.names.said(role.text) if role.text else "",
        ]
        for role in one.about.roles
    ]
    return joined(stated, "; ") or _("victim, as nobody stated another role")


def _age(one: Statement) -> str:
    """Return an age that somebody stated."""
    return _("%(from)s to %(to)s years on %(day)s, stated by %(who)s") % {
        "from": one.from_years,
        "to": one.to_years,
        "day": one.on,
        "who": one.made_by.display_name,
    }


def _faces(paper: Paper, one: Named) -> object:
    """Return how many faces the group of a person has."""
    group = one.person.group
    if group is None:
        return NOTHING
    what = _("faces in the group of %(key)s") % {"key": one.key}
    source = f"analysis_facegroup {group.public_id}, n_faces"
    return paper.number(f"person-{one.key}-faces", group.n_faces, what, source)


def _decisions(paper: Paper, scope: Scope) -> None:
    """Write what was decided, superseded ones as such."""
    paper.heading(_("Decisions"))
    every, told = len(scope.open_decisions), len(scope.decisions)
    paper.facts(
        [
            (
                _("In this report"),
                paper.number(
                    "decisions",
                    told,
                    _("decisions in this report"),
                    "decisions_decision of the case, as chosen",
                ),
            ),
            (
                _("Others of the case, not chosen for this report"),
                paper.number(
                    "decisions-others",
                    every - told,
                    _("decisions of the case that were not chosen for this report"),
                    "decisions_decision of the case, less those chosen and those kept back",
                ),
            ),
            (
                _("Kept back"),
                paper.number(
                    "decisions-unsaid",
                    scope.unsaid["decisions"],
                    _("decisions that are kept back with their lead"),
                    "decisions_decision whose lead is kept back",
                ),
            ),
        ]
    )
    places = {one.pk: place for place, one in enumerate(scope.decisions, start=1)}
    for place, one in enumerate(scope.decisions, start=1):
        paper.heading([f"D{place} ", capfirst(one.get_kind_display())], f"decision-{one.pk}")
        paper.facts(_decision(scope, one, places))


def _decision(scope: Scope, one: Decision, places: dict[int, int]) -> list[tuple[str, object]]:
    """Return what a decision says, who made it, and how it stands."""
    state = decisions.state(one)
    rows: list[tuple[str, object]] = [
        (_("State"), badge(decisions.STATES[state])),
        (_("What"), scope.names.said(decisions.said(one))),
        (_("Why"), scope.names.said(one.reason)),
        (_("By"), joined([{"name": one.made_by.display_name}, moment(one.made_at)], ", ")),
    ]
    groups = [called(scope, group) for group in (one.group, one.other_group) if group]
    if groups:
        rows.insert(2, (_("About"), joined(groups)))
    if one.exhibit:
        rows.insert(2, (_("Exhibit"), scope.names.label(one.exhibit.label)))
    if one.lead:
        rows.append((_("On the lead"), followed.way(scope, one.lead)))
    answer = getattr(one, "answer", None)
    if answer is not None:
        word = _("confirmed") if answer.agrees else _("did not confirm")
        rows.append(
            (
                _("Second person"),
                joined(
                    [
                        {"name": answer.made_by.display_name},
                        word,
                        moment(answer.made_at),
                        scope.names.said(answer.reason),
                    ],
                    ", ",
                ),
            )
        )
    elif one.needs_second:
        rows.append((_("Second person"), _("nobody yet; nothing is done on it before that")))
    if one.rule:
        rows.append((_("One person was enough, on this law"), scope.names.said(one.rule.basis)))
    if one.supersedes_id:
        rows.append((_("Supersedes"), _decided(places, one.supersedes_id)))
    for later in one.later.all():
        rows.append((_("Later decision on it"), _decided(places, later.pk)))
    rows.append((_("Key"), code(one.public_id)))
    return rows


def _decided(places: dict[int, int], pk: int) -> object:
    """Return the way to another decision."""
    if pk in places:
        return to(f"decision-{pk}", f"D{places[pk]}")
    return _("a decision that is not in this report")


def called(scope: Scope, group: FaceGroup) -> object:
    """Return what the report calls a group: its person, or its id."""
    named = scope.names.of_group(group.pk)
    if named is not None:
        return [to(f"person-{named.key}", named.called), " ", *code(group.public_id)]
    return [_("the unnamed group"), " ", *code(group.public_id)]


def _verdicts(paper: Paper, scope: Scope) -> None:
    """Write how many items have which category, in each scheme that was ever used."""
    paper.heading(_("Categories"))
    n_items = analysis.counts(scope.case).n_items
    schemes = list(categories.schemes_of(scope.case))
    for place, one in enumerate(schemes, start=1):
        scheme = one.scheme
        rows = []
        for line, tally in enumerate(categories.tallies_of(one, n_items=n_items), start=1):
            given = f"categories_verdict that stand, scheme {scheme.ref}"
            source = f"{given}, code {tally.code}" if tally.code else f"all items, less {given}"
            what = _("items with the category “%(code)s” of scheme %(place)s") % {
                "code": tally.code or tally.words,
                "place": place,
            }
            n = paper.number(f"scheme-{place}-{line}", tally.count, what, source)
            rows.append([code(tally.code) or NOTHING, tally.words, n])
        dropped = f" ({_('not used any more')})" if one.dropped_at else ""
        paper.table(
            f"{scheme.title}, {_('version')} {scheme.version}{dropped}",
            [_("Code"), _("Category"), _("Items")],
            rows,
            empty="",
        )
    if not schemes:
        paper.say(_("No scheme of categories was chosen, and no item was given one."), look="note")
        return
    paper.say(
        _(
            "A category is the judgement of a person on one item. “Not reviewed” is that nobody "
            "gave one; the rows of a table add up to all items."
        ),
        look="note",
    )
    _second_looks(paper, scope)


def _second_looks(paper: Paper, scope: Scope) -> None:
    """Write how well people agreed who judged an item without knowing the first verdict."""
    found = queue.pairs(scope.case)
    agreed = agreement.agreement([(one.look.first_code, one.look.code) for one in found])
    if agreed is None:
        paper.say(_("No item was judged a second time: how well people agree was not tested."))
        return
    paper.facts(
        [
            (
                _("Items judged a second time by another person, who did not know the first"),
                paper.number(
                    "second-looks",
                    agreed.n,
                    _("items judged a second time, blind"),
                    "queue_secondlook of the case with a code",
                ),
            ),
            (
                _("Both gave the same category"),
                paper.number(
                    "second-looks-same",
                    agreed.n_same,
                    _("second judgements that were the same as the first"),
                    "those rows where both codes are equal",
                ),
            ),
        ]
    )
    if not agreed.is_enough:
        paper.say(_("These are too few to say how well people agree in general."), look="note")


def _corrections(paper: Paper, scope: Scope) -> None:
    """Write how often people corrected the groups of the program."""
    paper.heading(_("Corrections of groups"))
    rows = [
        [
            word,
            paper.number(
                f"changes-{place}",
                n,
                _("changes of groups of the kind “%(kind)s” that were not undone")
                % {"kind": word},
                "people_groupchange of the case, not undone, by verb",
            ),
        ]
        for place, (word, n) in enumerate(people.tally(scope.case).items(), start=1)
    ]
    paper.table(
        _("What people changed of the groups that the program made"),
        [_("Kind of change"), _("How often")],
        rows,
        empty="",
    )
