"""Pages to add an exhibit.

In      requests
Out     pages, and the way on to looking at the exhibit
Not     here: looking at it (haven.workbench.analysis)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from haven.web.pages import page
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import actions, folders, forms, limits, unpacking

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def add_folder(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="work")
    form = forms.AddFolder(request.POST or None)
    if form.is_valid():
        try:
            exhibit = actions.add_folder(
                case_id,
                folder=folders.resolve(form.cleaned_data["folder"]),
                label=form.cleaned_data["label"],
                by=request.user,
                at=timezone.now(),
            )
        except folders.FolderRefused as error:
            form.add_error(None, str(error))
        except actions.LabelTaken as error:
            form.add_error("label", str(error.words))
        else:
            return redirect("analysis:start", case_id, exhibit.public_id)
    token = form.data.get("folder") or request.GET.get("folder", "")
    refused = ""
    try:
        listed = folders.children(token) if token else folders.choices()
        trail = folders.trail(token) if token else []
    except folders.FolderRefused as error:
        listed, trail, refused = folders.choices(), [], str(error)
    return page(
        request,
        "evidence/add_folder.html",
        part="picker",
        case=case,
        form=form,
        listed=listed,
        trail=trail,
        refused=refused,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add_upload(request: MemberRequest, case_id: UUID) -> HttpResponse:
    case = cases.get(case_id, member=request.user, to="work")
    form = forms.AddUpload(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            exhibit = actions.add_upload(
                case_id,
                files=form.cleaned_data["pictures"],
                label=form.cleaned_data["label"],
                by=request.user,
                at=timezone.now(),
            )
        except unpacking.UploadRefused as error:
            form.add_error("pictures", str(error))
        except actions.LabelTaken as error:
            form.add_error("label", str(error.words))
        else:
            return redirect("analysis:start", case_id, exhibit.public_id)
    return page(
        request,
        "evidence/add_upload.html",
        case=case,
        form=form,
        limits=limits.current(),
        status=422 if form.errors else 200,
    )
