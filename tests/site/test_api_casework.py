"""Leads, people, the queue and candidates through the API: done as by hand, and no more told."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from haven.audit.models import Event
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis.models import Face
from haven.workbench.comparison import actions as comparison
from haven.workbench.search import actions as searches
from tests.site.test_api_acts import post, program
from tests.workbench.build import person
from tests.workbench.conftest import authority, case, exhibit, found, groups, lay, run, scheme

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

__all__ = [  # fixtures
    "authority",
    "case",
    "exhibit",
    "found",
    "groups",
    "lay",
    "program",
    "run",
    "scheme",
]


def get(client: Client, case: "Case", where: str) -> Any:
    return client.get(f"/api/cases/{case.public_id}/{where}").json()


def verbs(*, via: str = "token") -> list[str]:
    return list(Event.objects.filter(via=via).order_by("pk").values_list("verb", flat=True))


def test_a_lead_is_made_and_followed_and_a_person_says_what_it_came_to(
    case: "Case", program: Callable[..., Client], north_lead: "Member"
) -> None:
    client = program("read", "lead")

    made = post(client, case, "leads/", what="One ring twice.", disproof="Another ring.").json()
    path = f"leads/{made['id']}/"
    step = post(client, case, path, state="in_work", why="Worth a look.", follows="me")
    passed = post(client, case, path, state="passed_on", why="Theirs.")
    concluded = post(client, case, path, state="supported", why="So it is.")
    whole = get(client, case, path)
    listed = get(client, case, "leads/?state=in_work")["rows"]

    assert (made["state"], made["strength"], made["offered"]) == ("new", "unknown", False)
    assert step.json()["follows"] == north_lead.display_name
    assert (passed.status_code, passed.json()["code"]) == (400, "lead.wrong_step")
    assert (concluded.status_code, concluded.json()["code"]) == (400, "api.wrong_question")
    assert [one["state"] for one in whole["steps"]] == ["in_work"]
    assert listed == [whole["lead"]]
    assert {"lead.make", "lead.change", "lead.view"} <= set(verbs())


def test_groups_are_named_split_merged_and_put_back_in_the_name_of_the_member(
    case: "Case", groups: list[Any], program: Callable[..., Client], north_lead: "Member"
) -> None:
    client = program("read", "group")
    large = groups[0]
    one = faces.face_ids(large)[0]

    named = post(client, case, f"groups/{large.public_id}/name/", name="Ash").json()
    split = post(client, case, f"groups/{large.public_id}/split/", faces=[one]).json()
    both = [large.public_id, split["group"]]
    joined = post(client, case, "merges/", groups=both, reason="One face.").json()
    latest, *earlier = get(client, case, "changes/")
    undone = post(client, case, f"changes/{latest['id']}/undo/")
    moved = post(
        client, case, f"groups/{large.public_id}/move/", faces=faces.face_ids(large), to=both[1]
    ).json()
    person = get(client, case, f"persons/{named['person']}/")

    assert joined["group"] == large.public_id  # the named one stays
    assert (latest["done"], sorted(latest["groups"])) == ("merge", sorted(both))
    assert [one["can_be_undone"] for one in (latest, *earlier)] == [True, False, False]
    assert undone.status_code == 200
    assert moved["group"] == large.public_id
    assert (person["name"], person["named_by"]) == ("Ash", north_lead.display_name)
    assert [one for one in verbs() if one.startswith("group.")] == [
        *("group.name", "group.split", "group.merge", "group.undo", "group.merge"),
    ]


def test_a_program_judges_no_face_and_states_nothing_about_a_person(
    case: "Case", groups: list[Any], program: Callable[..., Client]
) -> None:
    client = program("read", "group")

    for act in ("confirm", "reject", "apart"):
        answer = post(client, case, f"groups/{groups[0].public_id}/{act}/", faces=[1])
        assert answer.status_code == 404, act


@pytest.mark.usefixtures("scheme")
def test_items_are_taken_and_put_back(
    case: "Case", found: Callable[..., Any], program: Callable[..., Client]
) -> None:
    client = program("read", "queue")
    items = {found(f"{number}.jpg").pk for number in range(3)}

    taken = post(client, case, "queue/", n=2).json()
    told = get(client, case, "queue/")
    after = post(client, case, "queue/put-back/", item=taken["items"][0]).json()
    left = get(client, case, "queue/left/")

    assert set(taken["items"]) < items
    assert (told["n_left"], told["n_held"], told["mine"]) == (3, 2, taken["items"])
    assert after["items"] == taken["items"][1:]
    assert (left["now"]["n_left"], left["enough"], left["stops"]) == (3, False, [])
    assert "control" not in str(taken)


def test_candidates_say_no_rank_and_no_distance_before_a_look(
    case: "Case",
    found: Callable[..., Any],
    program: Callable[..., Client],
    north_lead: "Member",
) -> None:
    found("sought", [person(0)])
    for number in range(3):
        found(f"{number}", [person(0, wobble=number + 1)])
    face = Face.objects.get(item__occurrences__path="sought")
    asked = searches.Ask(purpose="victim", reason="Seen on two phones.")
    search = searches.search_face(case.public_id, face.pk, asked, by=north_lead, at=timezone.now())
    client, path = program("read"), f"searches/{search.public_id}/candidates/"
    first = search.candidates.get(rank=1)

    before = get(client, case, path)
    ids = (case.public_id, search.public_id, first.pk)
    comparison.look(*ids, by=north_lead, at=timezone.now())
    after = get(client, case, path)

    assert [one["id"] for one in get(client, case, "searches/")] == [str(search.public_id)]
    assert {(one["candidate"], one["nearness"]) for one in before} == {(None, None)}
    known = [one for one in after if one["nearness"]]
    assert [one["candidate"] for one in known] == [first.pk]
    assert known[0]["nearness"]["distance"] == first.distance
    assert get(client, case, "comparisons/") == []
    assert verbs().count("search.view") == 2


def test_what_a_case_stands_on_and_its_other_sides_are_told(
    case: "Case", authority: Any, found: Callable[..., Any], program: Callable[..., Client]
) -> None:
    client = program("read")
    found("a.jpg")

    [basis] = get(client, case, "authorities/")
    in_time = get(client, case, "timeline/?faces=any")
    cameras = get(client, case, "devices/")

    assert (basis["id"], basis["state"]) == (str(authority.public_id), "valid")
    assert in_time["total"] == sum(one["count"] for one in in_time["bins"]) + in_time["no_date"]
    assert sum(one["count"] for one in cameras["devices"]) == 1
    assert get(client, case, "decisions/") == []
