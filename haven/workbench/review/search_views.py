"""Pages of searching for a face: asking once, the candidates, what becomes of a search.

In      requests
Out     pages and parts of pages
Not     here: what a search does (haven.workbench.search)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import factors, step_up
from haven.accounts.sessions import passive
from haven.accounts.step_up import fresh_factor_required
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import words as face_words
from haven.workbench.cases import queries as cases
from haven.workbench.people import queries as people
from haven.workbench.review import words
from haven.workbench.search import actions, ending, forms, queries, urgent

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.workbench.cases.models import Case
    from haven.workbench.search.models import FaceSearch

F = TypeVar("F", bound=forms.Ask)
_LONGEST_REASON = 500  # characters
_LONGEST_POSITION = 6  # digits; no picture holds a million faces


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: MemberRequest, case_id: UUID, *, across: bool = False) -> HttpResponse:
    """Offer to search with a brought picture, and list the searches of the case."""
    case = cases.get(case_id, member=request.user, to="work" if request.method == "POST" else "")
    form = _form(forms.AskWithPicture, request, case, across=across)
    if form.is_valid():
        try:
            search = actions.search_picture(
                case_id,
                form.cleaned_data["picture"].file,
                form.ask(),
                by=request.user,
                at=timezone.now(),
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("review:search", case_id, search.public_id)
    now = timezone.now()
    return page(
        request,
        "review/find.html",
        **_about(case),
        **_asking(case, form),
        searches=[(one, queries.clock(one, at=now)) for one in queries.latest(case)],
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def find_face(
    request: MemberRequest, case_id: UUID, face_id: int, *, across: bool = False
) -> HttpResponse:
    """Ask what a search for one face of the case is for, then search."""
    case = cases.get(case_id, member=request.user, to="work" if request.method == "POST" else "")
    face = faces.face(case, face_id)
    form = _form(forms.Ask, request, case, across=across)
    if form.is_valid():
        try:
            search = actions.search_face(
                case_id, face_id, form.ask(), by=request.user, at=timezone.now()
            )
        except (BadInput, Conflict) as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("review:search", case_id, search.public_id)
    return page(
        request,
        "review/find_face.html",
        **_about(case),
        **_asking(case, form),
        face=face,
        quality=face_words.quality(face.quality),
        is_comparable=face.embedding is not None,
        person=people.persons([face.group]).get(face.group_id or 0) if face.group else None,
        status=422 if form.errors else 200,
    )


@fresh_factor_required
def find_across(request: HttpRequest, /, case_id: UUID) -> HttpResponse:
    """Offer to search with a brought picture in other cases too."""
    return find(cast("MemberRequest", request), case_id, across=True)


@fresh_factor_required
def find_face_across(request: HttpRequest, /, case_id: UUID, face_id: int) -> HttpResponse:
    """Ask what a search for one face in other cases too is for, then search."""
    return find_face(cast("MemberRequest", request), case_id, face_id, across=True)


@passive
@require_safe
def search(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """Show a search: what was said, and to who asked the candidates."""
    now = timezone.now()
    case = cases.get(case_id, member=request.user)
    found = queries.get(case, search_id)
    if found.state != queries.STATE.WAITING:
        case, found = actions.view(case_id, search_id, by=request.user, at=now)
    context: dict[str, Any] = {
        **_about(case),
        "search": found,
        "clock": queries.clock(found, at=now),
        "is_own": found.asked_by_id == request.user.pk,
        "shows_results": queries.shows_results(found, member=request.user, at=now),
        "without_basis": queries.is_without_basis(found, at=now),
        "failure": _failure(found),
    }
    if context["shows_results"]:
        context |= _results(request, found)
    if context["clock"]:
        bases = queries.bases_for(found, at=now)
        context |= {"bases": bases, "authorise_form": forms.Authorise(bases=bases)}
        context["refuse_form"] = forms.Refuse()
    return page(request, "review/search.html", part="search", **context)


@require_POST
def search_face(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """Look for another face of the same brought picture."""
    case = cases.get(case_id, member=request.user, to="work")
    if queries.get(case, search_id).across and not factors.are_fresh(request):
        return step_up.ask(request)  # it looks through other cases
    chosen = request.POST.get("face", "")
    is_number = chosen.isdecimal() and len(chosen) <= _LONGEST_POSITION
    position = int(chosen) if is_number else -1  # no face has this one
    try:
        made = actions.search_other_face(
            case_id, search_id, position, by=request.user, at=timezone.now()
        )
    except faces.FaceNotFound:
        messages.warning(request, _("Choose again."))
        return redirect("review:search", case_id, search_id)
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("review:search", case_id, search_id)
    return redirect("review:search", case_id, made.public_id)


@require_POST
def close_search(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """End one's own search."""
    try:
        ending.close(
            case_id,
            search_id,
            why=request.POST.get("why", "")[:_LONGEST_REASON],
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
        return redirect("review:search", case_id, search_id)
    messages.success(request, _("The search was ended and what it left was erased."))
    return redirect("review:find", case_id)


@require_POST
def authorise_search(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """Put an authority to an urgent search."""
    case = cases.get(case_id, member=request.user, to="work")
    now = timezone.now()
    bases = queries.bases_for(queries.get(case, search_id), at=now)
    form = forms.Authorise(request.POST, bases=bases)
    if not form.is_valid():
        messages.warning(request, _("Choose again."))
        return redirect("review:search", case_id, search_id)
    try:
        urgent.authorise(
            case_id, search_id, UUID(form.cleaned_data["authority"]), by=request.user, at=now
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("The search stands on this authority now."))
    return redirect("review:search", case_id, search_id)


@require_POST
def refuse_search(request: MemberRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """Say that authorisation was refused."""
    form = forms.Refuse(request.POST)
    form.is_valid()
    try:
        urgent.refuse(
            case_id,
            search_id,
            why=form.cleaned_data.get("why", ""),
            by=request.user,
            at=timezone.now(),
        )
    except (BadInput, Conflict) as error:
        messages.warning(request, str(error.words))
    else:
        messages.success(request, _("What the search left was erased."))
    return redirect("review:search", case_id, search_id)


def _about(case: Case) -> dict[str, Any]:
    """Return what every page of a case shows."""
    return {"case": case, "may_work": cases.allows(case, "work")}


def _form(kind: type[F], request: MemberRequest, case: Case, *, across: bool) -> F:
    """Return the form that asks, with what may be chosen now."""
    return kind(
        request.POST or None,
        request.FILES or None,
        case=case,
        member=request.user,
        bases=queries.bases(case, across=across, at=timezone.now()),
        across=across,
    )


def _asking(case: Case, form: forms.Ask) -> dict[str, Any]:
    """Return what the asking part of a page shows."""
    has_basis = "authority" in form.fields
    return {
        "form": form,
        "across": form.across,
        "is_urgent": form.across and not has_basis,
        "has_basis": has_basis,
        "n_templates": faces.count_comparable([case.pk]),
    }


def _failure(found: FaceSearch) -> words.Failure | None:
    """Return why a brought picture gave no face."""
    code = found.probe.error_code if found.probe is not None else ""
    return words.failure(code) if code else None


def _results(request: MemberRequest, found: FaceSearch) -> dict[str, Any]:
    """Return the face looked for, others on its picture, and how much is left to decide."""
    on_it = faces.probe_faces(found.probe) if found.probe is not None else []
    return {
        "faces": [(face, face_words.quality(face.quality)) for face in on_it],
        "undecided": queries.undecided(found, member=request.user, at=timezone.now()),
    }
