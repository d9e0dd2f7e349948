"""Pages of colleagues: the start, the house rules, the directory, one's own entry.

In      requests
Out     pages and parts of pages
Not     here: contacts (contact_views.py), groups (group_views.py), moderation
        (moderation_views.py), events (event_views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haven.accounts import names
from haven.hub.base.text import render
from haven.hub.catalogue import queries as catalogue
from haven.hub.community import actions, finding, forms, gathering, queries, reading, talking
from haven.hub.community import topics as content
from haven.hub.community.vocabulary import Skill
from haven.web.errors import BadInput
from haven.web.keyset import window
from haven.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpResponse

    from haven.accounts.requests import MemberRequest

_ON_A_PAGE = 20
_NEXT = 3  # events and announcements on the first page


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    member, now = request.user, timezone.now()
    is_officer = queries.is_officer(member)
    return page(
        request,
        "community/home.html",
        current="colleagues",
        section="home",
        is_officer=is_officer,
        is_listed=is_officer and queries.profile(member) is not None,
        n_waiting=queries.n_waiting(member) if is_officer else 0,
        to_decide=reading.n_waiting(member),
        has_accepted=reading.has_accepted(member),
        announcements=gathering.announcements(member)[:_NEXT],
        events=gathering.coming(member, at=now)[:_NEXT],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: MemberRequest) -> HttpResponse:
    """Show the house rules, and take that a member accepts them."""
    if request.method == "POST":
        try:
            talking.accept_rules(
                request.POST.get("version", ""), by=request.user, at=timezone.now()
            )
        except BadInput as error:
            messages.warning(request, str(error.words))
            return redirect("community:rules")
        messages.success(request, _("You accepted the house rules. You can write in groups now."))
        return redirect("community:groups")
    told = content.rules()
    return page(
        request,
        "community/rules.html",
        current="colleagues",
        section="rules",
        rules=told,
        text=render(told.text),
        has_accepted=reading.has_accepted(request.user),
    )


@require_safe
def directory(request: MemberRequest) -> HttpResponse:
    queries.require_officer(request.user)
    asked = forms.Find(request.GET).asked()
    shown = window(
        finding.find(asked, member=request.user),
        order=("person__name", "pk"),
        after=request.GET.get("after"),
        size=_ON_A_PAGE,
    )
    return page(
        request,
        "community/directory.html",
        part="officers",
        current="colleagues",
        section="directory",
        asked=asked,
        window=shown,
        rows=[(one, *_in_words(one.languages, one.skills)) for one in shown],
        is_listed=queries.profile(request.user) is not None,
        tool=catalogue.names([asked.tool]).get(asked.tool, "") if asked.tool else "",
        lists=lambda: _lists(finding.counts(request.user)),  # not for a part of the page
    )


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: MemberRequest) -> HttpResponse:
    """Show and take how a member wants to be found."""
    queries.require_officer(request.user)
    own = queries.profile(request.user)
    form = forms.Me(request.POST if request.method == "POST" else None, initial=_initial(request))
    if form.is_valid():
        actions.be_found(form.told(), by=request.user, at=timezone.now())
        messages.success(request, _("Colleagues can find you now."))
        return redirect("community:directory")
    return page(
        request,
        "community/me.html",
        current="colleagues",
        section="me",
        form=form,
        own=own,
        status=422 if form.errors else 200,
    )


@require_POST
def leave_directory(request: MemberRequest) -> HttpResponse:
    actions.be_found_no_more(by=request.user, at=timezone.now())
    messages.success(request, _("Your entry is deleted. Nobody finds you any more."))
    return redirect("community:me")


@require_safe
def person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    queries.require_officer(request.user)
    found = queries.entry(person_id, member=request.user)
    languages, skills = _in_words(found.languages, found.skills)
    tools = catalogue.names(found.tools)
    return page(
        request,
        "community/person.html",
        current="colleagues",
        section="directory",
        entry=found,
        person=found.person,
        country=names.country(found.person.country),
        languages=languages,
        skills=skills,
        tools=[(slug, tools.get(slug, "")) for slug in found.tools],
        now_there=timezone.now().astimezone(ZoneInfo(found.time_zone)).strftime("%H:%M"),
        contact=queries.between(request.user, found.person),
        is_own=found.pk == request.user.pk,
        is_blocked=queries.has_blocked(request.user, found.person),
    )


def _in_words(languages: list[str], skills: list[str]) -> tuple[list[str], list[str]]:
    """Return languages and skills as a reader knows them."""
    return [names.language(one) for one in languages], [str(Skill(one).label) for one in skills]


def _lists(
    counts: Mapping[str, Mapping[str, int]],
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """Return the lists to choose from: field, title, and its values with their counts."""
    told = {
        "language": (_("Language"), names.language),
        "skill": (_("Can help with"), lambda one: str(Skill(one).label)),
        "country": (_("Country"), names.country),
    }
    return [
        (name, title, sorted([(in_words(v), v, n) for v, n in counts[name].items()]))
        for name, (title, in_words) in told.items()
    ]


def _initial(request: MemberRequest) -> dict[str, object]:
    """Return what the form says before somebody types: the entry, else the account."""
    own = queries.profile(request.user)
    if own is None:
        return {"languages": request.user.languages}
    tools = catalogue.names(own.tools)
    return {
        "languages": own.languages,
        "skills": own.skills,
        "tools": "\n".join(tools[slug] for slug in own.tools if slug in tools),
        "time_zone": own.time_zone,
        "about": own.about,
    }
