"""Pages of experience: reports and questions of a tool, one's own, one of each, and acts on them.

In      requests
Out     pages
Not     here: who reads what (queries.py), how it is put (describing.py), what is done (actions)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.base.acting import REFUSALS, done, now
from haven.hub.base.listing import listed
from haven.hub.catalogue import queries as catalogue
from haven.hub.experience import actions, asking, describing, flagging, forms, queries, speaking
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest
    from haven.hub.experience.deciding import Decision
    from haven.hub.experience.models import Saying

_ON_A_PAGE = 4  # of each kind: a page of the longest, with answers, stays under 50 kB


@require_safe
def of_tool(request: MemberRequest, slug: str) -> HttpResponse:
    tool = catalogue.tool(slug, member=request.user).tool
    shown = window(
        queries.published_reports(tool, request.user),
        order=("-published_at", "-pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    questions = window(
        queries.published_questions(tool, request.user),
        order=("-published_at", "-pk"),
        after=request.GET.get("questions"),
        size=_ON_A_PAGE,
    )
    return page(
        request,
        "experience/of_tool.html",
        tool=tool,
        counted=describing.counts(queries.counts(tool)),
        window=shown,
        reports=describing.all_reports(shown.rows, request.user),
        asked=questions,
        questions=[describing.question(one) for one in questions.rows],
        has_voice=queries.has_voice(tool.maker),
        days=queries.ANSWER_DUE_DAYS,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: MemberRequest, slug: str) -> HttpResponse:
    """Write a report on a tool."""
    tool = catalogue.tool(slug, member=request.user).tool
    form = forms.Write(request.POST or None)
    if done(form, lambda: actions.write(slug, form.met(), **now(request))):
        messages.success(request, _("A curator looks at it before anybody else reads it."))
        return redirect("experience:list")
    return _form_page(request, "experience/write.html", form, tool=tool)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: MemberRequest, slug: str) -> HttpResponse:
    """Ask the maker of a tool."""
    tool = catalogue.tool(slug, member=request.user).tool
    form = forms.Ask(request.POST or None)
    if done(form, lambda: asking.ask(slug, form.cleaned_data["text"], **now(request))):
        messages.success(request, _("A curator looks at it before it is put to the maker."))
        return redirect("experience:list")
    has_voice = queries.has_voice(tool.maker)
    return _form_page(request, "experience/ask.html", form, tool=tool, has_voice=has_voice)


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    member = request.user
    flagged = listed(request, queries.flags_by(member), "flags", ("-flagged_at", "-pk"))
    return page(
        request,
        "experience/list.html",
        reports=listed(request, queries.own_reports(member), "reports", ("-written_at", "-pk")),
        questions=listed(
            request, queries.own_questions(member), "questions", ("-asked_at", "-pk")
        ),
        flagged=flagged,
        flags=[describing.flag(one) for one in flagged],
    )


@require_safe
def report(request: MemberRequest, report_id: UUID) -> HttpResponse:
    return _report(request, report_id)


@require_POST
def withdraw(request: MemberRequest, report_id: UUID) -> HttpResponse:
    _tried(request, lambda: actions.withdraw(report_id, **now(request)))
    return redirect("experience:report", report_id)


@require_POST
def object_to(request: MemberRequest, report_id: UUID) -> HttpResponse:
    form = forms.Why(request.POST)
    if done(form, lambda: actions.object_to(report_id, form.cleaned_data["why"], **now(request))):
        return redirect("experience:report", report_id)
    return _report(request, report_id, why=form)


@require_POST
def decide(request: MemberRequest, report_id: UUID) -> HttpResponse:
    form = forms.Decide(request.POST)
    if done(form, lambda: actions.decide(report_id, form.decision(), **now(request))):
        return redirect("experience:report", report_id)
    return _report(request, report_id, form=form)


@require_POST
def decide_again(request: MemberRequest, report_id: UUID) -> HttpResponse:
    form = forms.Decide(request.POST)
    if done(form, lambda: actions.decide_again(report_id, form.decision(), **now(request))):
        return redirect("experience:report", report_id)
    return _report(request, report_id, form=form)


@require_POST
def reply(request: MemberRequest, report_id: UUID) -> HttpResponse:
    form = forms.Say(request.POST)
    found = queries.report(report_id, member=request.user)
    if not queries.speaks_for(request.user, found.tool.maker_id):
        raise queries.ReportNotFound("a report on a tool of another maker")
    if done(form, lambda: speaking.reply(report_id, form.cleaned_data["text"], **now(request))):
        return redirect("experience:report", report_id)
    return _report(request, report_id, say=form)


@require_POST
def flag_report(request: MemberRequest, report_id: UUID) -> HttpResponse:
    _flagged(request, lambda why: flagging.flag_report(report_id, why, **now(request)))
    return redirect("experience:report", report_id)


@require_POST
def settle_report(request: MemberRequest, report_id: UUID) -> HttpResponse:
    _settled(request, lambda said: flagging.settle_report(report_id, said, **now(request)))
    return redirect("experience:report", report_id)


@require_safe
def question(request: MemberRequest, question_id: UUID) -> HttpResponse:
    return _question(request, question_id)


@require_POST
def withdraw_question(request: MemberRequest, question_id: UUID) -> HttpResponse:
    _tried(request, lambda: asking.withdraw(question_id, **now(request)))
    return redirect("experience:question", question_id)


@require_POST
def decide_question(request: MemberRequest, question_id: UUID) -> HttpResponse:
    form = forms.Decide(request.POST)
    if done(form, lambda: asking.decide(question_id, form.decision(), **now(request))):
        return redirect("experience:question", question_id)
    return _question(request, question_id, form=form)


@require_POST
def answer(request: MemberRequest, question_id: UUID) -> HttpResponse:
    form = forms.Say(request.POST)
    found = queries.question(question_id, member=request.user)
    if not queries.speaks_for(request.user, found.tool.maker_id):
        raise queries.QuestionNotFound("a question to another maker")
    if done(
        form,
        lambda: speaking.answer(question_id, form.cleaned_data["text"], **now(request)),
    ):
        return redirect("experience:question", question_id)
    return _question(request, question_id, say=form)


@require_POST
def flag_saying(request: MemberRequest, saying_id: UUID) -> HttpResponse:
    _flagged(request, lambda why: flagging.flag_saying(saying_id, why, **now(request)))
    return _to_page_of(queries.saying(saying_id))


@require_POST
def settle_saying(request: MemberRequest, saying_id: UUID) -> HttpResponse:
    _settled(request, lambda said: flagging.settle_saying(saying_id, said, **now(request)))
    return _to_page_of(queries.saying(saying_id))


def _report(request: MemberRequest, report_id: UUID, **given: Form) -> HttpResponse:
    """Show a report, with the forms of what the member may do next."""
    found = queries.report(report_id, member=request.user)
    mine = describing.flags(queries.flags_on(found, request.user))
    return _form_page(
        request,
        "experience/report.html",
        given.get("form") or forms.Decide(),
        shown=describing.report(found, request.user),
        pseudonym=describing.pseudonym(found),
        report=found,
        tool=found.tool,
        is_own=found.written_by_id == request.user.pk,
        decided_before=request.user.pk in (found.decided_by_id, found.hidden_by_id),
        let_through=request.user.pk in (found.decided_by_id, found.second_by_id),
        left=queries.left_as_it_was(found),
        my_flags=mine,
        my_flag=mine.get(None),
        flag=forms.Flag(),
        why=given.get("why") or forms.Why(),
        say=given.get("say") or forms.Say(),
        may_say=queries.speaks_for(request.user, found.tool.maker_id),
    )


def _question(request: MemberRequest, question_id: UUID, **given: Form) -> HttpResponse:
    """Show a question, with the forms of what the member may do next."""
    found = queries.question(question_id, member=request.user)
    return _form_page(
        request,
        "experience/question.html",
        given.get("form") or forms.Decide(),
        shown=describing.question(found),
        question=found,
        tool=found.tool,
        is_own=found.asked_by_id == request.user.pk,
        flag=forms.Flag(),
        my_flags=describing.flags(queries.flags_on(found, request.user)),
        say=given.get("say") or forms.Say(),
        may_say=queries.speaks_for(request.user, found.tool.maker_id),
        has_voice=queries.has_voice(found.tool.maker),
        days=queries.ANSWER_DUE_DAYS,
    )


def _form_page(request: MemberRequest, template: str, form: Form, **told: Any) -> HttpResponse:
    """Show a page with a form; 422 where a form of it is wrong."""
    every = (form, *(told.get(name) for name in ("why", "say")))
    status = 422 if any(one is not None and one.errors for one in every) else 200
    return page(request, template, form=form, status=status, **told)


def _flagged(request: MemberRequest, act: Callable[[str], object]) -> None:
    """Flag something; tell the member what became of it."""
    form = forms.Flag(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else ""
    if _tried(request, lambda: act(why)):
        messages.success(request, _("A curator looks at it."))


def _settled(request: MemberRequest, act: Callable[[Decision], object]) -> None:
    """Hide something or leave it; tell the curator what is missing."""
    form = forms.Settle(request.POST)
    if form.is_valid():
        _tried(request, lambda: act(form.decision()))
    else:
        for errors in form.errors.values():
            messages.warning(request, str(errors[0]))


def _to_page_of(said: Saying) -> HttpResponse:
    """Lead back to the page on which a maker's words stand."""
    if said.report is not None:
        return redirect("experience:report", said.report.public_id)
    assert said.question is not None  # noqa: S101  # the database holds one of the two
    return redirect("experience:question", said.question.public_id)


def _tried(request: MemberRequest, act: Callable[[], object]) -> bool:
    """Do an act and tell whether it was done; tell the member what refused it."""
    try:
        act()
    except REFUSALS as error:
        messages.warning(request, str(error.words))
        return False
    return True
