"""Pages of a case from its other sides, and of saved filters.

In      requests; the parameters are those of the grid's filter
Out     pages
Not     here: counting (timeline.py, places.py, devices.py, folders.py, connections.py)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries
from haven.workbench.cases import queries as cases
from haven.workbench.categories import queries as categories
from haven.workbench.evidence import queries as evidence
from haven.workbench.facets import (
    actions,
    connections,
    devices,
    drawing,
    folders,
    forms,
    places,
    queries,
    timeline,
)
from haven.workbench.known import queries as known
from haven.workbench.people import queries as people
from haven.workbench.review import filter_form

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case

_PANS = {  # key: how far to the right and up, in parts of the view
    "ArrowLeft": (-0.4, 0.0),
    "ArrowRight": (0.4, 0.0),
    "ArrowUp": (0.0, 0.4),
    "ArrowDown": (0.0, -0.4),
}


@require_safe
def time(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case, form = _opened(request, case_id, "timeline")
    shown = timeline.timeline(case, form.chosen())
    return page(
        request,
        "facets/timeline.html",
        **_about(case, form, "timeline"),
        timeline=shown,
        bars=drawing.bars(shown.bins),
        rows=[one for one in shown.bins if one.count],
    )


@require_safe
def earth(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case, form = _opened(request, case_id, "map")
    try:
        view = places.View.read(request.GET["at"], request.GET.get("zoom", ""))
    except (KeyError, ValueError):
        view = None
    shown = places.places(case, form.chosen(), view)
    here = shown.view
    return page(
        request,
        "facets/map.html",
        **_about(case, form, "map"),
        places=shown,
        view_box=drawing.view_box(here),
        circles=drawing.circles(shown.cells, here),
        pans=[(key, here.moved(*far)) for key, far in _PANS.items()],
        nearer=here.nearer(1) if here.zoom < places.DEEPEST else None,
        farther=here.nearer(-1) if here.zoom else None,
        zoom_in=min(places.DEEPEST, here.zoom + 2),
        is_deepest=here.zoom == places.DEEPEST,
        is_coarse=here.zoom >= places.COARSE,
    )


@require_safe
def cameras(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case, form = _opened(request, case_id, "cameras")
    shown, more = devices.devices(case, form.chosen())
    return page(
        request, "facets/cameras.html", **_about(case, form, "cameras"), devices=shown, more=more
    )


@require_safe
def exhibits(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case, form = _opened(request, case_id, "exhibits")
    chosen = form.chosen()
    context: dict[str, Any] = {"exhibits": folders.exhibits(case, chosen)}
    if chosen.exhibit:
        context |= {
            "exhibit": next(
                one for one, *_ in context["exhibits"] if one.public_id == chosen.exhibit
            ),
            "level": folders.level(case, chosen),
            "trail": folders.trail(chosen.folder),
        }
    return page(request, "facets/exhibits.html", **_about(case, form, "exhibits"), **context)


@require_safe
def graph(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case, form = _opened(request, case_id, "connections")
    shown = connections.graph(case, form.chosen())
    groups = [one.group for one in shown.people if one.group]
    return page(
        request,
        "facets/graph.html",
        **_about(case, form, "connections"),
        graph=shown,
        picture=drawing.picture(shown),
        names={group.public_id: person for group, person in _named(groups)},
        first_faces=faces.first_faces(groups, each=1),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """List the saved filters, and keep the one in the address under a name."""
    case = cases.get(case_id, member=request.user)
    form = _filter(request, case)
    save = forms.Save(request.POST or None)
    if request.method == "POST" and save.is_valid():
        try:
            actions.save(
                case_id, **save.cleaned_data, said=form.said(), by=request.user, at=timezone.now()
            )
        except (BadInput, Conflict) as error:
            save.add_error("name", str(error.words))
        else:
            messages.success(request, _("The filter was kept."))
            return redirect("facets:saved", case_id)
    return page(
        request,
        "facets/saved.html",
        **_about(case, form, "saved"),
        save=save,
        saved=_links(request, case),
        status=422 if save.errors else 200,
    )


@require_safe
def saved_menu(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return page(
        request,
        "facets/saved_menu.html",
        part="saved_menu",
        case=case,
        saved=_links(request, case),
    )


@require_POST
def share(request: MemberRequest, case_id: UUID, filter_id: UUID) -> HttpResponse:
    shared = request.POST.get("shared") == "1"
    actions.share(case_id, filter_id, shared=shared, by=request.user, at=timezone.now())
    return redirect("facets:saved", case_id)


@require_POST
def remove(request: MemberRequest, case_id: UUID, filter_id: UUID) -> HttpResponse:
    actions.remove(case_id, filter_id, by=request.user, at=timezone.now())
    messages.success(request, _("The filter was removed."))
    return redirect("facets:saved", case_id)


def _opened(request: MemberRequest, case_id: UUID, facet: str) -> tuple[Case, filter_form.Items]:
    """Return the case, opened on the record, and the filter of the request."""
    case = actions.view(
        case_id,
        facet,
        looked_for=filter_form.looked_for(request.GET),
        by=request.user,
        at=timezone.now(),
    )
    return case, _filter(request, case)


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


def _about(case: Case, form: filter_form.Items, side: str) -> dict[str, Any]:
    """Return what every side of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work"), "form": form, "side": side}


def _links(request: MemberRequest, case: Case) -> list[tuple[Any, str, bool]]:
    """Return the saved filters a member sees, each as the end of an address; whether own."""
    return [
        (one, f"?{urlencode(one.said)}", one.owner_id == request.user.pk)
        for one in queries.saved(case, member=request.user)
    ]


def _named(groups: list[Any]) -> list[tuple[Any, Any]]:
    """Return groups with the person a member named, or None."""
    persons = people.persons(groups)
    return [(group, persons.get(group.pk)) for group in groups]
