"""Pages of the practice: the way through it, one stage, and who of a case has finished.

In      requests
Out     pages
Not     here: holding and looking (holding_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haven.web.pages import page
from haven.workbench.analysis import practice as pictures
from haven.workbench.cases import queries as cases
from haven.workbench.onboarding import actions, forms, queries, stages
from haven.workbench.reveals import queries as steps
from haven.workbench.wellbeing import practising
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_HOLDS = {2: 3, 3: 4}  # the highest step of the ladder that a stage shows


@require_safe
def practice(request: MemberRequest) -> HttpResponse:
    return page(
        request,
        "onboarding/practice.html",
        **_about(request),
        next_stage=queries.next_stage(request.user),
    )


@require_safe
def stage(request: MemberRequest, stage_no: int) -> HttpResponse:
    found = stages.get(stage_no)
    chosen = forms.Chosen(request.GET)
    name = chosen.value("picture") or ("" if stage_no == 1 else pictures.NAMES[0])
    return page(
        request,
        f"onboarding/stage_{found.number}.html",
        **_about(request),
        stage=found,
        tiles=[(one, pictures.n_faces(one)) for one in pictures.NAMES],
        picture=_picture(name) if name else None,
        drawing=chosen.value("drawing") or pictures.DRAWINGS.PLAIN.value,
        drawings=steps.DRAWING.choices,
        step=_HOLDS.get(stage_no, 1),
        codes=stages.CODES,
        said=next((one for one in stages.CODES if one.key == chosen.value("said")), None),
        passed_on=chosen.value("said") == forms.NOT_ME,
        next_picture=_after(name),
    )


@require_POST
def done(request: MemberRequest, stage_no: int) -> HttpResponse:
    if actions.finish_stage(stage_no, by=request.user, at=timezone.now()):
        messages.success(request, _("You have been through the whole practice."))
        return redirect("onboarding:practice")
    return redirect("onboarding:stage", queries.next_stage(request.user))


@require_safe
def of_case(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="lead")
    return page(
        request,
        "onboarding/of_case.html",
        part="of_case",
        case=case,
        is_spoken_of=wellbeing.policy(case.agency_id).practice != practising.SET.OFF,
        rows=queries.of_case(case),
    )


def _about(request: MemberRequest) -> dict[str, Any]:
    """Return what every page of the practice shows."""
    policy = wellbeing.policy(request.user.agency_id or 0)
    return {
        "stages": stages.STAGES,
        "gone": queries.done(request.user),
        "policy": policy,
        "practice": practising.of_member(policy, request.user, at=timezone.now()),
        "is_drawn": any(pictures.is_drawn(one) for one in pictures.NAMES),
    }


def _picture(name: str) -> dict[str, Any]:
    """Return the facts of a practice picture."""
    width, height = pictures.size_px(name)
    return {
        "name": name,
        "n_faces": pictures.n_faces(name),
        "width_px": width,
        "height_px": height,
        "is_drawn": pictures.is_drawn(name),
    }


def _after(name: str) -> str:
    """Return the name of the picture after one, the first after the last."""
    names = pictures.NAMES
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
