"""The API: it tells a member what the pages tell, as JSON, and nobody else anything."""

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from ninja.openapi.schema import OpenAPISchema

from haven.audit.models import Event
from haven.site.api import api
from tests.signing_in import let_in
from tests.site.test_every_url import World, world
from tests.workbench.build import findings, person

if TYPE_CHECKING:
    from haven.accounts.models import Member

__all__ = ["world"]


@pytest.fixture
def lead(client_of: "Callable[[Member], Client]", north_lead: "Member") -> Client:
    return client_of(north_lead)


def of(world: World, more: str = "") -> str:
    return f"/api/cases/{world.ours['case_id']}/{more}"


def keys(value: Any) -> Iterator[str]:
    """Yield every name in a JSON value, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def test_it_lists_the_cases_of_the_member_alone(lead: Client, world: World) -> None:
    answer = lead.get("/api/cases/").json()

    assert [one["number"] for one in answer["rows"]] == ["2/26", "1/26"]
    assert {one["my_role"] for one in answer["rows"]} == {"lead"}
    assert (answer["next"], answer["previous"]) == (None, None)


def test_it_tells_of_a_case_what_its_pages_tell(lead: Client, world: World) -> None:
    exhibit = lead.get(of(world, "exhibits/")).json()["rows"][0]
    run = lead.get(of(world, "runs/")).json()["rows"][0]
    group = lead.get(of(world, "groups/")).json()["rows"][0]

    assert lead.get(of(world)).json()["name"] == "Harbour"
    assert (exhibit["label"], exhibit["added_by"]) == ("A", "Nora Lead")
    assert (run["exhibit"], run["state"]) == (exhibit["id"], "finished")
    assert (group["n_faces"], group["person"]["name"]) == (2, "Ash")


def test_it_tells_where_a_face_is_and_never_what_it_looks_like(lead: Client, world: World) -> None:
    item = lead.get(of(world, f"items/{world.ours['item_id']}/")).json()
    group = lead.get(of(world, f"groups/{world.ours['group_id']}/")).json()

    assert item["faces"][0]["box_xyxy_px"] == [0.0, 10.0, 100.0, 130.0]
    assert item["faces"][0]["group"] == group["group"]["id"]
    assert {"embedding", "landmarks_px", "root", "jpeg"}.isdisjoint({*keys(item), *keys(group)})


def test_a_place_on_our_disk_is_in_no_answer(
    lead: Client, world: World, evidence_root: Any
) -> None:
    for part in ("", "exhibits/", "runs/", "items/", "groups/"):
        assert str(evidence_root) not in lead.get(of(world, part)).content.decode()


@pytest.mark.parametrize(
    ("asked", "count"),
    [("faces=1", 2), ("faces=none", 0), ("status=failed", 0), ("size=small", 2), ("q=no", 0)],
)
def test_the_filters_are_those_of_the_grid(
    lead: Client, world: World, asked: str, count: int
) -> None:
    page = lead.get(f"/cases/{world.ours['case_id']}/items/?{asked}")

    rows = lead.get(of(world, f"items/?{asked}")).json()["rows"]

    assert (len(rows), page.context["count"]) == (count, count)


def test_a_list_is_read_in_parts(lead: Client, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("haven.workbench.review.queries.ITEMS_ON_A_PAGE", 1)  # not 61 items

    first = lead.get(of(world, "items/?order=arrival")).json()
    second = lead.get(of(world, f"items/?order=arrival&after={first['next']}")).json()
    back = lead.get(of(world, f"items/?order=arrival&after={second['previous']}")).json()

    assert [one["id"] for one in first["rows"] + second["rows"]] == sorted(
        {one["id"] for one in first["rows"] + second["rows"]}
    )
    assert (second["next"], back["rows"]) == (None, first["rows"])


@pytest.mark.parametrize(
    "asked", ["faces=9", "order=size", "taken_from=soon", "exhibit=1", "after=zz", "q=%00"]
)
def test_a_wrong_question_is_refused_and_not_guessed(
    lead: Client, world: World, asked: str
) -> None:
    answer = lead.get(of(world, f"items/?{asked}"))

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "words"}


def test_nobody_gets_anything_without_signing_in(client: Client, world: World) -> None:
    for path in ("/api/openapi.json", "/api/cases/", of(world), of(world, "items/")):
        answer = client.get(path)

        assert (answer.status_code, answer.json()["code"]) == (401, "web.not_signed_in"), path
        assert answer["Cache-Control"] == "no-store"


def test_not_yours_and_not_there_are_the_same(
    client_of: "Callable[[Member], Client]", south_lead: "Member", world: World
) -> None:
    stranger = client_of(south_lead)
    nowhere = "/api/cases/00000000-0000-4000-8000-000000000000/"

    for part in ("", "exhibits/", "runs/", "items/", "groups/"):
        hidden, absent = stranger.get(of(world, part)), stranger.get(nowhere + part)

        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content


def test_a_role_without_casework_is_refused(
    client_of: "Callable[[Member], Client]", north_lead: "Member", world: World
) -> None:
    north_lead.roles = ["auditor"]
    north_lead.save()

    answer = client_of(north_lead).get(of(world))

    assert (answer.status_code, answer.json()["code"]) == (403, "web.not_allowed")


@pytest.mark.parametrize(
    ("part", "verb"),
    [
        ("", "case.view"),
        ("exhibits/", "case.view"),
        ("runs/", "case.view"),
        ("items/?q=beach", "items.view"),
        ("items/{item_id}/", "item.view"),
        ("groups/", "people.view"),
        ("groups/{group_id}/", "group.view"),
    ],
)
def test_looking_is_recorded_as_on_the_pages(
    lead: Client, world: World, part: str, verb: str
) -> None:
    before = Event.objects.count()

    lead.get(of(world, part.format(**world.ours)))

    assert Event.objects.count() == before + 1
    assert Event.objects.latest("pk").verb == verb


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_is_only_read_takes_no_other_method(lead: Client, world: World, method: str) -> None:
    for path in ("/api/cases/", of(world), of(world, "items/")):
        answer = getattr(lead, method)(path)

        assert (answer.status_code, answer["Allow"]) == (405, "GET")
        assert answer.json()["code"] == "web.wrong_method"


def test_an_address_that_does_not_exist_says_so_in_json(lead: Client) -> None:
    answer = lead.get("/api/nowhere/")

    assert (answer.status_code, answer.json()["code"]) == (404, "web.not_found")


def test_no_page_tries_the_api_out_with_scripts_of_another_host(lead: Client) -> None:
    for path in ("/api/docs", "/api/docs/", "/api/redoc", "/api/"):
        assert lead.get(path).status_code == 404
    described = json.dumps(lead.get("/api/openapi.json").json())
    assert re.findall(r"://\w+", described) == []  # a pattern of an address names no host


def test_no_two_shapes_share_a_name_or_one_would_describe_the_other() -> None:
    from ninja import Schema

    shapes: dict[str, set[str]] = {}
    for one in _below(Schema):
        if one.__module__.startswith("haven.") and "[" not in one.__name__:
            shapes.setdefault(one.__name__, set()).add(one.__module__)

    assert {name: where for name, where in shapes.items() if len(where) > 1} == {}


def _below(shape: type) -> Iterator[type]:
    for one in shape.__subclasses__():
        yield one
        yield from _below(one)


def test_a_failure_that_nobody_planned_tells_nothing(
    north_lead: "Member", world: World, monkeypatch: Any
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("a name, a path")

    monkeypatch.setattr("haven.workbench.people.queries.people", broken)
    client = let_in(Client(raise_request_exception=False), north_lead)

    answer = client.get(of(world, "groups/"))

    assert (answer.status_code, answer.json()["code"]) == (500, "site.failed")
    assert b"a name" not in answer.content


def test_a_list_costs_the_same_however_much_it_tells(
    lead: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    from haven.workbench.analysis import saving
    from haven.workbench.analysis.models import Run

    run = Run.objects.filter(exhibit__case__public_id=world.ours["case_id"]).get()
    for number in range(20):
        saving.content(run, findings(f"more-{number}", [person(3, wobble=number)]))

    with django_assert_max_num_queries(12):
        assert len(lead.get(of(world, "items/")).json()["rows"]) == 22


class TestRecord:
    def test_tells_a_supervisor_what_was_done_on_an_own_case(
        self, client_of: "Callable[[Member], Client]", north_lead: "Member", world: World
    ) -> None:
        north_lead.roles = ["investigator", "supervisor"]
        north_lead.save()
        client = client_of(north_lead)

        found = client.get("/api/record/entries/?verb=group.name").json()["rows"]
        whole = client.get(f"/api/record/entries/{found[0]['id']}/").json()

        assert {one["sentence"] for one in found} == {"A group of faces was given a name."}
        assert whole["entry"] == found[0]
        assert whole["facts"]["groups"]
        assert Event.objects.latest("pk").verb == "record.read"

    def test_is_refused_to_who_may_not_read_it(self, lead: Client, world: World) -> None:
        assert lead.get("/api/record/entries/").status_code == 403

    def test_tells_an_auditor_nothing_of_another_agency(
        self, client_of: "Callable[[Member], Client]", south_lead: "Member", world: World
    ) -> None:
        south_lead.roles = ["auditor"]
        south_lead.save()
        client = client_of(south_lead)
        theirs = Event.objects.filter(agency_id=south_lead.agency_id)
        other = Event.objects.exclude(agency_id=south_lead.agency_id).latest("pk")

        told = client.get("/api/record/entries/").json()["rows"]

        assert {one["id"] for one in told} <= {str(one.public_id) for one in theirs}
        assert client.get(f"/api/record/entries/{other.public_id}/").status_code == 404

    def test_a_filter_that_does_not_exist_is_refused(
        self, client_of: "Callable[[Member], Client]", south_lead: "Member"
    ) -> None:
        south_lead.roles = ["auditor"]
        south_lead.save()

        answer = client_of(south_lead).get("/api/record/entries/?verb=case.steal")

        assert (answer.status_code, answer.json()["code"]) == (400, "audit.wrong_filter")


def test_no_two_things_are_described_under_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    described: dict[str, Any] = {}
    twice: set[str] = set()
    added = OpenAPISchema.add_schema_definitions

    def add(self: OpenAPISchema, definitions: dict[str, Any]) -> None:
        twice.update(
            name for name, said in definitions.items() if described.setdefault(name, said) != said
        )
        added(self, definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", add)
    api.get_openapi_schema()

    assert described
    assert twice == set()
