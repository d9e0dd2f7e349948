"""Pages of one case: overview, items, failures.

In      requests
Out     pages and parts of pages
Not     here: searching (search_views.py), people (haven.workbench.people)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from haven.accounts.sessions import passive
from haven.web.errors import Conflict
from haven.web.pages import page
from haven.workbench.analysis import actions as analysis_actions
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries, places
from haven.workbench.analysis import queries as analysis
from haven.workbench.analysis import words as face_words
from haven.workbench.cases import actions as case_actions
from haven.workbench.cases import queries as cases
from haven.workbench.categories import blinding
from haven.workbench.categories import queries as categories
from haven.workbench.evidence import queries as evidence
from haven.workbench.known import queries as known
from haven.workbench.people import queries as people
from haven.workbench.reveals import actions as reveal_actions
from haven.workbench.reveals import queries as reveals
from haven.workbench.review import actions, filter_form, forms, generations, queries, words
from haven.workbench.search import queries as searches
from haven.workbench.wellbeing import handing

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

_PATHS_SHOWN = 200
_UNREAD_SHOWN = 100


@passive
@require_safe
def overview(request: MemberRequest, case_id: UUID) -> HttpResponse:
    now = timezone.now()
    if request.headers.get("HX-Request"):
        case = cases.get(case_id, member=request.user)
    else:
        case = case_actions.view(case_id, by=request.user, at=now)
    last_runs = analysis.last_runs(case)
    counts = analysis.counts(case)
    return page(
        request,
        "review/overview.html",
        part="overview",
        **_about(case),
        runs=analysis.progress(case, now=now),
        counts=counts,
        tally=_tally(case, counts.n_items),
        clocks=searches.pending(case, at=now),
        responsible=cases.responsible(case),
        n_asked=reveals.waiting(case, member=request.user).count(),
        exhibits=[(one, last_runs.get(one.pk)) for one in evidence.of_case(case)],
    )


@require_safe
def items(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = actions.view_items(
        case_id, looked_for=filter_form.looked_for(request.GET), by=request.user, at=timezone.now()
    )
    form = _filter(request, case)
    chosen, order = form.chosen(), form.chosen_order()
    window = queries.tiles(case, chosen, order, request.GET.get("after"))
    judging = categories.judging(case, request.GET.get("scheme", ""))
    hidden = blinding.hidden(case, request.user, at=timezone.now())
    labels = categories.standing(
        judging, [item.pk for item in window.rows if item.pk not in hidden]
    )
    passed = handing.passed(case, request.user)
    marks = known.marks(case, [item.pk for item in window.rows]) if form.knows else {}
    return page(
        request,
        "review/items.html",
        part="rows",
        **_about(case),
        runs=analysis.progress(case, now=timezone.now()),
        form=form,
        window=window,
        tiles=[
            queries.tile(item, labels.get(item.pk), passed, marks.get(item.pk))
            for item in window.rows
        ],
        judging=judging,
        count=item_queries.items(case, chosen).count(),
    )


@require_safe
def item(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case, found = actions.view_item(case_id, item_id, by=request.user, at=timezone.now())
    form = _filter(request, case)
    before, after = item_queries.beside(case, found, form.chosen(), form.chosen_order())
    passed = handing.passed(case, request.user)
    on_it = [] if found.pk in passed else list(faces.faces_on(found))
    named = people.persons([face.group for face in on_it if face.group])
    paths = list(item_queries.paths(found)[: _PATHS_SHOWN + 1])
    marks = known.marks(case, [found.pk]) if form.knows else {}
    shown = request.GET.get("known") == "show"  # asked for, by a link beside the closed tile
    is_blind = found.pk in blinding.hidden(case, request.user, at=timezone.now())
    judging = None if is_blind else categories.judging(case, request.GET.get("scheme", ""))
    return page(
        request,
        "review/item.html",
        **_about(case),
        item=found,
        place=places.of_item(found),
        tile=queries.tile(found, passed=passed, known=None if shown else marks.get(found.pk)),
        is_known_alert=bool(found.n_faces and found.pk in marks and marks[found.pk].alert)
        and not shown,
        handed=handing.own(found, request.user),
        people_segmented=item_queries.has_segmented_people(found),
        failure=words.failure(found.error_code) if found.error_code else None,
        faces=[
            (face, named.get(face.group_id or 0), face_words.quality(face.quality))
            for face in on_it
        ],
        paths=paths[:_PATHS_SHOWN],
        more_paths=len(paths) > _PATHS_SHOWN,
        before=before,
        after=after,
        judging=judging,
        standing=categories.standing(judging, [found.pk]).get(found.pk),
        history=[] if is_blind else categories.history(found),
        is_blind=is_blind,
        folders=categories.folders(paths),
        next_url=_way_on(request, case, after),
        ladder=reveals.ladder(
            case,
            found,
            member=request.user,
            session=reveals.session_of(request.session.session_key),
            at=timezone.now(),
        ),
    )


@require_safe
def alike(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = item_queries.item(case, item_id)
    near = item_queries.alike(found)
    has_lists = bool(near) and known.has_lists(case.agency_id)
    marks = known.marks(case, [found.pk, *(one.pk for one, _turn in near)]) if has_lists else {}
    passed = handing.passed(case, request.user)
    stack = generations.stack(found, near, marks, has_lists=has_lists)
    return page(
        request,
        "review/alike.html",
        part="alike",
        **_about(case),
        item=found,
        stack=stack,
        rows=[
            (one, queries.tile(one.item, passed=passed, known=marks.get(one.item.pk)))
            for one in stack.standings
        ]
        if near
        else [],
    )


@require_POST
def background(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    key, look = reveal_actions.ask_background(case_id, item_id, by=request.user, at=timezone.now())
    case = cases.get(case_id, member=request.user)
    found = item_queries.item(case, item_id)
    return page(
        request,
        "review/background.html",
        part="background",
        **_about(case),
        item=found,
        tile=queries.tile(found),
        people_segmented=item_queries.has_segmented_people(found),
        key=key,
        look=look.public_id,
    )


@require_safe
def failures(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    found = analysis.failures(case)
    last = list(analysis.last_runs(case).values())
    return page(
        request,
        "review/failures.html",
        **_about(case),
        runs=analysis.progress(case, now=timezone.now()),
        failures=[(one, words.failure(one.code)) for one in found],
        ended_early=[
            (run, words.failure(run.error_code)) for run in last if run.state == run.State.FAILED
        ],
        is_everything=bool(last)
        and len(last) == evidence.of_case(case).count()
        and all(run.state == run.State.FINISHED for run in last),
        can_retry=any(one.is_retryable for one in found),
        unread=analysis.unread(case)[:_UNREAD_SHOWN],
    )


@require_POST
def retry(request: MemberRequest, case_id: UUID) -> HttpResponse:
    form = forms.Retry(request.POST)
    form.is_valid()
    codes = form.cleaned_data.get("code", [])
    try:
        runs = analysis_actions.retry_failures(
            case_id, codes=codes, by=request.user, at=timezone.now()
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(
            request,
            ngettext(
                "Trying again in %(count)d exhibit.",
                "Trying again in %(count)d exhibits.",
                len(runs),
            )
            % {"count": len(runs)},
        )
    return redirect("review:failures", case_id)


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _tally(case: Case, n_items: int) -> tuple[categories.InUse, list[categories.Tally]] | None:
    """Return the main scheme of a case with its counts, or None."""
    found = categories.current(case)
    return (found, categories.tallies(found, n_items=n_items)) if found else None


def _way_on(request: MemberRequest, case: Case, after: int | None) -> str:
    """Return where a verdict leads: the next item of the grid, or of the queue one came from."""
    most = request.GET.get("queue", "")
    if not most.isascii() or not most.isdigit():
        return _item_url(request, case, after)
    address = reverse("queue:work", args=[case.public_id])
    return f"{address}?{urlencode({'n': most[:2], 'go': 1})}"


def _item_url(request: MemberRequest, case: Case, item_pk: int | None) -> str:
    """Return the address of another item within the same filter; nothing without one."""
    if item_pk is None:
        return ""
    kept = request.GET.urlencode()
    address = reverse("review:item", args=[case.public_id, item_pk])
    return f"{address}?{kept}" if kept else address


def _filter(request: MemberRequest, case: Case) -> filter_form.Items:
    """Return the filter form of a request."""
    return filter_form.Items(
        request.GET,
        cameras=item_queries.cameras(case),
        exhibits=evidence.of_case(case),
        name_of=partial(people.name_of, case),
        verdicts=categories.filters(case, member=request.user),
        known=known.condition(case),
    )
