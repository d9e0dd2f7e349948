"""Other hubs as members meet them: pages, the API, and guidance beside the work on a case."""

from html import unescape

import pytest

from haven.hub.exchange import actions
from haven.hub.exchange.models import Other, Record
from haven.hub.guidance import loading
from haven.site import beside
from tests.hub import carried
from tests.hub.carried import CAME
from tests.site.test_every_url import ROUTED
from tests.workbench.conftest import case

__all__ = ["case"]  # a fixture


@pytest.fixture
def followed(db):
    """Return the hub of the north, of which a bundle came."""
    return carried.taken_in().arrival.other


@pytest.fixture
def browse(client_of, north_lead):
    client = client_of(north_lead)
    return lambda address: client.get(address, follow=True)


def words(answer):
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def of(other, more=""):
    return f"/hub/others/{other.public_id}/{more}"


class TestPages:
    def test_say_that_no_hub_is_followed(self, browse):
        assert "No other hub is followed" in words(browse("/hub/others/"))

    def test_list_the_hubs_with_what_came(self, followed, browse):
        actions.trust(carried.fingerprint(carried.OTHER_KEY), at=CAME)

        text = words(browse("/hub/others/"))

        assert carried.HUB in text
        assert "Bundle 2026112000, made on 20 Nov 2026, taken in on 28 Nov 2026" in text
        assert carried.fingerprint() in text
        assert "No bundle has come yet" in text

    def test_list_the_records_of_a_hub_by_kind_and_words(self, followed, browse):
        assert "Wheelwright of the north" in words(browse(of(followed)))
        assert "Receive, as the north does" in words(browse(of(followed, "?kind=steps")))
        assert "A line drawn." in words(browse(of(followed, "?kind=terms")))
        assert "A line of the north" in words(browse(of(followed, "?kind=bodies")))
        assert "Wheelwright" not in words(browse(of(followed, "?kind=tools&q=anvil")))
        assert "Wheelwright" in words(browse(of(followed, "?kind=tools&q=bicyc")))

    @pytest.mark.parametrize(
        ("where", "said"),
        [
            ("tools/wheelwright/", "kept by that hub to its own investigators"),
            ("tools/wheelwright/", "a-word-of-tomorrow"),
            ("steps/receive/", "A study of the north"),
            ("steps/receive/", "Before 1 Jan 2027"),
            ("steps/receive/", "Haste"),
            ("courses/first-course/", "The first lesson"),
            ("courses/first-course/?lesson=one", "A study of the north"),
            ("courses/first-course/?lesson=quiz", "gives no certificate"),
        ],
    )
    def test_show_a_record_with_the_hub_it_is_from(self, followed, browse, where, said):
        text = words(browse(of(followed, where)))

        assert said in text
        assert f"<bdi>{carried.HUB}</bdi></strong>, on 20 Nov 2026" in text

    def test_run_nothing_that_came(self, followed, browse):
        page = browse(of(followed, "steps/receive/")).content

        assert b"<script>alert" not in page
        assert b"&lt;script&gt;alert(1)" in page

    @pytest.mark.parametrize("where", ["steps/of-nobody/", "sources/north-1/", "members/one/"])
    def test_of_what_did_not_come_are_not_there(self, followed, client_of, north_lead, where):
        assert client_of(north_lead).get(of(followed, where)).status_code == 404

    def test_stay_under_fifty_kilobytes(self, followed, browse):
        for where in ("", "?kind=steps", "tools/wheelwright/", "steps/receive/"):
            assert len(browse(of(followed, where)).content) < 50_000

    def test_cost_the_same_for_many(self, followed, browse, django_assert_max_num_queries):
        browse(of(followed))
        with django_assert_max_num_queries(20):
            browse(of(followed))
        with django_assert_max_num_queries(20):
            browse("/hub/others/")

    def test_can_change_nothing(self, followed, client_of, north_lead):
        assert client_of(north_lead).post("/hub/others/").status_code == 405


class TestApi:
    def test_tells_of_each_record_in_which_bundle_it_came(self, followed, browse):
        (hub,) = browse("/api/hub/others/").json()
        (row,) = browse(f"/api/hub/others/{followed.public_id}/records/").json()["rows"]

        assert (hub["name"], hub["serial"]) == (carried.HUB, 2026112000)
        assert row["record"] == carried.TOOL
        kept = Record.objects.get(kind="tools")
        assert row["provenance"] == {
            "hub": carried.HUB, "is_own": False, "serial": 2026112000,
            "made_at": "2026-11-20T09:00:00Z", "came_at": "2026-11-28T09:00:00Z",
            "sha256": kept.sha256,
        }  # fmt: skip

    def test_lists_no_record_of_another_hub_among_our_own(self, followed, browse):
        assert browse("/api/hub/tools/").json()["rows"] == []

    def test_refuses_a_kind_that_is_none(self, followed, client_of, north_lead):
        address = f"/api/hub/others/{followed.public_id}/records/?kind=members"

        assert client_of(north_lead).get(address).status_code == 400


class TestGuidanceBesideTheWork:
    def link(self, browse, case):
        text = words(browse(f"/cases/{case.public_id}/items/"))
        return "Guidance for this step" in text, text

    def test_leads_to_the_step_of_this_hub(self, browse, case):
        loading.load()

        is_there, text = self.link(browse, case)

        assert is_there
        assert 'href="/hub/guide/sort-new/"' in text

    def test_leads_to_what_was_carried_here_where_this_hub_says_nothing(self, browse, case):
        step = {**carried.STEP, "slug": "sort-new"}
        other = carried.taken_in(holds=carried.parts(steps=[step])).arrival.other

        is_there, text = self.link(browse, case)

        assert is_there
        assert f'href="{of(other, "steps/sort-new/")}"' in text

    def test_is_not_there_without_guidance(self, browse, case):
        assert not self.link(browse, case)[0]

    def test_is_not_asked_for_by_a_part_of_a_page(
        self, client_of, north_lead, case, django_assert_max_num_queries
    ):
        loading.load()

        answer = client_of(north_lead).get(
            f"/cases/{case.public_id}/items/", headers={"HX-Request": "true"}
        )

        assert b"Guidance for this step" not in answer.content

    def test_belongs_to_pages_that_exist_and_steps_that_are_told(self, db):
        loading.load()
        from haven.hub.guidance import queries

        assert set(beside.STEP_OF) <= set(ROUTED)
        assert set(beside.STEP_OF.values()) == {one.slug for one in queries.steps()}


def test_a_hub_that_is_no_longer_followed_has_no_page(followed, client_of, north_lead):
    address = of(followed)
    actions.unfollow(carried.HUB, at=CAME)

    assert client_of(north_lead).get(address).status_code == 404
    assert not Other.objects.exists()
