"""Pairs of a report: two faces, compared by two people, the second one blind.

In      the paper, the scope
Out     a part of the section of human opinion
Not     here: pairs that only one person compared; they are counted, and nothing is told
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from haven.workbench.comparison import queries as comparison
from haven.workbench.comparison.features import ANSWERS, FEATURES
from haven.workbench.reports.chapters import errors
from haven.workbench.reports.chapters.facts import way
from haven.workbench.reports.paper import NOTHING, badge, joined, moment, to

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Face
    from haven.workbench.comparison.models import Comparison
    from haven.workbench.reports.paper import Paper
    from haven.workbench.reports.scope import Scope


def write(paper: Paper, scope: Scope) -> None:
    """Write the comparisons."""
    paper.heading(_("Comparisons of two faces"))
    paper.say(
        _(
            "A pair is told when two people have looked at it, feature by feature. The second "
            "one knew neither the distance nor what the first had concluded."
        )
    )
    rows = [
        (
            _("In this report"),
            paper.number(
                "pairs",
                len(scope.pairs),
                _("pairs of faces in this report that two people compared"),
                "comparison_comparison of the case, candidates with place 1 and 2, as chosen",
            ),
        ),
        (
            _("Kept back: compared by one person so far, or the search waits for its authority"),
            paper.number(
                "pairs-unsaid",
                scope.unsaid["pairs"],
                _("pairs of faces that are kept back"),
                "comparison_comparison of the case with place 1 and none with place 2",
            ),
        ),
    ]
    agreed = comparison.agreement(scope.case)
    if agreed is not None:
        rows += [
            (
                _("Compared by two people, in the whole case"),
                paper.number(
                    "pairs-twice",
                    agreed.n,
                    _("pairs of the case that two people compared"),
                    "comparison_comparison of the case, candidates with two rows",
                ),
            ),
            (
                _("Both concluded the same"),
                paper.number(
                    "pairs-same",
                    agreed.n_same,
                    _("pairs on which both people concluded the same"),
                    "comparison_comparison of the case, both conclusions equal",
                ),
            ),
        ]
    paper.facts(rows)
    for place, (first, second) in enumerate(scope.pairs, start=1):
        _pair(paper, scope, place, (first, second))


def _pair(paper: Paper, scope: Scope, place: int, both: tuple[Comparison, Comparison]) -> None:
    """Write what two people concluded on one pair."""
    candidate = both[0].candidate
    title = _("Pair %(place)s") % {"place": place}
    paper.heading(title, f"pair-{candidate.pk}")
    search = candidate.search
    rows: list[tuple[str, object]] = [
        (_("Search"), to(f"search-{search.pk}", _("see section 3"))),
        (_("Face looked for"), _where(scope, search.face)),
        (_("Face found"), _where(scope, candidate.face)),
    ]
    if candidate.distance is None:
        rows.append((_("Tool output"), _("erased with the face template")))
    else:
        n, row = search.n_searched or 0, f"search_candidate {candidate.pk}"
        worth = errors.strength(paper, f"pair-{place}", candidate.distance, n, source=row)
        rows.append((_("Tool output, not part of the opinion"), worth))
    paper.facts(rows)
    keys = [key for key in FEATURES if any(key in one.features for one in both)]
    head = [_("What was looked at"), *(_who(one) for one in both)]
    table: list[list[object]] = [
        [_("Conclusion"), *(badge(one.get_conclusion_display()) for one in both)],
        [_("In their words"), *(_sentence(scope, one) for one in both)],
        [_("Concluded at"), *(moment(one.made_at) for one in both)],
        [_("Saw the distance before"), *(one.saw_distance for one in both)],
        [_("Age"), *(str(one.get_age_display()) for one in both)],
        [_("Years the pictures were taken"), *(_years(one) for one in both)],
        *([FEATURES[key].name, *(_answer(one, key) for one in both)] for key in keys),
    ]
    paper.table(_("%(pair)s, both people") % {"pair": title}, head, table, empty="")


def _who(one: Comparison) -> str:
    """Return who compared, and as whom."""
    word = _("first") if one.place == 1 else _("second, blind")
    return f"{one.reviewer.display_name} ({word})"


def _where(scope: Scope, face: Face | None) -> object:
    """Return on which item a face is."""
    if face is None:
        return _("on a picture that was brought for the search and is not kept")
    if face.case_id != scope.case.pk:
        return _("in another case of the agency")
    number = _("face %(n)s") % {"n": face.position + 1}
    return joined([way(scope, face.item), number], ", ")


def _sentence(scope: Scope, one: Comparison) -> object:
    """Return what a reviewer wrote."""
    return scope.names.said(one.sentence) if one.sentence else NOTHING


def _years(one: Comparison) -> str:
    """Return the years of the two pictures, as the reviewer stated them."""
    unknown = _("not known")
    return f"{one.year_sought or unknown} / {one.year_found or unknown}"


def _answer(one: Comparison, key: str) -> str:
    """Return what a reviewer answered on a feature."""
    given = one.features.get(key, "")
    return str(ANSWERS[given]) if given in ANSWERS else NOTHING
