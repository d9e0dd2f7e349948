"""The ladder of an item: opening it, holding it, a colleague's yes, how it is drawn.

In      requests
Out     parts of pages, short JSON for the page that holds, and the one way in which pixels of
        an original leave the server (`original`)
Not     here: who may, counting and the record (actions.py), holding in the browser
        (static/reveals/reveals.js)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from haven.accounts import factors, step_up
from haven.accounts.sessions import passive
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page, picture
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.reveals import actions, asking, forms, queries
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@passive
@require_safe
def about(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    item = items.item(case, item_id)
    who = _who(request)
    return page(
        request,
        "reveals/about.html",
        part="ladder",
        case=case,
        item=item,
        ladder=queries.ladder(case, item, member=who.member, session=who.session, at=who.at),
    )


@require_POST
def open_reveal(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    items.item(cases.get(case_id, member=request.user, to="work"), item_id)
    form = forms.Open(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose a step, and say why in at most 300 characters."))
        return _back(request, case_id, item_id)
    given = form.cleaned_data
    asked = actions.Asked(**{name: given[name] for name in ("step", "reason", "again", "late")})
    try:
        actions.open_reveal(case_id, item_id, asked, who=_who(request))
    except actions.FactorNeeded:
        return step_up.ask(request)
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    return _back(request, case_id, item_id)


@require_POST
def ask_second(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    form = forms.Ask(request.POST)
    form.is_valid()
    try:
        asking.ask_second(
            case_id, item_id, reason=form.cleaned_data.get("reason", ""), who=_who(request)
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("Your colleagues on this case are asked."))
    return _back(request, case_id, item_id)


@require_POST
def begin(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    items.item(cases.get(case_id, member=request.user, to="work"), item_id)
    form = forms.Begin(request.POST)
    if not form.is_valid():
        return JsonResponse({"code": "reveal.not_found"}, status=422)
    held = actions.begin(
        case_id,
        item_id,
        form.cleaned_data["reveal"],
        step=form.cleaned_data["step"],
        who=_who(request),
    )
    where = [case_id, item_id, held.public_id]
    policy = wellbeing.policy(request.user.agency_id)
    return JsonResponse(
        {
            "picture": reverse("reveals:original", args=where),
            "beat": reverse("reveals:beat", args=where),
            "end": reverse("reveals:end", args=where),
            "beat_s": wellbeing.BEAT_S,
            "life_s": wellbeing.LIFE_S,
            "idle_s": policy.reveal_idle_s,
            "limit_s": policy.reveal_max_s,
        }
    )


@require_GET
def original(request: MemberRequest, case_id: UUID, item_id: int, hold_id: UUID) -> HttpResponse:
    form = forms.Lens(request.GET)
    form.is_valid()
    x, y = (form.cleaned_data.get(name) for name in ("x", "y"))
    jpeg = actions.picture(
        case_id,
        item_id,
        hold_id,
        x=0.5 if x is None else x,
        y=0.5 if y is None else y,
        who=_who(request),
    )
    return picture(jpeg)


@require_POST
def beat(request: MemberRequest, case_id: UUID, item_id: int, hold_id: UUID) -> HttpResponse:
    held = actions.beat(case_id, item_id, hold_id, who=_who(request))
    return JsonResponse({"live": held.ended_at is None, "how": held.how})


@require_POST
def end(request: MemberRequest, case_id: UUID, item_id: int, hold_id: UUID) -> HttpResponse:
    how = request.POST.get("how", "")
    held = actions.end(case_id, item_id, hold_id, how=how, who=_who(request))
    return JsonResponse({"live": False, "how": held.how})


@require_POST
def close(request: MemberRequest, case_id: UUID, item_id: int, reveal_id: UUID) -> HttpResponse:
    actions.close(case_id, item_id, reveal_id, who=_who(request))
    return _back(request, case_id, item_id)


@require_safe
def waiting(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user)
    return page(
        request,
        "reveals/waiting.html",
        case=case,
        may_work=cases.allows(case, "work"),
        requests=queries.waiting(case, member=request.user),
        minutes=wellbeing.policy(request.user.agency_id).approval_min,
    )


@require_POST
def decide(request: MemberRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    queries.request(cases.get(case_id, member=request.user, to="work"), request_id)
    form = forms.Decide(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say yes or no."))
        return redirect("reveals:waiting", case_id)
    agrees = form.cleaned_data["agrees"] == "yes"
    try:
        asking.decide(case_id, request_id, agrees=agrees, who=_who(request))
    except Conflict as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("Your answer was noted."))
    return redirect("reveals:waiting", case_id)


@require_POST
def choose(request: MemberRequest) -> HttpResponse:
    form = forms.Choice(request.POST)
    if not form.is_valid():
        raise BadInput("no such way of drawing")
    given = form.cleaned_data
    actions.choose(drawing=given["drawing"], large=given["large"], by=request.user)
    untrusted_page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(untrusted_page, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(untrusted_page if is_ours else "/")


def _who(request: MemberRequest) -> actions.Who:
    """Return who asks, in which session, now."""
    return actions.Who(
        member=request.user,
        session=queries.session_of(request.session.session_key),
        at=timezone.now(),
        has_fresh_factor=factors.are_fresh(request),
    )


def _back(request: MemberRequest, case_id: UUID, item_id: int) -> HttpResponse:
    """Return the way back to the item within its filter, or to the object drawn on it."""
    chosen = request.GET.urlencode()
    page_name = "crops:draw" if "object" in request.GET else "review:item"
    address = reverse(page_name, args=[case_id, item_id])
    return HttpResponseRedirect(f"{address}?{chosen}" if chosen else address)
