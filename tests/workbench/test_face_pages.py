"""The page of a group: acts on its faces, with htmx and with plain forms."""

import pytest
from django.urls import reverse

from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis.models import Face
from haven.workbench.people import actions, queries
from tests.workbench.build import NOW


@pytest.fixture
def send(client_of, north_lead, case):
    """Return a way to send a form of a group's page."""
    client = client_of(north_lead)

    def one(name, group=None, htmx=True, **data):
        args = [case.public_id, group.public_id] if group else [case.public_id]
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(reverse(f"people:{name}", args=args), data, headers=headers)

    one.client = client
    return one


@pytest.mark.parametrize(
    ("act", "count", "left"),
    [("confirm", 1, 4), ("reject", 1, 3), ("apart", 2, 3)],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_one_request_does_one_act_and_shows_the_group(groups, send, act, count, left, htmx):
    large = groups[0]
    chosen = faces.face_ids(large)[:count]

    answer = send(act, large, htmx=htmx, face=chosen, reason="same scar")

    if not htmx:
        assert answer.status_code == 302
        answer = send.client.get(answer.url)
    text = answer.content.decode()
    assert ("<html" in text) is not htmx
    assert f"{left} faces" in text
    assert "Undo" in text
    assert queries.last_change(large.case).reason == "same scar"


def test_a_face_is_moved_to_a_group_that_the_page_offers(case, groups, send, north_lead):
    large, small = groups
    actions.name(case.public_id, small.public_id, name="Birch", by=north_lead, at=NOW)
    url = reverse("people:group", args=[case.public_id, large.public_id])
    assert f'name="to" value="{small.public_id}"' in send.client.get(url).content.decode()
    one = faces.face_ids(large)[0]

    send("move", large, face=[one], to=small.public_id)

    assert Face.objects.get(pk=one).group == small


def test_after_all_faces_moved_the_other_group_is_shown(groups, send):
    large, small = groups

    answer = send("move", small, face=faces.face_ids(small), to=large.public_id)

    assert answer.headers["HX-Redirect"].endswith(f"/people/{large.public_id}/")


def test_undo_on_the_page_brings_the_face_back_in_one_request(case, groups, send):
    large = groups[0]
    one = faces.face_ids(large)[0]
    send("reject", large, face=[one])
    change = queries.last_change(case)

    url = reverse("people:undo", args=[case.public_id, change.pk])
    answer = send.client.post(
        url, {"back": large.public_id}, headers={"HX-Request": "true"}
    ).content.decode()

    assert "4 faces" in answer
    assert "as it was before" in answer
    assert one in faces.face_ids(large)


def test_a_refused_merge_says_who_kept_them_apart_and_why(case, groups, send, north_lead):
    large, small = groups
    actions.name(case.public_id, small.public_id, name="Birch", by=north_lead, at=NOW)
    both = [large.public_id, small.public_id]
    send.client.post(
        reverse("people:apart_groups", args=[case.public_id]),
        {"group": both, "reason": "another ear"},
    )

    answer = send.client.post(
        reverse("people:merge", args=[case.public_id]), {"group": both}, follow=True
    ).content.decode()

    for words in ("not the same person", "Nora Lead", "Birch", "another ear"):
        assert words in answer


def test_what_was_taken_out_is_shown_with_who_did_it(groups, send):
    large = groups[0]
    text = send("reject", large, face=faces.face_ids(large)[:1]).content.decode()

    assert "They never come back by themselves" in text
    assert "Taken out by Nora Lead" in text


@pytest.mark.parametrize("act", ["confirm", "reject", "move", "apart"])
def test_an_act_on_nothing_says_so_and_changes_nothing(groups, send, act):
    answer = send(act, groups[0], face=["x\0"], to=groups[1].public_id)

    assert "Choose" in answer.content.decode()
    assert queries.last_change(groups[0].case) is None
