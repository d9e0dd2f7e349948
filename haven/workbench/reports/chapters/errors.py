"""Errors: how often the network that compares faces was wrong, where that was measured.

In      the paper, the scope; the figures of comparison/calibration.json
Out     a part of the section of tool output
Why     a word such as "strong" says nothing without the error behind it (R-FAIR-1), and what
        was not tested must be said as plainly as what was
Not     here: the measuring (bench/calibration.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from haven.workbench.comparison import calibration
from haven.workbench.reports.paper import UNTIL, code, joined

if TYPE_CHECKING:
    from haven.workbench.reports.paper import Paper, Part, Parts
    from haven.workbench.reports.scope import Scope

_FILE = "haven/workbench/comparison/calibration.json"


def write(paper: Paper, scope: Scope) -> None:
    """Write what was measured, and what was not."""
    del scope
    told, table = calibration.facts(), calibration.table(0)
    paper.heading(_("How often the comparison of faces was wrong"))
    paper.say(
        _(
            "Two faces are compared by a distance: 0 is equal, larger is less alike. It is no "
            "probability that two faces are one person; nobody can work that out. What can be "
            "measured is how often the distance was wrong on known pictures."
        )
    )
    paper.facts(
        [
            (_("Network"), joined([told["model"], code(told["model_sha256"])], " ")),
            (_("Measured on"), f"{told['measured_on']}, {told['set']}"),
            (
                _("Size of the set"),
                [
                    _n(paper, "calibration-people", table.people, _("people in the set")),
                    " ",
                    _("people"),
                    ", ",
                    _n(paper, "calibration-faces", table.faces, _("faces in the set")),
                    " ",
                    _("faces"),
                    ", ",
                    _n(paper, "calibration-pairs", table.pairs, _("pairs of two people in it")),
                    " ",
                    _("pairs of two people"),
                ],
            ),
        ]
    )
    rows = [_row(paper, one, table.with_several) for one in table.lines]
    paper.table(
        _("At each distance: pairs of two different people that lay nearer, and people missed"),
        [
            _("Distance"),
            _("Pairs of two people that lay nearer"),
            _("In per cent, with the 95 % interval"),
            _("People of whom two pictures lay farther apart"),
        ],
        rows,
        empty="",
    )
    paper.heading(_("Not tested"), "not-tested")
    paper.bullets(calibration.NOT_TESTED)
    paper.heading(_("What others measured on children, with other networks"), "children")
    paper.table(
        _("Share of pairs of one person that were found"),
        [_("Who"), _("Between the pictures"), _("Found"), _("Source")],
        [[one.who, one.between, one.found, one.source] for one in calibration.CHILDREN],
        empty="",
    )


def strength(paper: Paper, name: str, distance: float, n: int, *, source: str) -> Parts:
    """Return what a distance is worth among n faces, as a sentence with its numbers.

    Args:
        paper: The report.
        name: Of the pair or lead, for the names of the numbers.
        distance: Of the two faces.
        n: Faces that were searched.
        source: The row that has the distance.
    """
    line = calibration.at(distance, n)
    return joined(
        [
            [
                _("distance"),
                " ",
                paper.number(
                    f"{name}-distance",
                    round(distance, 4),
                    _("distance between the two faces, rounded to four places"),
                    f"{source}, distance",
                    places=4,
                ),
            ],
            [
                _("different people expected as near as that among the faces searched"),
                " ",
                _expected(paper, name, line, n),
            ],
        ],
        "; ",
    )


def _expected(paper: Paper, name: str, line: calibration.Line, n: int) -> list[Part]:
    """Return the false candidates to expect, with the interval."""
    low, value, high = line.expected
    source = (
        f"{_FILE}, distance {line.distance}: two_people_taken of pairs_of_people, times {n} faces"
    )
    what = _("false candidates to expect, from the measured error")
    return [
        paper.number(f"{name}-expected", round(value, 2), what, source, places=2),
        " (",
        paper.number(
            f"{name}-expected-low",
            round(low, 2),
            _("lower end of the interval of the row above"),
            source,
            places=2,
        ),
        UNTIL,
        paper.number(
            f"{name}-expected-high",
            round(high, 2),
            _("upper end of the interval of the two rows above"),
            source,
            places=2,
        ),
        ")",
    ]


def _row(paper: Paper, one: calibration.Line, with_several: int) -> list[object]:
    """Return the row of a distance."""
    name, source = f"limit-{round(one.distance * 100)}", f"{_FILE}, distance {one.distance}"
    low, value, high = (round(100 * part, 2) for part in one.false)
    share = f"{source}: two_people_taken of pairs_of_people"
    exact = f"{share}, exact interval of Clopper and Pearson"
    return [
        f"≤ {one.distance}",
        paper.number(
            f"{name}-false",
            one.false_count,
            _("pairs of two people nearer than %(d)s") % {"d": one.distance},
            f"{source}, two_people_taken",
        ),
        [
            paper.number(
                f"{name}-share",
                value,
                _("the row above, in per cent of all pairs"),
                share,
                places=2,
            ),
            " (",
            paper.number(
                f"{name}-low",
                low,
                _("lower end of the interval of the row above"),
                exact,
                places=2,
            ),
            UNTIL,
            paper.number(
                f"{name}-high",
                high,
                _("upper end of the interval of the two rows above"),
                exact,
                places=2,
            ),
            ")",
        ],
        [
            paper.number(
                f"{name}-missed",
                one.missed,
                _("people of whom two pictures lay farther apart than %(d)s")
                % {"d": one.distance},
                f"{source}, people_missed",
            ),
            " / ",
            _n(paper, "calibration-several", with_several, _("people with several pictures")),
        ],
    ]


def _n(paper: Paper, name: str, value: int, what: str) -> Part:
    """Return a number of the file of figures."""
    return paper.number(name, value, what, _FILE)
