"""Access: what each of the cast gets from every page of a case."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from haven.workbench.analysis import grouping
from haven.workbench.analysis.models import Face
from tests.workbench.build import person

PARTS = ("cases", "evidence", "authority", "analysis", "reveals", "people", "review")
FREE = {
    "cases:list",
    "cases:open",
    "authority:lists",
    "authority:retire",
    "reveals:choose",
}  # pages of a member, not of a case
WORK = {  # pages that a reader of the case gets a refusal from
    "evidence:add_folder",
    "evidence:add_upload",
    "analysis:start",
    "authority:enter",
    "authority:withdraw",
    "cases:responsible",
    "cases:role",
    "cases:take_off",
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
    "people:split",
    "people:undo",
    "review:retry",
    "reveals:open",
    "reveals:ask",
    "reveals:begin",
    "reveals:original",
    "reveals:decide",
}
POST = {
    "reveals:open",
    "reveals:ask",
    "reveals:begin",
    "reveals:beat",
    "reveals:end",
    "reveals:close",
    "reveals:decide",
    "authority:withdraw",
    "cases:responsible",
    "cases:role",
    "cases:take_off",
    "review:background",
    "people:apart",
    "people:apart_groups",
    "people:confirm",
    "people:move",
    "people:reject",
    "people:state",
    "people:withdraw",
    "people:merge",
    "people:name",
    "people:split",
    "people:undo",
    "review:retry",
    "review:authorise_search",
    "review:close_search",
    "review:refuse_search",
    "review:search_face",
}
NEEDS_MORE = {
    "reveals:original",
    "reveals:beat",
    "reveals:end",
    "reveals:close",
    "reveals:decide",
    "analysis:background",
    "analysis:probe_crop",
}


def names(patterns=None, space=""):
    """Return every named URL of the workbench."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, pattern.namespace or space)
        elif isinstance(pattern, URLPattern) and space in PARTS:
            yield f"{space}:{pattern.name}"


@pytest.fixture
def url_of(case, exhibit, found, north_lead, authority):
    """Return a way to the address of a page, with things that are there."""
    from haven.workbench.people import actions, person_actions, queries
    from haven.workbench.search import actions as searches
    from tests.workbench.build import NOW

    item = found("a.jpg", [person(0)])
    found("b.jpg", [person(0, wobble=1)])
    grouping.regroup(case.pk)
    face = Face.objects.get(item=item)
    named = actions.name(case.public_id, face.group.public_id, name="P", by=north_lead, at=NOW)
    said = person_actions.Said("alias", "Q")
    stated = person_actions.state(case.public_id, named.public_id, said, by=north_lead, at=NOW)
    asked = searches.Ask(purpose="victim", reason="Seen on two phones.")
    search = searches.search_face(case.public_id, face.pk, asked, by=north_lead, at=NOW)
    known = {
        "case_id": case.public_id,
        "exhibit_id": exhibit.public_id,
        "item_id": item.pk,
        "face_id": face.pk,
        "group_id": face.group.public_id,
        "authority_id": authority.public_id,
        "member_id": north_lead.pk,
        "person_id": named.public_id,
        "statement_id": stated.pk,
        "change_id": queries.last_change(case).pk,
        "probe_id": case.public_id,
        "search_id": search.public_id,
        "position": 0,
        "reveal_id": case.public_id,
        "hold_id": case.public_id,
        "request_id": case.public_id,
    }

    def address(name):
        wanted = _arguments(name)
        return reverse(name, kwargs={one: known[one] for one in wanted})

    return address


def _arguments(name):
    """Return the arguments that a URL takes."""
    from django.urls import get_resolver

    space, short = name.split(":")
    resolver = get_resolver()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == space:
            (_path, arguments), *_rest = pattern.reverse_dict.getlist(short)[0][0]
            return arguments
    raise LookupError(name)


def ask(client, name, url):
    return client.post(url) if name in POST else client.get(url)


@pytest.mark.parametrize("name", sorted(set(names()) - FREE))
def test_a_page_of_a_case_is_there_for_its_members_alone(
    name, url_of, client_of, client, north_lead, north_reader, south_lead
):
    url = url_of(name)

    stranger = client.post(url) if name in POST else client.get(url)
    south = ask(client_of(south_lead), name, url)
    reader = ask(client_of(north_reader), name, url)
    lead = ask(client_of(north_lead), name, url)

    assert stranger.status_code == 302
    assert "sign-in" in stranger.url
    assert south.status_code == 404, f"{name} leaked to another agency"
    assert reader.status_code == (403 if name in WORK else lead.status_code)
    assert lead.status_code in ((404,) if name in NEEDS_MORE else (200, 302, 422))


@pytest.mark.parametrize("name", sorted(set(names()) - FREE))
def test_not_yours_and_not_there_look_the_same(name, url_of, case, client_of, south_lead):
    client = client_of(south_lead)
    url = url_of(name)

    there = ask(client, name, url)
    nowhere = ask(
        client,
        name,
        url.replace(str(case.public_id), str(case.public_id)[::-1][:8] + str(case.public_id)[8:]),
    )

    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert case.name not in there.content.decode()


def test_every_name_of_a_page_in_these_lists_is_a_page():
    assert set(names()) >= WORK | POST | NEEDS_MORE | FREE
