"""Pages of the catalogue: finding, reading and comparing tools; proposing and deciding on changes.

In      requests
Out     pages and parts of pages
Not     here: finding (finding.py), who may see what (queries.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.hub.base import translated
from haven.hub.catalogue import (
    actions,
    beside,
    completing,
    describing,
    finding,
    forms,
    meaning,
    ordering,
    queries,
    runnable,
    vocabulary,
)
from haven.hub.catalogue import rules as published
from haven.web.errors import BadInput, Conflict
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20
_STEPS = vocabulary.Step.values
_OPEN_LISTS = ("steps", "techniques", "media")  # the others open on demand


@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    asked, member = forms.Find(request.GET).asked(), request.user
    order = ordering.chosen(request.GET.get("order", ""))
    sees = queries.sees_restricted(member)
    found = finding.find(asked, sees_restricted=sees)
    tools, fields = ordering.ordered(found.tools, order, sees_restricted=sees)
    shown = window(tools, order=fields, after=request.GET.get("after"), size=_ON_A_PAGE)
    compared = queries.names(_compared(request)[:_ON_A_PAGE])
    on_page = {one.slug for one in shown.rows}
    return page(
        request,
        "catalogue/list.html",
        part="found",
        current="tools",
        asked=asked,
        order=order,
        orders=ordering.Order.choices,
        compared=compared,
        compared_elsewhere={slug: name for slug, name in compared.items() if slug not in on_page},
        window=shown,
        rows=[(one, queries.hidden(one, member), queries.age(one)) for one in shown.rows],
        n_found=found.tools.count(),
        meant=found.meant,
        lists=_lists(asked, found.counts),
    )


@require_safe
def tool(request: MemberRequest, slug: str) -> HttpResponse:
    shown = queries.tool(slug, member=request.user)
    return page(
        request,
        "catalogue/tool.html",
        current="tools",
        shown=shown,
        tool=shown.tool,
        waits_since=queries.waits_since(shown.tool),
        summary=describing.row(shown, "summary"),
        description=describing.row(shown, "description"),
        empty=[describing.TITLES.get(name, name) for name in shown.completeness.empty],
        sections=describing.sections(shown),
        runnable=runnable.of_tool(slug),
        beside=beside.of(shown.tool, request.user),
    )


@require_safe
def compare(request: MemberRequest) -> HttpResponse:
    slugs = _compared(request)
    shown = queries.several(slugs, member=request.user)
    return page(
        request,
        "catalogue/compare.html",
        current="tools",
        compared=shown,
        sections=describing.side_by_side(shown),
        most=queries.MOST_COMPARED,
        is_too_many=len(slugs) > queries.MOST_COMPARED,
    )


@require_safe
def gaps(request: MemberRequest) -> HttpResponse:
    counted = queries.gaps(member=request.user)
    rows = [
        (label, [(counted.get((technique, step), 0), technique, step) for step in _STEPS])
        for technique, label in vocabulary.Technique.choices
    ]
    steps = vocabulary.Step.choices
    return page(request, "catalogue/gaps.html", current="gaps", steps=steps, rows=rows)


@require_safe
def rules(request: MemberRequest) -> HttpResponse:
    fields = [describing.TITLES[name] for name in completing.fields()]
    return page(
        request,
        "catalogue/rules.html",
        current="tools",
        rules=published.told(),
        fields=fields,
        ages_of_facts=[
            (meaning.name("fact_kind", kind, kind), months)
            for kind, months in published.ages_of_facts().items()
        ],
    )


@require_safe
def words(request: MemberRequest) -> HttpResponse:
    asked = translated.SOURCE if "english" in request.GET else translated.current()
    found = meaning.found(asked)
    return page(
        request,
        "catalogue/words.html",
        current="tools",
        found=found,
        asked=asked,
        sections=meaning.sections(found),
    )


@require_safe
def bodies(request: MemberRequest) -> HttpResponse:
    return page(request, "catalogue/bodies.html", current="bodies", bodies=queries.bodies())


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: MemberRequest, slug: str) -> HttpResponse:
    """Propose that an entry says something else."""
    shown = queries.tool(slug, member=request.user)
    seen = {name: shown.value(name) for name in queries.PROPOSABLE if name not in shown.hidden}
    form = forms.Propose(request.POST or None, shown=seen)
    if form.is_valid():
        try:
            made = actions.propose(slug, form.said(), by=request.user, at=timezone.now())
        except BadInput as error:
            form.add_error(None, str(error.words))
        else:
            messages.success(request, _("A curator looks at it. You read the answer here."))
            return redirect("catalogue:proposal", made.public_id)
    status = 422 if form.errors else 200
    return page(request, "catalogue/propose.html", tool=shown.tool, form=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: MemberRequest, slug: str) -> HttpResponse:
    """Say which fields of an entry are kept from those who make tools."""
    shown = queries.tool(slug, member=request.user)
    kept = {"fields_kept": shown.tool.restricted}
    form = forms.Restrict(request.POST or None, initial=kept)
    if form.is_valid():
        said = form.cleaned_data
        actions.restrict(
            slug, said["fields_kept"], reason=said["reason"], by=request.user, at=timezone.now()
        )
        return redirect("catalogue:tool", slug)
    status = 422 if form.errors else 200
    return page(request, "catalogue/restrict.html", tool=shown.tool, form=form, status=status)


@require_safe
def proposals(request: MemberRequest) -> HttpResponse:
    found = queries.proposals(request.user)
    after = request.GET.get("after")
    shown = window(found, order=queries.BY_STATE, after=after, size=_ON_A_PAGE)
    return page(request, "catalogue/proposals.html", current="tools", window=shown)


@require_safe
def proposal(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    return _proposal(request, proposal_id, forms.Decide())


@require_POST
def decide(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    form = forms.Decide(request.POST)
    if not form.is_valid():
        return _proposal(request, proposal_id, form, status=422)
    said = form.cleaned_data
    try:
        actions.decide(
            proposal_id,
            accepts=said["accepts"],
            answer=said["answer"],
            by=request.user,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("catalogue:proposal", proposal_id)


@require_POST
def withdraw(request: MemberRequest, proposal_id: UUID) -> HttpResponse:
    try:
        actions.withdraw(proposal_id, by=request.user, at=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error.words))
    return redirect("catalogue:proposal", proposal_id)


@require_POST
def confirm(request: MemberRequest, slug: str, fact_id: int) -> HttpResponse:
    form = forms.Confirm(request.POST)
    source = form.cleaned_data["source"] if form.is_valid() else ""
    try:
        actions.confirm(slug, fact_id, source=source, by=request.user, at=timezone.now())
    except BadInput as error:
        messages.warning(request, str(error.words))
    return redirect("catalogue:tool", slug)


@require_safe
def changes(request: MemberRequest) -> HttpResponse:
    found, after = queries.changes(request.user), request.GET.get("after")
    shown = window(found, order=("-at", "-pk"), after=after, size=_ON_A_PAGE)
    rows = [(one, describing.changed(one, request.user)) for one in shown.rows]
    return page(request, "catalogue/changes.html", current="tools", window=shown, rows=rows)


def _proposal(
    request: MemberRequest, proposal_id: UUID, form: forms.Decide, *, status: int = 200
) -> HttpResponse:
    found = queries.proposal(proposal_id, member=request.user)
    return page(
        request,
        "catalogue/proposal.html",
        current="tools",
        proposal=found,
        differences=describing.differences(found.changes),
        form=form,
        is_own=found.proposed_by_id == request.user.pk,
        status=status,
    )


def _compared(request: MemberRequest) -> list[str]:
    """Return the tools that are ticked to be compared, each once."""
    ticked = dict.fromkeys(request.GET.getlist("tool"))
    return [slug for slug in ticked if "\0" not in slug]  # PostgreSQL takes no text with it


def _lists(
    asked: finding.Asked, counts: Mapping[str, Mapping[str, int]]
) -> list[dict[str, object]]:
    """Return the lists for the page: title, values with their counts, whether it is open."""
    lists = []
    for name, (choices, _is_several) in finding.LISTS.items():
        chosen = asked.chosen.get(name, ())
        values = [
            (value, label, counts[name].get(value, 0), value in chosen)
            for value, label in choices.choices
            if counts[name].get(value) or value in chosen
        ]
        is_open = name in _OPEN_LISTS or bool(chosen)
        lists.append(
            {"name": name, "title": forms.TITLES[name], "values": values, "is_open": is_open}
        )
    return lists
