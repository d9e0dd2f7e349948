"""Looking and holding in the practice: answers of the form that a real reveal gives.

In      requests of the page that holds (reveals/static/reveals/reveals.js)
Out     views and marked pieces of harmless pictures, short JSON
Why     the hands learn the real keys on the real page script. Nothing is opened, so nothing is
        granted: no reveal, no exposure, no entry on the record, and no row is written
Not     here: the pages (views.py), real originals (haven.workbench.reveals)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from haven.web.pages import page, picture
from haven.workbench.analysis import practice as pictures
from haven.workbench.onboarding import forms
from haven.workbench.reveals import actions as reveals
from haven.workbench.reveals import lens
from haven.workbench.reveals import queries as steps
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_MARK = "PRACTICE"


@require_safe
def view(request: MemberRequest, picture_name: str, step: int) -> HttpResponse:
    """Show faces, or the place, of a practice picture."""
    return picture(pictures.view(picture_name, step=step))


@require_POST
def look(request: MemberRequest, picture_name: str) -> HttpResponse:
    """Show the place of a practice picture."""
    pictures.view(picture_name, step=2)
    return page(request, "onboarding/look.html", part="look", name=picture_name)


@require_POST
def begin(request: MemberRequest, picture_name: str, drawing: str) -> HttpResponse:
    """Begin to hold; nothing is granted, as nothing is kept from anybody here."""
    pictures.n_faces(picture_name)
    is_whole = request.POST.get("step") == str(steps.WHOLE)
    step = steps.WHOLE if is_whole else steps.PART
    policy = wellbeing.policy(request.user.agency_id or 0)
    return JsonResponse(
        {
            "picture": reverse("onboarding:picture", args=[picture_name, drawing, step]),
            "beat": reverse("onboarding:beat"),
            "end": reverse("onboarding:end"),
            "beat_s": wellbeing.BEAT_S,
            "life_s": wellbeing.LIFE_S,
            "idle_s": policy.reveal_idle_s,
            "limit_s": policy.reveal_max_s,
        }
    )


@require_safe
def piece(request: MemberRequest, picture_name: str, drawing: str, step: int) -> HttpResponse:
    """Show what is held: the whole, or what lies under the lens."""
    width, height = pictures.size_px(picture_name)
    is_whole = step == steps.WHOLE
    middle = forms.Lens(request.GET).middle()
    box = (0.0, 0.0, 1.0, 1.0) if is_whole else lens.box(width, height, *middle)
    now = timezone.now()
    return picture(
        pictures.piece(
            picture_name,
            box,
            side_px=reveals.SMALL_PX if is_whole else reveals.LENS_PX,
            drawing=drawing if drawing in set(pictures.DRAWINGS) else pictures.DRAWINGS.PLAIN,
            mark=(_MARK, f"{request.user.username} {request.user.pk}", f"{now:%H:%M:%S} UTC"),
        )
    )


@require_POST
def beat(request: MemberRequest) -> HttpResponse:
    """Answer that it goes on; the page ends it by itself."""
    return JsonResponse({"live": True, "how": ""})


@require_POST
def end(request: MemberRequest) -> HttpResponse:
    """Answer that it ended."""
    return JsonResponse({"live": False, "how": request.POST.get("how", "")[:10]})
