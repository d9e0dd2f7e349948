"""Pages of the makers' portal: what is theirs, submitting a tool, one submission and its way in.

In      requests
Out     pages
Not     here: what is done (actions.py), who reads what (queries.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import access
from haven.hub.base.acting import REFUSALS, done, now
from haven.hub.base.listing import listed
from haven.hub.catalogue import adding, describing, grading
from haven.hub.experience import describing as experience
from haven.hub.experience import queries as voices
from haven.hub.portal import actions, forms, queries
from haven.web.errors import BadInput, Conflict
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.hub.portal.models import Submission

_QUESTIONS = 8  # so that a full page stays under 50 kB


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    member, today = request.user, timezone.localdate()
    makers = list(voices.makers(member))
    listed_tools = listed(request, voices.tools_of(makers), "tools", ("name", "pk"))
    hidden = listed(request, voices.hidden_of(member), "hidden", ("-hidden_at", "-pk"))
    waiting = voices.to_answer(member)
    return page(
        request,
        "portal/home.html",
        is_maker=access.allows(member, "portal.provide"),
        makers=makers,
        listed_tools=listed_tools,
        tools=[(one, grading.age_of_record(one, today=today)) for one in listed_tools],
        to_answer=[experience.question(one) for one in waiting[:_QUESTIONS]],
        n_more=max(0, waiting.count() - _QUESTIONS),
        listed_hidden=hidden,
        hidden=[(one, one.question or one.report) for one in hidden],
        reports=listed(request, voices.reports_on(member), "reports", ("-published_at", "-pk")),
        submissions=listed(request, queries.own(member), "submissions", ("-submitted_at", "-pk")),
        days=voices.ANSWER_DUE_DAYS,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: MemberRequest) -> HttpResponse:
    """Submit a tool; whoever is no maker reads what makers are asked."""
    member = request.user
    is_maker = access.allows(member, "portal.provide")
    form = forms.Submit(
        request.POST if request.method == "POST" else None,
        makers=[one.name for one in voices.makers(member)],
        agency=member.agency.name,
    )
    is_right = form.is_valid()
    if form.is_bound and not is_maker:
        form.add_error(None, str(actions.MakersAlone.words))
    elif is_right:
        try:
            made = actions.submit(form.told(), by=member, at=timezone.now())
        except BadInput as error:
            form.add_error(None, str(error.words))
        else:
            return redirect("portal:submission", made.public_id)
    status = 422 if form.errors else 200
    return page(request, "portal/submit.html", form=form, is_maker=is_maker, status=status)


@require_safe
def submission(request: MemberRequest, submission_id: UUID) -> HttpResponse:
    return _submission(request, queries.one(submission_id, member=request.user))


@require_POST
def withdraw(request: MemberRequest, submission_id: UUID) -> HttpResponse:
    try:
        actions.withdraw(submission_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("portal:submission", submission_id)


@require_POST
def object_to(request: MemberRequest, submission_id: UUID) -> HttpResponse:
    form = forms.Objection(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else ""
    try:
        actions.object_to(submission_id, why, by=request.user, at=timezone.now())
    except REFUSALS as error:
        messages.warning(request, str(error.words))
    return redirect("portal:submission", submission_id)


@require_POST
def check(request: MemberRequest, submission_id: UUID) -> HttpResponse:
    found = queries.one(submission_id, member=request.user)
    form = forms.CheckRules(request.POST)
    if done(form, lambda: actions.check(submission_id, *form.check(), **now(request))):
        messages.success(request, _("It stands there with what you found."))
        return redirect("portal:submission", submission_id)
    return _submission(request, found, check=form)


@require_POST
def publish(request: MemberRequest, submission_id: UUID) -> HttpResponse:
    found = queries.one(submission_id, member=request.user)
    form = forms.Publish(request.POST)
    if done(form, lambda: actions.publish(submission_id, form.decision(), **now(request))):
        return redirect("portal:submission", submission_id)
    return _submission(request, found, publish=form)


def _submission(request: MemberRequest, found: Submission, **given: Form) -> HttpResponse:
    """Show a submission, with the form of what comes next."""
    shown = adding.preview(found.entry, found.maker)
    status = 422 if any(one.errors for one in given.values()) else 200
    return page(
        request,
        "portal/submission.html",
        submission=found,
        tool=shown.tool,
        sections=describing.sections(shown),
        rules=queries.named([found.rule] if found.rule else []),
        missed=queries.named(found.missed),
        is_theirs=access.allows(request.user, "portal.provide"),
        checked_before=found.checked_by_id == request.user.pk,
        decided_before=_decided_before(found, request.user.pk),
        decided_words=actions.DecidedBefore.words,
        check=given.get("check") or forms.CheckRules(),
        publish=given.get("publish") or forms.Publish(),
        status=status,
    )


def _decided_before(found: Submission, key: int) -> bool:
    """Tell whether a curator decided on a submission before its maker objected."""
    before = [found.decided_by_id]
    if found.state == queries.STATES.WAITING:
        before.append(found.checked_by_id)
    return bool(found.objection) and key in before
