"""Every address: what a stranger, another agency and a member get, for all that is routed.

A new address that fits none of the lists below fails here, so that none is forgotten.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from haven.accounts.access import Role
from tests.hub import planted
from tests.signing_in import add_code_app, let_in
from tests.workbench import handing
from tests.workbench.build import NOW, basis, findings, person, png

if TYPE_CHECKING:
    from pathlib import Path

    from haven.accounts.models import Member

OPEN = {
    "account_login",
    "accounts:first",
    "accounts:language",
    "accounts:sign-in",
    "accounts:start-over",
    "accounts:theme",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
}
BY_LINK = {  # open to whoever holds a one-time link; these tests hold none
    "invitations:accept",
    "joining:address",
    "joining:still",
    "joining:terms",
    "feed",  # to whoever holds its private address
}
OPEN |= BY_LINK | {"joining:apply", "community:feed"}  # a calendar has a private address
PEOPLE = {  # of members, agencies and applications
    "agencies:add",
    "agencies:add_domain",
    "agencies:contact",
    "agencies:list",
    "agencies:one",
    "agencies:remove_domain",
    "agencies:status",
    "invitations:for_agency",
    "invitations:letters",
    "invitations:list",
    "invitations:renew",
    "invitations:revoke",
    "joining:approve",
    "joining:one",
    "joining:queue",
    "joining:refuse",
    "members:confirm",
    "members:left",
    "members:list",
    "members:one",
    "members:reactivate",
    "members:roles",
    "members:suspend",
}
OWN = {  # of a member, not of a case
    *PEOPLE,
    "accounts:leave",
    "accounts:profile",
    "accounts:terms",
    "authority:lists",
    "authority:retire",
    "tokens:agency",
    "tokens:revoke_in_agency",
    "known:ask",
    "known:confirm",
    "known:list",
    "known:lists",
    "known:meanings",
    "known:put_back",
    "known:take_out",
    "categories:make",
    "categories:retire",
    "categories:schemes",
    "categories:set_default",
    "accounts:confirm-reset",
    "reveals:choose",
    "search:statistics",
    "search:statistics_csv",
    "onboarding:beat",
    "onboarding:begin",
    "onboarding:done",
    "onboarding:end",
    "onboarding:look",
    "onboarding:picture",
    "onboarding:practice",
    "onboarding:stage",
    "onboarding:view",
    "wellbeing:evidence",
    "wellbeing:add_help",
    "wellbeing:check_in",
    "wellbeing:share",
    "wellbeing:unshare",
    "wellbeing:group",
    "wellbeing:help",
    "wellbeing:remove_help",
    "wellbeing:later",
    "wellbeing:notices",
    "wellbeing:put_away",
    "wellbeing:own",
    "wellbeing:policy",
    "wellbeing:prompt",
    "comparison:calibration",
    "decisions:two_people",
    "packages:end",
    "packages:keys",
    "packages:make_keys",
    "packages:own_text",
    "packages:receive",
    "retention:confirm",
    "retention:list",
    "retention:order",
    "retention:withdraw",
    "accounts:end-session",
    "accounts:enrol",
    "accounts:resets",
    "accounts:withdraw-reset",
    "accounts:password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "usersessions_list",
    "audit:ask_stamp",
    "audit:bring_stamp",
    "audit:checkpoints",
    "audit:entry",
    "audit:export",
    "audit:list",
    "audit:note",
    "home",
    "installation",
    "keys",
    "styleguide",
    "cases:list",
    "cases:open",
    "accounts:sign-out",
    "api:bodies",
    "api:cases",
    "api:entry",
    "api:other_records",
    "api:others",
    "api:record",
    "api:tool",
    "api:tool_schema",
    "api:tools",
    "api:tools_file",
    "api:vocabulary",
    "api:openapi-json",
}
OF_A_SESSION = {  # opened in another one in these tests; and one does not take the own
    "crops:picture",
    "reveals:original",
    "reveals:close",
    "wellbeing:take",
}
NOT_THERE = OF_A_SESSION | {  # no passkey, recovery code, checkpoint, certificate in these tests
    "audit:note",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "joining:one",  # no application either
    "learning:certificate",
}
POST_ALONE = {
    "assessment:confirm",
    "assessment:dissent",
    "assessment:propose",
    "assessment:refuse",
    "assessment:reply",
    "assessment:role",
    "catalogue:confirm",
    "catalogue:decide",
    "catalogue:withdraw",
    "community:accept",
    "community:block",
    "community:cancel_event",
    "community:close_report",
    "community:decline",
    "community:end",
    "community:end_feed",
    "community:join",
    "community:leave",
    "community:leave_directory",
    "community:look",
    "community:make_feed",
    "community:object",
    "community:remove",
    "community:unblock",
    "community:withdraw",
    "community:withdraw_announcement",
    "finding:add",
    "finding:answer",
    "finding:end_feed",
    "finding:follow",
    "finding:forget",
    "finding:letter",
    "finding:look",
    "finding:make_feed",
    "finding:note",
    "finding:remove",
    "finding:second",
    "finding:unfollow",
    "finding:withdraw",
    "curation:untie",
    "experience:answer",
    "experience:decide",
    "experience:decide_again",
    "experience:decide_question",
    "experience:flag_report",
    "experience:flag_saying",
    "experience:object",
    "experience:reply",
    "experience:settle_report",
    "experience:settle_saying",
    "experience:withdraw",
    "experience:withdraw_question",
    "portal:check",
    "portal:object",
    "portal:publish",
    "portal:withdraw",
    "guidance:acknowledge",
    "guidance:check",
    "guidance:correct",
    "learning:begin_again",
    "learning:depth",
    "learning:give",
    "learning:read",
    "api:batches",
    "api:exhibit_runs",
    "api:group_move",
    "api:group_name",
    "api:group_split",
    "api:merges",
    "api:put_back",
    "api:undo_change",
    "api:filter",
    "api:retry",
    "api:undo_batch",
    "api:undo_verdict",
    "accounts:confirm-reset",
    "accounts:withdraw-reset",
    "agencies:add_domain",
    "agencies:contact",
    "agencies:remove_domain",
    "agencies:status",
    "invitations:renew",
    "invitations:revoke",
    "joining:approve",
    "joining:refuse",
    "members:confirm",
    "members:left",
    "members:reactivate",
    "members:roles",
    "members:suspend",
    "accounts:end-session",
    "accounts:language",
    "accounts:sign-out",
    "accounts:start-over",
    "accounts:theme",
    "audit:ask_stamp",
    "audit:bring_stamp",
    "authority:retire",
    "authority:withdraw",
    "tokens:revoke",
    "tokens:revoke_in_agency",
    "categories:choose",
    "categories:drop",
    "categories:give",
    "known:ask",
    "known:confirm",
    "known:meanings",
    "known:put_back",
    "known:take_out",
    "categories:retire",
    "categories:set_default",
    "categories:undo",
    "categories:undo_batch",
    "cases:responsible",
    "cases:role",
    "cases:take_off",
    "facets:remove",
    "facets:share",
    "queue:take",
    "queue:put_back",
    "queue:leave",
    "queue:here",
    "queue:urgent",
    "queue:end_urgent",
    "queue:stop",
    "queue:take_second",
    "queue:give_second",
    "queue:put_back_second",
    "queue:draw",
    "queue:settle",
    "comparison:look",
    "comparison:more",
    "crops:file",
    "crops:look",
    "crops:place",
    "crops:propose",
    "crops:refuse",
    "crops:release",
    "crops:withdraw",
    "decisions:confirm",
    "decisions:refuse",
    "packages:confirm",
    "packages:end",
    "packages:fetch",
    "packages:make_keys",
    "packages:withdraw",
    "leads:change",
    "leads:from_comparison",
    "leads:take_up",
    "reports:compare",
    "retention:close",
    "retention:confirm",
    "retention:extend",
    "retention:withdraw",
    "reveals:choose",
    "reveals:open",
    "reveals:ask",
    "reveals:begin",
    "reveals:beat",
    "reveals:end",
    "reveals:close",
    "reveals:decide",
    "wellbeing:later",
    "onboarding:beat",
    "onboarding:begin",
    "onboarding:done",
    "onboarding:end",
    "onboarding:look",
    "wellbeing:add_help",
    "wellbeing:remove_help",
    "wellbeing:share",
    "wellbeing:unshare",
    "wellbeing:pass_case",
    "wellbeing:put_away",
    "wellbeing:pass_item",
    "wellbeing:take",
    "wellbeing:take_back",
    "review:background",
    "review:authorise_search",
    "review:close_search",
    "review:refuse_search",
    "review:search_face",
    "people:apart",
    "people:apart_groups",
    "people:confirm",
    "people:move",
    "people:reject",
    "people:state",
    "people:withdraw",
    "people:merge",
    "people:name",
    "review:retry",
    "people:split",
    "people:undo",
}
BOTH = {
    "api:exhibits",
    "api:filters",
    "api:item_verdicts",
    "api:lead",
    "api:leads",
    "api:note",
    "api:notes",
    "api:offers",
    "api:queue",
    "community:add_event",
    "community:announce",
    "community:ask",
    "community:begin",
    "community:change_event",
    "community:contact",
    "community:hide",
    "community:me",
    "community:report_messages",
    "community:report_post",
    "community:rules",
    "community:thread",
    *(BY_LINK - {"feed"}),
    "accounts:leave",
    "accounts:profile",
    "accounts:terms",
    "agencies:add",
    "invitations:for_agency",
    "invitations:list",
    "joining:apply",
    "account_login",
    "accounts:first",
    "accounts:password",
    "accounts:resets",
    "accounts:sign-in",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "openid_connect_login",
    "usersessions_list",
    "analysis:start",
    "analysis:templates",
    "audit:export",
    "authority:enter",
    "authority:lists",
    "categories:make",
    "categories:many",
    "cases:members",
    "cases:open",
    "comparison:pair",
    "crops:draw",
    "decisions:new",
    "decisions:two_people",
    "packages:ask",
    "packages:keys",
    "packages:receive",
    "catalogue:restrict",
    "finding:keep",
    "finding:say",
    "known:lists",
    "leads:new",
    "reports:export",
    "reports:new",
    "evidence:add_folder",
    "evidence:add_upload",
    "facets:saved",
    "notes:about",
    "notes:list",
    "notes:one",
    "retention:ask",
    "wellbeing:closing",
    "wellbeing:policy",
    "tokens:make",
    "review:find",
    "review:find_across",
    "review:find_face",
    "review:find_face_across",
}
ONE_GROUP = {"api:group_move", "api:merges"}  # each takes two, and one is here
# The same in two cases of one member.
SHARED = {"case_id", "position", "member_id", "kind", "decision_kind", "table"}
ELSEWHERE = {  # ids of what is no part of a case
    "uidb64": "MQ",
    "token": "set-password",
    "pk": 1,
    "session_id": 1,
    "code": "x",
    "invitation_id": 1,
    "domain_id": 1,
    "reset_id": 1,
    "size": 1,
    "shared_id": "00000000-0000-4000-8000-000000000000",
    "place_id": 0,
    "stage_no": 1,
    "picture_name": "astronaut",
    "drawing": "plain",
    "step": 1,
    "partner_id": "00000000-0000-4000-8000-000000000000",
    "application_id": "00000000-0000-4000-8000-000000000000",
}
THE_HUB = (  # its parts
    *("hub", "catalogue", "guidance", "learning", "assessment"),
    *("community", "finding", "experience", "portal", "curation", "exchange"),
)
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
Ids = Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """Three cases: two of one member, one of a member of another agency."""

    ours: Ids
    beside: Ids
    theirs: Ids


DESK = "hub/desk/"  # Wagtail's addresses, which tests/hub/test_desk.py asks


def routed(patterns: Any = None, space: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the name and the arguments of every address of the site but the desk's."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if str(one.pattern) == DESK:
            continue
        if isinstance(one, URLResolver):
            inner = frozenset(one.pattern.converters)
            for name, arguments in routed(one.url_patterns, one.namespace or space):
                yield name, arguments | inner
        else:
            assert isinstance(one, URLPattern)
            assert one.name, f"{one.pattern} has no name"
            name = f"{space}:{one.name}" if space else one.name
            yield name, frozenset(one.pattern.converters)


ROUTED = dict(routed())
OWN |= {name for name in ROUTED if name.partition(":")[0] in THE_HUB}
OF_A_CASE = sorted(name for name, arguments in ROUTED.items() if "case_id" in arguments)
CLOSED = sorted(set(ROUTED) - OPEN)
WITH_INNER_IDS = [name for name in OF_A_CASE if ROUTED[name] - SHARED]


def address(name: str, ids: Ids) -> str:
    known = {**ELSEWHERE, **ids, **planted.arguments(ids, name)}
    address = reverse(name, kwargs={one: known[one] for one in ROUTED[name]})
    return f"{address}?key={ids['key']}" if name == "analysis:background" else address


def body(name: str, ids: Ids) -> dict[str, Any]:
    """Return what an address of the API is told in order to change something."""
    judged = {"scheme": "uk@1", "code": "B"}
    return {
        "api:batches": {**judged, "how": "exhibit", "exhibit": ids["exhibit_id"], "over": True},
        "api:exhibits": {"label": "x", "folder": "/nowhere"},
        "api:filter": {"shared": True},
        "api:filters": {"name": "x", "said": {"faces": "any"}},
        "api:group_move": {"faces": [ids["face_id"]], "to": ids["group_id"]},
        "api:group_name": {"name": "x"},
        "api:group_split": {"faces": [ids["face_id"]]},
        "api:item_verdicts": judged,
        "api:lead": {"state": "in_work", "why": "x"},
        "api:leads": {"what": "x", "disproof": "x"},
        "api:merges": {"groups": [ids["group_id"]] * 2},
        "api:note": {"text": "x", "version": 1},
        "api:notes": {"text": "x"},
        "api:offers": {"offer": "x"},
        "api:put_back": {"item": ids["item_id"]},
    }.get(name, {})


def send(client: Client, method: str, name: str, ids: Ids) -> HttpResponse:
    """Ask an address by a method; the API is told what it wants to know."""
    told: dict[str, Any] = {}
    if method == "post" and name.startswith("api:"):
        told = {"data": body(name, ids), "content_type": "application/json"}
    return getattr(client, method)(address(name, ids), **told)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside, so that the next address finds the world whole."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, name: str, ids: Ids) -> HttpResponse:
    return send(client, "post" if name in POST_ALONE else "get", name, ids)


@pytest.fixture
def world(north_lead: "Member", south_lead: "Member", evidence_root: "Path") -> World:
    """Return three cases with everything in them that an address can name."""
    return World(
        ours=_case(north_lead, "1/26", evidence_root),
        beside=_case(north_lead, "2/26", evidence_root),
        theirs=_case(south_lead, "3/26", evidence_root),
    )


def _case(lead: "Member", number: str, root: "Path") -> Ids:  # noqa: PLR0915  # one of everything
    """Return the ids of a case, an exhibit, an item, a face, a group, a change, a probe."""
    from haven.audit import queries as record
    from haven.workbench.analysis import actions as analysis
    from haven.workbench.analysis import grouping, probing, saving
    from haven.workbench.analysis.models import Face
    from haven.workbench.authority import actions as authority
    from haven.workbench.cases import actions as cases
    from haven.workbench.categories import actions as categories
    from haven.workbench.categories import choosing, selecting
    from haven.workbench.evidence import actions as evidence
    from haven.workbench.facets import actions as facets
    from haven.workbench.notes import actions as notes
    from haven.workbench.people import actions as people
    from haven.workbench.people import person_actions, queries
    from haven.workbench.retention import actions as retention
    from haven.workbench.search import actions as searches
    from haven.workbench.tokens import actions as tokens

    folder = root / number.replace("/", "-")
    folder.mkdir()
    (folder / "a.png").write_bytes(png())
    case = cases.open_case(number=number, name="Harbour", by=lead, at=NOW)
    exhibit = evidence.add_folder(case.public_id, folder=folder, label="A", by=lead, at=NOW)
    entered = authority.enter(case.public_id, basis(), by=lead, at=NOW)
    run = analysis.start_run(exhibit.public_id, by=lead, at=NOW)
    items = [
        saving.content(run, findings(f"{number}-{one}", [person(0, wobble=one)])) for one in (0, 1)
    ]
    path = saving.Found(name_bytes=b"0.jpg", stored_name="", sha256=items[0].sha256)
    saving.paths(exhibit, [path])
    run.state, run.finished_at = run.State.FINISHED, NOW
    run.save()
    grouping.regroup(case.pk, settle=True)
    face = Face.objects.select_related("group").get(item=items[0])
    assert face.group is not None
    named = people.name(case.public_id, face.group.public_id, name="Ash", by=lead, at=NOW)
    said = person_actions.Said("alias", "Kestrel")
    stated = person_actions.state(case.public_id, named.public_id, said, by=lead, at=NOW)
    change = queries.last_change(case)
    assert change is not None
    note = notes.write(case.public_id, "Seen.", by=lead, at=NOW)
    kept = facets.save(case.public_id, "A", {"faces": "any"}, shared=True, by=lead, at=NOW)
    asked = searches.Ask(purpose="victim", reason="Seen on two phones.")
    search = searches.search_picture(
        case.public_id, io.BytesIO(png()), asked, by=lead, at=timezone.now()
    )
    probe = search.probe
    assert probe is not None
    probing._save(probe, findings(f"{number}-probe", [person(0, wobble=2)]))
    searches.go_on(probe.pk, at=NOW)
    choosing.choose(case.public_id, "uk@1", by=lead, at=NOW)
    given = categories.give_many(
        case.public_id,
        selecting.Selection(how="chosen", chosen=[one.pk for one in items]),
        categories.Judgement(scheme="uk@1", code="C"),
        by=lead,
        at=NOW,
    )
    assert given.batch is not None
    made = tokens.make(case.public_id, purpose="x", abilities=["read"], by=lead, at=timezone.now())
    erasure = retention.ask(case.public_id, ground="order", reason="x", by=lead, at=NOW)
    return {
        "case_id": case.public_id,
        "erasure_id": erasure.public_id,
        "exhibit_id": exhibit.public_id,
        "item_id": items[0].pk,
        "thread": note.thread,
        "kind": "item",
        "thing_id": items[0].pk,
        "filter_id": kept.public_id,
        "face_id": face.pk,
        "group_id": face.group.public_id,
        "person_id": named.public_id,
        "statement_id": stated.pk,
        "change_id": change.pk,
        "batch_id": given.batch.public_id,
        "authority_id": entered.public_id,
        "member_id": lead.pk,
        "agency_id": lead.agency_id,
        "probe_id": probe.public_id,
        "search_id": search.public_id,
        **_decided(case.public_id, items[0].pk, face.group.public_id, lead),
        **_reported(case, lead),
        "candidate_id": search.candidates.order_by("rank")[0].pk,
        "position": 0,
        "word_id": 0,
        "token_id": made.token.public_id,
        "entry_id": record.of_case(case.pk)[0].public_id,
        "key": analysis.ask_background(case.public_id, items[0].pk, by=lead, at=NOW),
        **_listed(case, items[0], lead),
        **_cut(items[0], lead),
        **_reveal(items[0], lead),
        **_care(items[1], lead),
        **handing.planted(case, lead, lambda place: f"{place} {number}"),
        "hub": planted.plant(lead, lambda place: f"{place} {number}", NOW),
    }


def _listed(case: Any, item: Any, lead: "Member") -> Ids:
    """Return the ids of a list of known files that has an item, and of an entry set aside."""
    from haven.workbench.known import actions, importing, looking
    from haven.workbench.known.models import SetAside

    about = actions.About(name=f"A list of {case.number}", kind="own")
    text = io.BytesIO(f"{item.sha256}\n".encode())
    made = actions.bring(text, about, agency_pk=lead.agency_id, by=lead, at=NOW)
    importing.look_over(made.pk)
    made.refresh_from_db()
    actions.confirm(made, by=lead, at=NOW)
    importing.take_in(made.pk)
    looking.look_up(case.pk, at=NOW)
    aside = SetAside.objects.create(
        agency_id=lead.agency_id, known_list=made, entry=0, how="person", set_at=NOW
    )
    return {"list_id": made.public_id, "aside_id": aside.pk}


def _reveal(item: Any, lead: "Member") -> Ids:
    """Return the ids of a reveal, of what is held, and of a request for a second person."""
    from haven.workbench.reveals import actions as reveals
    from haven.workbench.reveals import asking
    from tests.workbench import opened

    asker = opened.who(lead, timezone.now())
    reveal = opened.reveal(item, asker)
    case_id = item.case.public_id
    held = reveals.begin(case_id, item.pk, reveal.public_id, step=4, who=asker)
    asked = asking.ask_second(case_id, item.pk, reason="x", who=asker)
    return {
        "reveal_id": reveal.public_id,
        "hold_id": held.public_id,
        "request_id": asked.public_id,
    }


def _cut(item: Any, lead: "Member") -> Ids:
    """Return the ids of an object that was cut out, and of a look at it."""
    from haven.workbench.crops import looking
    from tests.workbench import cut_out, opened

    asker = opened.who(lead, timezone.now())
    crop = cut_out.crop(item, asker)
    seen = looking.look(item.case.public_id, crop.public_id, who=asker)
    return {"crop_id": crop.public_id, "look_id": seen.public_id}


def _care(item: Any, lead: "Member") -> Ids:
    """Return the ids of what the lead asked not to see."""
    from haven.workbench.wellbeing import handing, outcomes
    from haven.workbench.wellbeing.models import Handed

    handing.pass_on(item.case.public_id, item.pk, by=lead)
    outcome = outcomes.write(item.case.public_id, kind="unknown", words="x", by=lead, at=NOW)
    return {
        "handed_id": Handed.objects.get(case=item.case).public_id,
        "outcome_id": outcome.public_id,
    }


def _decided(case_id: Any, item: int, group: str, lead: "Member") -> Ids:
    """Return the ids of a lead and of a decision that waits."""
    from haven.workbench.decisions import actions as decisions
    from haven.workbench.leads import actions as leads

    said = leads.Said(what="The same ring.", disproof="Another ring.", item=item)
    followed = leads.make(case_id, said, by=lead, at=NOW)
    who = decisions.Said(kind="identity", said="Ash Doe", reason="A passport.", group=group)
    decided = decisions.decide(case_id, who, by=lead, at=NOW)
    return {
        "lead_id": followed.public_id,
        "decision_id": decided.public_id,
        "decision_kind": "identity",
    }


def _reported(case: Any, lead: "Member") -> Ids:
    """Return the ids of a report and of a masked view in it."""
    from haven.workbench.reports import actions as reports
    from haven.workbench.reports import queries
    from haven.workbench.reports.scope import Ask

    ask = Ask(addressed_to="The court", purpose="The trial", step=1)
    made = reports.make(case.public_id, ask, by=lead, at=NOW)
    return {"report_id": made.public_id, "view_sha256": queries.manifest(case, made)["views"][0]}


def test_every_address_belongs_to_one_of_the_lists() -> None:
    assert set(ROUTED) >= OPEN | OWN | POST_ALONE | BOTH
    assert set(ROUTED) - OPEN - OWN == set(OF_A_CASE)
    assert {"debug", "admin", "media"}.isdisjoint(name.partition(":")[0] for name in ROUTED)


@pytest.mark.parametrize("method", METHODS)
def test_nobody_gets_past_the_sign_in(client: Client, world: World, method: str) -> None:
    for name in CLOSED:
        answer = getattr(client, method)(address(name, world.ours))

        if name.startswith("api:"):
            assert answer.status_code == 401, (name, method)
            assert method == "head" or answer.json()["code"] == "web.not_signed_in"
            continue
        assert answer.status_code == 302, (name, method)
        assert answer["Location"].startswith("/account/sign-in/"), (name, method)
        assert not answer.content


def test_open_pages_say_nothing_of_a_case(client: Client, world: World) -> None:
    for name in OPEN:
        for method in METHODS:
            answer = getattr(client, method)(address(name, world.ours))

            fine = (404, 405) if name in BY_LINK else (200, 302, 400, 405, 422)
            fine += (404,) if "openid" in name else ()  # no provider is set up here
            assert answer.status_code in fine, (name, method)
            assert b"Harbour" not in answer.content
            assert answer["Cache-Control"], name


def test_a_case_is_there_for_its_member_and_for_no_other_agency(
    world: World,
    client_of: "Callable[[Member], Client]",
    north_lead: "Member",
    south_lead: "Member",
) -> None:
    member, stranger = client_of(north_lead), client_of(south_lead)

    for name in OF_A_CASE:
        with undone():
            hidden = ask(stranger, name, world.ours)
            shown = ask(member, name, world.ours)

        assert hidden.status_code == 404, name
        assert b"Harbour" not in hidden.content, name
        fine = (404,) if name in OF_A_SESSION else (200, 302, 422)
        fine += (409,) if name in ("api:retry", "packages:fetch") else ()  # nothing failed or made
        fine += (400,) if name in ONE_GROUP else ()
        assert shown.status_code in fine, name


def test_a_stranger_learns_nothing_by_another_method(
    world: World, client_of: "Callable[[Member], Client]", south_lead: "Member"
) -> None:
    client = client_of(south_lead)

    for name, method in product(OF_A_CASE, METHODS):
        answer = send(client, method, name, world.ours)

        assert answer.status_code in (404, 405), (name, method)
        assert b"Harbour" not in answer.content, (name, method)


def test_things_of_one_case_are_not_there_under_the_address_of_another(
    world: World, client_of: "Callable[[Member], Client]", north_lead: "Member"
) -> None:
    client = client_of(north_lead)

    for name, other in product(WITH_INNER_IDS, (world.beside, world.theirs)):
        for inner in ROUTED[name] - SHARED:
            mixed = {**world.ours, inner: other[inner], "key": other["key"]}

            assert ask(client, name, mixed).status_code == 404, (name, inner)
        ours_there = {**other, "case_id": world.ours["case_id"]}
        assert ask(client, name, ours_there).status_code == 404, name


def test_nothing_is_done_for_a_request_from_another_site(
    world: World, north_lead: "Member"
) -> None:
    form = {"name": "x", "number": "x", "theme": "dark"}
    stranger = Client(enforce_csrf_checks=True)
    member = let_in(Client(enforce_csrf_checks=True), north_lead)

    for name in sorted(POST_ALONE | BOTH):
        client = stranger if name in OPEN else member
        answer = client.post(address(name, world.ours), form)

        assert answer.status_code == 403, name


def test_what_changes_something_is_not_done_by_following_a_link(
    world: World, client_of: "Callable[[Member], Client]", north_lead: "Member"
) -> None:
    north_lead.roles = sorted(set(Role) - {Role.PROVIDER})
    north_lead.save()

    client = client_of(north_lead)

    for name in sorted(POST_ALONE):
        assert client.get(address(name, world.ours)).status_code == 405, name


def test_looking_changes_nothing_but_the_record(
    world: World, client_of: "Callable[[Member], Client]", north_lead: "Member"
) -> None:
    north_lead.roles = sorted(set(Role) - {Role.PROVIDER})
    north_lead.save()
    add_code_app(north_lead)
    client = client_of(north_lead)
    before = _rows()

    for name in sorted(set(CLOSED) - POST_ALONE):
        fine = (200, 302, 404) if name in NOT_THERE else (200, 302)
        assert client.get(address(name, world.ours)).status_code in fine, name

    assert _rows() == before


def _rows() -> dict[str, list[Any]]:
    """Return every row of the workbench, of the hub and of the accounts."""
    of_cases = (
        *("cases", "tokens", "evidence", "authority", "analysis", "search", "categories", "known"),
        *("notes", "people", "queue", "facets", "comparison", "leads", "decisions", "retention"),
    )
    of_the_hub = tuple(one for one in THE_HUB if one != "hub")
    labels = ("accounts", *of_cases, *of_the_hub)
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for model in models  # type: ignore[attr-defined]  # each has a manager
    }


NONSENSE = ("9" * 30, "9" * 5000, "%00", "%00a", "%F0%9F")


def test_a_nonsense_id_is_not_there_and_no_error(
    world: World, client_of: "Callable[[Member], Client]", north_lead: "Member"
) -> None:
    client = client_of(north_lead)

    numbers = {"item_id", "face_id", "change_id", "group_id", "position", "thing_id"}
    for name in WITH_INNER_IDS:
        said = {"data": body(name, world.ours), "content_type": "application/json"}
        said = said if name.startswith("api:") else {}
        path = address(name, world.ours).partition("?")[0]
        for inner, nonsense in product(ROUTED[name] & numbers, NONSENSE):
            wrong = path.replace(f"/{world.ours[inner]}", f"/{nonsense}")
            answer = client.post(wrong, **said) if name in POST_ALONE else client.get(wrong)

            assert answer.status_code == 404, (name, inner, nonsense[:40])
