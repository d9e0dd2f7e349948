"""Chapter 5: what nobody looked at, what may be left, and the decision to stop.

In      the paper, the scope
Out     the section of what was not looked at
Why     a report that tells only of what was found says too much by saying too little
Not     here: what was found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from haven.workbench.analysis import queries as analysis
from haven.workbench.categories import queries as categories
from haven.workbench.queue import estimating
from haven.workbench.queue import queries as queue
from haven.workbench.reports.paper import UNTIL, badge, code, joined, moment
from haven.workbench.review import words

if TYPE_CHECKING:
    from haven.workbench.queue.models import Stop
    from haven.workbench.reports.paper import Paper, Parts
    from haven.workbench.reports.scope import Scope


def write(paper: Paper, scope: Scope) -> None:
    """Write the section."""
    paper.section("unseen", "unseen", _("5. What was not looked at, and what may be left"))
    _failures(paper, scope)
    _left(paper, scope)
    _stops(paper, scope)


def _failures(paper: Paper, scope: Scope) -> None:
    """Write what the program could not look at, by code."""
    paper.heading(_("Not looked at by the program"))
    statuses = {
        "failed": _("could not be looked at"),
        "unsupported": _("not looked into"),
        "unread": _("could not be read"),
    }
    rows = []
    for place, one in enumerate(analysis.failures(scope.case), start=1):
        said = words.failure(one.code)
        rows.append(
            [
                statuses[one.status],
                code(one.code),
                said.sentence,
                paper.number(
                    f"failure-{place}",
                    one.count,
                    _("items or files with the code “%(code)s”, %(status)s")
                    % {"code": one.code, "status": statuses[one.status]},
                    f"analysis_item or analysis_occurrence, {one.status}, {one.code}",
                ),
            ]
        )
    paper.table(
        _("By code; nobody knows what is on them"),
        [_("Status"), _("Code"), _("What it means"), _("Items or files")],
        rows,
        empty=_("The program looked at every item that it was given."),
    )


def _left(paper: Paper, scope: Scope) -> None:
    """Write what people did not look at, and how many finds may be among it."""
    paper.heading(_("Not looked at by a person"))
    left = queue.left(scope.case)
    scheme = categories.current(scope.case)
    paper.say(
        _(
            "People work through items in an order of value. What follows counts categories of "
            "the main scheme of the case alone. A find is an item with a category after which "
            "something is to be done. Items that the program could not look at are not in it."
        )
    )
    paper.facts(
        [
            (_("Main scheme"), {"name": scheme.scheme.title} if scheme else _("none")),
            (
                _("Items with a category"),
                _n(paper, "queue-judged", left.n_judged, _("items with a category"), "not open"),
            ),
            (
                _("Items that wait"),
                _n(paper, "queue-left", left.n_left, _("items that wait for a person"), "open"),
            ),
            (
                _("Finds so far"),
                _n(paper, "queue-finds", left.n_finds, _("finds so far"), "not open, a find"),
            ),
        ]
    )
    if left.n_left:
        _may_be_left(paper, left)


def _may_be_left(paper: Paper, left: queue.Left) -> None:
    """Write how many finds may be among what waits, or that nobody can say."""
    if not left.is_enough:
        paper.say(
            _(
                "How many finds may be among those that wait was not estimated: %(control)s of "
                "them were picked at random and judged, and %(least)s are needed."
            ),
            look="note",
            control=_n(
                paper,
                "queue-control",
                left.n_control,
                _("items of the control sample"),
                "control, judged",
            ),
            least=paper.number(
                "queue-least",
                estimating.LEAST_CONTROL,
                _("items of a control sample that are needed"),
                "LEAST_CONTROL of haven/workbench/queue/estimating.py",
            ),
        )
    else:
        paper.say(
            _(
                "Among those that wait, %(expected)s finds are expected, and with 95 per cent "
                "certainty between %(low)s and %(high)s: of %(control)s items picked at random "
                "%(hits)s were finds."
            ),
            expected=_estimate(
                paper, "queue-expected", left.expected, _("finds expected among those that wait")
            ),
            low=_estimate(
                paper, "queue-low", left.low, _("lower end of the interval of the row above")
            ),
            high=_estimate(
                paper,
                "queue-high",
                left.high,
                _("upper end of the interval of the two rows above"),
            ),
            control=_n(
                paper,
                "queue-control",
                left.n_control,
                _("items of the control sample"),
                "control, judged",
            ),
            hits=_n(
                paper,
                "queue-control-finds",
                left.n_control_finds,
                _("finds in the control sample"),
                "control, judged, a find",
            ),
        )


def _stops(paper: Paper, scope: Scope) -> None:
    """Write the decisions to stop or to go on."""
    paper.heading(_("Decisions to stop looking"))
    rows = []
    for place, one in enumerate(queue.stops(scope.case).order_by("pk"), start=1):
        rows.append(
            [
                badge(_("stop") if one.stops else _("go on")),
                scope.names.label(one.exhibit.label) if one.exhibit else _("the whole case"),
                joined([{"name": one.decided_by.display_name}, moment(one.decided_at)], ", "),
                scope.names.said(one.reason),
                _figures(paper, place, one),
            ]
        )
    paper.table(
        _("Decisions, oldest first, with the figures of their moment"),
        [_("Decision"), _("Of"), _("By"), _("Why"), _("Left, and finds expected among them")],
        rows,
        empty=_("Nobody decided to stop: looking goes on."),
    )


def _figures(paper: Paper, place: int, one: Stop) -> Parts:
    """Return what was known when it was decided."""
    source = f"queue_stop {one.public_id}"

    def number(name: str, value: float, what: str, places: int | None = None) -> object:
        return paper.number(
            f"stop-{place}-{name}", round(value, 1), what, f"{source}, {name}", places=places
        )

    return joined(
        [
            number("n_left", one.n_left, _("items left at a decision to stop")),
            [
                number("expected", one.expected, _("finds expected at that moment"), 1),
                " (",
                number("low", one.low, _("lower end of the interval of the row above"), 1),
                UNTIL,
                number("high", one.high, _("upper end of the interval of the two rows above"), 1),
                ")",
            ],
        ]
    )


def _n(paper: Paper, name: str, value: int, what: str, rows: str) -> object:
    """Return a count of the order of work."""
    return paper.number(name, value, what, f"queue_entry of the case: {rows}")


def _estimate(paper: Paper, name: str, value: float, what: str) -> object:
    """Return an estimate with one decimal place."""
    source = "exact interval (Clopper and Pearson) of the control sample, times what waits"
    return paper.number(name, round(value, 1), what, source, places=1)
