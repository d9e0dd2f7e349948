"""Other hubs as members meet them: pages, the API, and guidance beside the work on a case."""

import hashlib
import io
from html import unescape

import pytest

from haven.audit import canonical
from haven.hub.catalogue import seed
from haven.hub.exchange import actions, contents
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


EVIL = "<img src=x onerror=alert(1)>"
_PLAIN = {"kind", "slug", "id", "lesson", "list", "status", "access", "price", "evidence_leaves",
          "basis", "relation", "grade", "version", "word", "value", "dated", "read_on", "scope",
          "country", "source", "website", "listed_on", "changed_at", "review_by"}  # fmt: skip
_WORDS = {"deployment", "steps", "techniques", "media", "sources", "addresses", "withheld",
          "workflow_steps", "see_also", "courses"}  # fmt: skip


_OF_A_PAGE = {
    "title": "A page", "reviewed_on": None,
    "body": [{"kind": "heading", "text": "A heading"}, {"kind": "quote", "text": "A text."}],
}  # fmt: skip
MORE = {
    "principles": [{
        **_OF_A_PAGE, "slug": "one", "number": 1, "in_one_line": "A line.", "means": ["More."],
        "kept_by": ["a rule"],
    }],
    "documents": [{
        **_OF_A_PAGE, "slug": "two", "brief": "Short.", "version": "1",
        "review_by": "2027-01-01", "changed": "All.", "must_acknowledge": False,
    }],
    "care": [{**_OF_A_PAGE, "slug": "three", "brief": "Short."}],
}  # fmt: skip


def parts_with(text):
    """Return all parts with a text before what each field says in which a text may stand."""

    def said(value, name=""):
        if isinstance(value, dict):
            return {key: said(one, key) for key, one in value.items()}
        if isinstance(value, list) and name not in _WORDS:
            return [said(one, name) for one in value]
        return f"{text} {value}" if isinstance(value, str) and name not in _PLAIN else value

    parts = {**carried.PARTS, **MORE}
    return carried.parts(**{kind: [said(row) for row in rows] for kind, rows in parts.items()})


def itself_elsewhere(settings, tmp_path):
    """Return a hub that has published all that a hub opens with, as another place follows it."""
    settings.HAVEN_HUB_KEY_FILE = tmp_path / "hub" / "key.pem"
    seed.load()
    loading.load()
    file = io.BytesIO()
    actions.make(file, at=CAME)
    actions.trust(actions.fingerprint(), at=CAME)
    settings.HAVEN_HUB_NAME = "elsewhere.example/hub"
    file.seek(0)
    return actions.take_in(file, how=actions.How.FILE, at=CAME).arrival.other


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

    def test_run_nothing_that_came_in_any_field(self, db, browse):
        other = carried.taken_in(holds=parts_with(EVIL)).arrival.other
        places = [f"?kind={kind}" for kind in contents.SHOWN]
        places += [
            f"{one.kind}/{one.slug}/"
            for one in Record.objects.all()
            if contents.KINDS[one.kind].has_page
        ]
        places += [f"courses/first-course/?lesson={one}" for one in ("one", "quiz")]

        assert len(places) == len(contents.SHOWN) + 6 + 2
        for where in places:
            page = browse(of(other, where)).content.decode()
            assert "<img src=x" not in page, where
            assert "&lt;img src=x" in page, where

    def test_lead_to_no_address_that_came(self, followed, browse):
        for where in ("tools/wheelwright/", "steps/receive/", "?kind=bodies"):
            assert 'href="https://example.org' not in words(browse(of(followed, where)))

    def test_grade_a_tool_by_the_facts_that_came(self, db, browse):
        read = {"basis": "source", "source": "https://example.org/f", "dated": "2019-05"}
        facts = [
            {**carried.TOOL["facts"][0], **read, **more}
            for more in ({}, {"kind": "checked", "relation": "editor"}, {"kind": "sung"})
        ]
        tool = {**carried.TOOL, "checked_on": "2026-11-01", "facts": facts}
        other = carried.taken_in(holds=carried.parts(tools=[tool])).arrival.other

        text = words(browse(of(other, "tools/wheelwright/")))

        assert "known: claimed" in text or "known: checked" in text
        assert ">sung<" in text
        assert ">old<" in text

    def test_show_the_grade_that_a_hub_gives_where_it_keeps_the_facts(self, db, browse):
        kept = {"facts": [], "withheld": ["facts", "summary"], "summary": None}
        tool = {**carried.TOOL, **kept, "grade": "checked"}
        other = carried.taken_in(holds=carried.parts(tools=[tool])).arrival.other

        text = words(browse(of(other, "tools/wheelwright/")))

        assert "known: checked" in text
        assert text.count("kept by that hub to its own investigators") == 2

    def test_stay_under_fifty_kilobytes_with_all_that_a_hub_opens_with(
        self, db, settings, tmp_path, browse
    ):
        other = itself_elsewhere(settings, tmp_path)
        largest = [
            max(Record.objects.filter(kind=kind), key=lambda one: len(str(one.says)))
            for kind in contents.SHOWN
            if contents.KINDS[kind].has_page
        ]
        pages = [f"?kind={kind}" for kind in contents.SHOWN]
        pages += [f"{one.kind}/{one.slug}/" for one in largest]
        sizes = {where: len(browse(of(other, where)).content) for where in pages}

        assert {where: size for where, size in sizes.items() if size >= 50_000} == {}

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

    def test_tells_the_latest_bundle_alone_however_many_came(self, followed, browse):
        carried.taken_in(2026112100)
        carried.taken_in(2026112200)

        (hub,) = browse("/api/hub/others/").json()

        assert hub["serial"] == 2026112200
        assert "Bundle 2026112200" in words(browse("/hub/others/"))

    def test_gives_what_the_digest_of_a_record_is_made_of(self, followed, browse):
        (row,) = browse(f"/api/hub/others/{followed.public_id}/records/").json()["rows"]

        line = canonical.encode(row["record"])
        assert hashlib.sha256(line).hexdigest() == row["provenance"]["sha256"]

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
