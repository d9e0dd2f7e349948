"""Pages of comparing: candidates, one pair beside the other, second reviews, the errors.

In      requests
Out     pages and parts of pages
Not     here: what may be seen (queries.py), what the figures are (calibration.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.web.errors import BadInput, Conflict
from haven.web.pages import page, picture
from haven.workbench.analysis import words
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import actions, features, forms, plot, queries
from haven.workbench.comparison import calibration as errors
from haven.workbench.search import ending
from haven.workbench.search import queries as searches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

_LAST_WORD = 0.6  # upper distance of the weakest word, see haven/engine/search.py


@require_safe
def candidates(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    now = timezone.now()
    case = cases.get(case_id, member=request.user)
    search = searches.get(case, search_id)
    shows = searches.shows_results(search, member=request.user, at=now)
    if shows:
        found = queries.pairs(case, search, member=request.user, at=now)
    else:
        found = queries.kept(case, search, member=request.user, at=now)
    n = search.n_searched or 0
    return page(
        request,
        "comparison/candidates.html",
        part="candidates",
        **_about(case),
        search=search,
        shows=shows,
        rows=_rows(found),
        decided=sum(one.is_decided for one in found),
        is_measured=errors.is_of_this_model(search.made_with.get("model_sha256", [])),
        line=errors.at(_LAST_WORD, n),
        most=searches.MOST,
        may_widen=shows and len(found) == search.top and search.top < searches.MOST,
    )


@require_POST
def more(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    try:
        ending.widen(case_id, search_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("review:search", case_id, search_id)


@require_http_methods(["GET", "HEAD", "POST"])
def pair(
    request: MemberRequest, case_id: UUID, search_id: UUID, candidate_id: int
) -> HttpResponse:
    now = timezone.now()
    member = request.user
    to = "work" if request.method == "POST" else ""
    case = cases.get(case_id, member=member, to=to)
    if request.method == "POST":
        found = queries.pair(case, search_id, candidate_id, member=member, at=now)
    else:
        found = actions.view(case_id, search_id, candidate_id, by=member, at=now)
    form = forms.Compare(request.POST or None, initial=_years(found))
    if form.is_valid():
        ids = (case_id, search_id, candidate_id)
        try:
            actions.conclude(*ids, form.seen(), by=member, at=now)
        except BadInput as error:
            form.add_error(None, str(error.words))
        except Conflict as error:
            messages.warning(request, str(error.words))
            return redirect("comparison:pair", *ids)
        else:
            messages.success(request, _("The conclusion was kept."))
            return _on(case, found, request)
    return _pair_page(request, case, found, form)


@require_POST
def look(
    request: MemberRequest, case_id: UUID, search_id: UUID, candidate_id: int
) -> HttpResponse:
    try:
        actions.look(case_id, search_id, candidate_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("comparison:pair", case_id, search_id, candidate_id)


@require_safe
def sought(
    request: MemberRequest, case_id: UUID, search_id: UUID, candidate_id: int
) -> HttpResponse:
    jpeg = actions.sought_crop(
        case_id, search_id, candidate_id, member=request.user, at=timezone.now()
    )
    return picture(jpeg)


@require_safe
def second(request: MemberRequest, case_id: UUID) -> HttpResponse:
    now = timezone.now()
    case = cases.get(case_id, member=request.user)
    return page(
        request,
        "comparison/second.html",
        **_about(case),
        waiting=queries.for_second(case, member=request.user, at=now),
        done=queries.done_by(case, member=request.user, at=now),
        agreement=queries.agreement(case),
    )


@require_safe
def calibration(request: MemberRequest) -> HttpResponse:
    n = errors.faces_asked(request.GET.get("n", ""))
    tables = [errors.table(n), errors.table(n, part="enough")]
    return page(
        request,
        "comparison/calibration.html",
        n=n,
        facts=errors.facts(),
        tables=tables,
        plot=plot.rates(tables[0]),
        children=errors.CHILDREN,
        not_tested=errors.NOT_TESTED,
    )


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _rows(found: Sequence[queries.Pair]) -> list[dict[str, Any]]:
    """Return pairs with the words that the member may see."""
    named = queries.persons(found)
    return [
        {
            "pair": one,
            "case": one.face.case,
            "quality": words.quality(one.face.quality),
            "person": named.get(one.face.group_id or 0),
            "near": _near(one),
        }
        for one in found
    ]


def _near(one: queries.Pair) -> dict[str, Any] | None:
    """Return what the program says of a pair, in words; None before the first look."""
    near = one.nearness
    if near is None:
        return None
    badge, strength = words.STRENGTHS[near.strength]
    return {
        "rank": near.rank,
        "distance": f"{near.distance:.3f}",
        "badge": badge,
        "strength": strength,
        "line": near.line,
    }


def _years(found: queries.Pair) -> dict[str, int]:
    """Return the years that the two files say of themselves."""
    on = {"year_found": found.face.item.taken_on}
    if found.search.face is not None:
        on["year_sought"] = found.search.face.item.taken_on
    return {name: day.year for name, day in on.items() if day is not None}


def _on(case: Case, found: queries.Pair, request: MemberRequest) -> HttpResponse:
    """Lead to the next pair that waits, or back to the list."""
    now, member = timezone.now(), request.user
    if found.place == 1:
        left = [
            one
            for one in queries.pairs(case, found.search, member=member, at=now)
            if one.may_conclude
        ]
        back = redirect("review:search", case.public_id, found.search.public_id)
    else:
        left = queries.for_second(case, member=member, at=now)
        back = redirect("comparison:second", case.public_id)
    if "stay" in request.POST or not left:
        return back
    ahead = left[0]
    return redirect("comparison:pair", case.public_id, ahead.search.public_id, ahead.pk)


def _pair_page(
    request: MemberRequest, case: Case, found: queries.Pair, form: forms.Compare
) -> HttpResponse:
    """Return the page of one pair."""
    face = queries.sought(found)
    return page(
        request,
        "comparison/pair.html",
        **_about(case),
        pair=found,
        near=_near(found),
        form=form,
        sought=face,
        sought_quality=words.quality(face.quality) if face is not None else "",
        found_quality=words.quality(found.face.quality),
        made=[_told(one) for one in found.shown],
        children=errors.CHILDREN,
        status=422 if form.errors else 200,
    )


def _told(one: Any) -> dict[str, Any]:
    """Return a comparison with its answers in words."""
    answers = [
        (feature.name, features.ANSWERS[one.features[key]])
        for key, feature in features.FEATURES.items()
        if key in one.features
    ]
    return {"one": one, "answers": answers}
