"""Acts through the API: each act of a page has an address, or a reason why it has none."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from haven.audit.models import Event
from haven.workbench.categories.models import Verdict
from haven.workbench.facets.models import SavedFilter
from haven.workbench.notes.models import Note
from haven.workbench.tokens import abilities, actions
from haven.workbench.tokens.models import Token
from tests.signing_in import let_in
from tests.site.test_every_url import BOTH, POST_ALONE, ROUTED
from tests.workbench.conftest import authority, case, exhibit, found, lay, run

if TYPE_CHECKING:
    from pathlib import Path

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

__all__ = ["authority", "case", "exhibit", "found", "lay", "run"]  # fixtures

BY_API = {  # an act of a page, and the address of the API that does the same
    "analysis:start": "api:exhibit_runs",
    "categories:batch": "api:batches",
    "categories:give": "api:item_verdicts",
    "categories:many": "api:batches",
    "categories:undo": "api:undo_verdict",
    "categories:undo_batch": "api:undo_batch",
    "evidence:add_folder": "api:exhibits",
    "facets:remove": "api:filter",
    "facets:saved": "api:filters",
    "facets:share": "api:filter",
    "leads:change": "api:lead",
    "leads:new": "api:leads",
    "leads:take_up": "api:offers",
    "notes:about": "api:notes",
    "notes:list": "api:notes",
    "notes:one": "api:note",
    "people:merge": "api:merges",
    "people:move": "api:group_move",
    "people:name": "api:group_name",
    "people:split": "api:group_split",
    "people:undo": "api:undo_change",
    "queue:put_back": "api:put_back",
    "queue:take": "api:queue",
    "review:retry": "api:retry",
}
FOR_PEOPLE = {  # no program does these, and why
    "accounts": "who a person is, and the person's own screen",
    "account_login": "signing in",
    "agencies": "agencies and who vouches for them",
    "analysis:templates": "erasing asks for a fresh factor, which a program has not",
    "audit": "the record and its exports are for who watches over the work",
    "assessment": "people answer for their agency, and two of them close",
    "authority": "a person copies the paper and answers for it; agencies keep their words",
    "catalogue": "what the catalogue says is proposed by a person and decided by another",
    "cases": "who is on a case decides who sees it; opening one begins an answer for it",
    "categories:choose": "a scheme says what verdicts mean: it is chosen with its words in sight",
    "categories:drop": "as choosing one",
    "categories:make": "agencies keep their schemes",
    "categories:retire": "as making one",
    "categories:set_default": "as making one",
    "community": "a person asks, consents and answers for words; a program is nobody's colleague",
    "comparison": "two faces are compared by a person who sees both, blind first",
    "decisions": "a decision is a person's, and an identification that of two",
    "curation": "who speaks for a maker is looked at by a person",
    "experience": "what somebody met is told by that person, and another one looks at it",
    "crops": "an object is published by two people who look at it",
    "evidence:add_upload": "an upload is sealed while it streams in through the page's form",
    "finding": "what somebody looks for, keeps and lacks is that person's",
    "guidance": "who acknowledges has read; who checks a translation has read both texts",
    "invitations": "members",
    "known": "an administrator answers for what a list is and what its words mean",
    "joining": "applications take two people",
    "learning": "a person learns, and a certificate says so of that person",
    "leads:from_comparison": "who compared the faces says that a lead comes of it",
    "members": "members",
    "mfa_activate_totp": "signing in",
    "mfa_add_webauthn": "signing in",
    "mfa_authenticate": "signing in",
    "mfa_deactivate_totp": "signing in",
    "mfa_edit_webauthn": "signing in",
    "mfa_generate_recovery_codes": "signing in",
    "mfa_login_webauthn": "signing in",
    "mfa_reauthenticate": "signing in",
    "mfa_reauthenticate_webauthn": "signing in",
    "mfa_remove_webauthn": "signing in",
    "packages": "a case leaves an agency when two people agree, and comes in before one",
    "portal": "a maker answers for what it says, and two people read it",
    "reports": "a report is made and given out by a person who answers for it",
    "onboarding": "a person practises with their own hands",
    "openid_connect_login": "signing in",
    "people:apart": "a face is judged by a person who looks at it",
    "people:apart_groups": "as two faces",
    "people:confirm": "as saying that two are not the same",
    "people:reject": "as confirming one",
    "people:state": "a role, an age or a kinship is stated by a person, who answers for it",
    "people:withdraw": "as stating it",
    "queue:draw": "who leads the case chooses how much is judged twice",
    "queue:end_urgent": "as marking it",
    "queue:give_second": "a second look is worth something because another person took it, blind",
    "queue:here": "where a person is; a program is nowhere",
    "queue:leave": "a person leaves; a program puts back what it took",
    "queue:put_back_second": "as giving one",
    "queue:settle": "two people differed, and a third decides",
    "queue:stop": "what stays unseen is decided by who leads the case, for a reason",
    "queue:take_second": "as giving one",
    "queue:urgent": "what comes first is decided by a person, for a reason",
    "retention": "dates ask for a fresh factor, erasing for two people; closing ends every token",
    "reveals": "an original is opened by a person who waits for it and looks",
    "review:authorise_search": "two people",
    "review:background": "a picture, for a person who asked for it",
    "review:close_search": "as asking for one",
    "review:find": "a face is searched for by a person who sees whom, and judges what comes",
    "review:find_across": "as in one case",
    "review:find_face": "as by a picture",
    "review:find_face_across": "as by a picture",
    "review:refuse_search": "two people",
    "review:search_face": "as by a picture",
    "tokens": "a token never makes or ends another",
    "usersessions_list": "sessions",
    "wellbeing": "how somebody is, and what they would rather not see, is for people alone",
}


def reason(page: str) -> str:
    return FOR_PEOPLE.get(page) or FOR_PEOPLE.get(page.partition(":")[0], "")


def test_every_act_of_a_page_has_an_address_of_the_api_or_a_reason() -> None:
    acts = {one for one in POST_ALONE | BOTH if not one.startswith("api:")}

    assert [one for one in sorted(acts) if one not in BY_API and not reason(one)] == []
    assert {one for one in BY_API if reason(one)} == set()
    assert set(BY_API.values()) <= set(ROUTED)
    assert {
        one for one in FOR_PEOPLE if not any(one in (a, a.partition(":")[0]) for a in acts)
    } == (set())


def test_every_address_that_changes_something_takes_an_ability() -> None:
    from haven.site.api import api

    names = {one["operationId"] for one in _operations(api) if one["method"] != "get"}
    opened = {method for methods in abilities.OPENS.values() for method in methods}

    assert len(names) == sum(
        method != "GET" for methods in abilities.OPENS.values() for method in methods
    )
    assert opened == {"GET", "POST", "DELETE"}
    assert {ability for ability, _words in abilities.offered()} == set(Token.Ability)


def _operations(api: Any) -> list[dict[str, Any]]:
    paths = api.get_openapi_schema()["paths"]
    return [{**one, "method": method} for found in paths.values() for method, one in found.items()]


@pytest.fixture
def program(case: "Case", north_lead: "Member") -> Callable[..., Client]:
    """Return a way to make a program with some abilities in the case."""

    def made(*able: str) -> Client:
        token = actions.make(
            case.public_id, purpose="x", abilities=able, by=north_lead, at=timezone.now()
        )
        return Client(
            headers={"Authorization": f"Bearer {token.secret}"}, enforce_csrf_checks=True
        )

    return made


def post(client: Client, case: "Case", where: str, **said: Any) -> Any:
    path = f"/api/cases/{case.public_id}/{where}"
    return client.post(path, said, content_type="application/json")


WRITES = [
    ("exhibits/", "exhibit", {"label": "x", "folder": "/nowhere"}),
    ("retry/", "analyse", {}),
    ("notes/", "note", {"text": "x"}),
    ("filters/", "filter", {"name": "x", "said": {"faces": "any"}}),
    ("batches/", "categorise", {"scheme": "uk@1", "code": "C", "how": "chosen"}),
    ("verdicts/undo/", "categorise", {}),
    ("leads/", "lead", {"what": "x", "disproof": "y"}),
    ("offers/", "lead", {"offer": "camera:1"}),
    ("merges/", "group", {"groups": ["a", "b"]}),
    ("groups/a/name/", "group", {"name": "Ash"}),
    ("changes/1/undo/", "group", {}),
    ("queue/", "queue", {"n": 1}),
]


@pytest.mark.parametrize(("where", "ability", "said"), WRITES)
def test_a_program_does_only_what_its_token_says(
    case: "Case",
    program: Callable[..., Client],
    where: str,
    ability: str,
    said: dict[str, Any],
) -> None:
    others = [one for one in Token.Ability if one != ability]

    refused = post(program(*others), case, where, **said)
    tried = post(program(ability), case, where, **said)

    assert (refused.status_code, refused.json()["code"]) == (403, "token.not_able")
    assert tried.status_code in (200, 400, 404, 409)
    assert tried.json().get("code", "") not in ("token.not_able", "web.not_allowed")


@pytest.mark.parametrize(("where", "_ability", "said"), WRITES)
def test_a_session_needs_its_csrf_token(
    case: "Case", north_lead: "Member", where: str, _ability: str, said: dict[str, Any]
) -> None:
    client = let_in(Client(enforce_csrf_checks=True), north_lead)
    before = Event.objects.count()

    answer = post(client, case, where, **said)

    assert (answer.status_code, answer.json()["code"]) == (403, "web.not_allowed")
    assert Event.objects.count() == before


@pytest.mark.parametrize(("where", "_ability", "said"), WRITES)
def test_who_only_reads_changes_nothing(
    case: "Case", north_reader: "Member", where: str, _ability: str, said: dict[str, Any]
) -> None:
    said = {**said, "shared": True} if where == "filters/" else said  # an own one is fine

    answer = post(let_in(Client(), north_reader), case, where, **said)

    assert (answer.status_code, answer.json()["code"]) == (403, "web.not_allowed")


def test_categories_are_given_and_taken_back(
    case: "Case",
    authority: Any,
    found: Callable[..., Any],
    north_lead: "Member",
    program: Callable[..., Client],
) -> None:
    from haven.workbench.categories import choosing

    choosing.choose(case.public_id, "uk@1", by=north_lead, at=timezone.now())
    first, second = found("a.jpg"), found("b.jpg")
    client = program("categorise")
    judged = {"scheme": "uk@1", "code": "C"}

    one = post(client, case, f"items/{first.pk}/verdicts/", **judged).json()
    many = post(client, case, "batches/", **judged, how="chosen", items=[first.pk, second.pk])
    batch = many.json()["batch"]
    undone = post(client, case, f"batches/{batch}/undo/").json()
    last = post(client, case, "verdicts/undo/").json()

    assert (one["items"], many.json()["items"]) == ([first.pk], [second.pk])
    assert (undone["items"], last["items"]) == ([second.pk], [first.pk])
    assert not Verdict.objects.filter(stands=True).exclude(code="").exists()
    assert Event.objects.filter(verb="category.give", via="token").exists()


def test_a_category_that_is_none_is_refused_in_the_words_of_the_page(
    case: "Case",
    found: Callable[..., Any],
    authority: Any,
    north_lead: "Member",
    program: Callable[..., Client],
) -> None:
    from haven.workbench.categories import choosing

    choosing.choose(case.public_id, "uk@1", by=north_lead, at=timezone.now())
    item = found("a.jpg")

    answer = post(
        program("categorise"), case, f"items/{item.pk}/verdicts/", scheme="uk@1", code="Z"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "category.not_found")


def test_notes_are_written_read_and_corrected(
    case: "Case", program: Callable[..., Client]
) -> None:
    client = program("read", "note")

    note = post(client, case, "notes/", text=" Seen in the harbour. ").json()
    path = f"notes/{note['id']}/"
    right = post(client, case, path, text="Seen on the quay.", version=1)
    late = post(client, case, path, text="Else.", version=1)
    listed = client.get(f"/api/cases/{case.public_id}/notes/?q=quay").json()["rows"]
    every = client.get(f"/api/cases/{case.public_id}/notes/").json()["rows"]
    versions = client.get(f"/api/cases/{case.public_id}/{path}").json()

    assert (note["text"], note["version"]) == ("Seen in the harbour.", 1)
    assert (right.status_code, late.status_code) == (200, 409)
    assert late.json()["code"] == "note.changed"
    assert [one["text"] for one in listed] == ["Seen on the quay."]
    assert every == listed
    assert [one["version"] for one in versions] == [2, 1]
    assert Note.objects.count() == 2


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "x" * 4001])
def test_a_note_without_words_is_refused(
    case: "Case", program: Callable[..., Client], text: str
) -> None:
    answer = post(program("note"), case, "notes/", text=text)

    assert (answer.status_code, answer.json()["code"]) == (400, "api.wrong_question")


def test_a_folder_is_added_and_looked_at(
    case: "Case",
    authority: Any,
    lay: "Callable[..., Path]",
    program: Callable[..., Client],
) -> None:
    client, folder = program("exhibit", "analyse"), lay({"a.png": b"x"})

    added = post(client, case, "exhibits/", label="Phone", folder=str(folder))
    run = post(client, case, f"exhibits/{added.json()['id']}/runs/", profile="fast")
    again = post(client, case, f"exhibits/{added.json()['id']}/runs/")

    assert str(folder) not in added.content.decode()
    assert (run.json()["state"], run.json()["exhibit"]) == ("queued", added.json()["id"])
    assert again.status_code == 409


@pytest.mark.parametrize("folder", ["/etc", "../..", "/nowhere", "/" + "x" * 3000])
def test_no_other_place_on_the_disk_is_taken(
    case: "Case", evidence_root: Any, program: Callable[..., Client], folder: str
) -> None:
    answer = post(program("exhibit"), case, "exhibits/", label="x", folder=folder)

    assert (answer.status_code, answer.json()["code"]) == (400, "evidence.folder_refused")


def test_filters_are_kept_shared_and_removed(case: "Case", program: Callable[..., Client]) -> None:
    client = program("read", "filter")
    said = {"faces": "2", "taken_from": "2026-01-02", "order": "newest"}

    kept = post(client, case, "filters/", name="Two", said=said).json()
    path = f"filters/{kept['id']}/"
    shared = post(client, case, path, shared=True).json()
    nothing = post(client, case, "filters/", name="All", said={"order": "newest"})
    gone = client.delete(f"/api/cases/{case.public_id}/{path}")

    assert kept["said"] == {"faces": "2", "taken_from": "2026-01-02"}
    assert (kept["shared"], shared["shared"]) == (False, True)
    assert (nothing.status_code, nothing.json()["code"]) == (400, "filter.nothing_chosen")
    assert (gone.status_code, SavedFilter.objects.count()) == (204, 0)


def test_a_closed_case_takes_nothing_from_a_session_either(
    case: "Case", north_lead: "Member"
) -> None:
    from haven.workbench.cases import actions as cases

    cases.close(case.public_id, by=north_lead, at=timezone.now())

    answer = post(let_in(Client(), north_lead), case, "notes/", text="x")

    assert (answer.status_code, answer.json()["code"]) == (403, "case.locked")
