"""The catalogue as a member meets it, with the entries with which it opens."""

from collections import Counter
from datetime import date

import pytest

from haven.hub.catalogue import finding, grading, queries, seed
from haven.hub.catalogue.models import Body, Fact, Proposal, Tool


@pytest.fixture
def opened(db):
    """Have the catalogue hold what it opens with."""
    return seed.load()


def asked(q="", **chosen):
    return finding.Asked(q=q, chosen={name: tuple(values) for name, values in chosen.items()})


def names(found):
    return [one.slug for one in found.tools]


class TestOpening:
    def test_every_entry_is_there_with_its_facts(self, opened):
        assert opened == (79, 53)
        assert Tool.objects.count() == 79
        assert Fact.objects.count() == 311
        assert Body.objects.count() == 53

    def test_opening_again_adds_nothing_and_changes_nothing(self, opened):
        Tool.objects.filter(slug="s21-laseri-x").update(summary="Corrected.")

        assert seed.load() == (0, 0)
        assert Tool.objects.get(slug="s21-laseri-x").summary == "Corrected."

    def test_what_is_from_memory_stands_as_unchecked(self, opened):
        unchecked = [one for one in Fact.objects.all() if one.is_unchecked]

        assert len(unchecked) == 84
        assert all(one.kind == "claimed" for one in unchecked)


class TestGrades:
    def test_the_ladder_says_how_much_is_known(self, opened):
        given = Counter(
            grading.grade(one, one.facts.all(), today=date(2026, 11, 28)).rank.slug
            for one in Tool.objects.prefetch_related("facts")
        )

        assert given == {
            "claimed": 19, "reported": 23, "checked": 26, "measured": 10,
            "measured-independently": 1,
        }  # fmt: skip

    def test_a_fact_about_the_field_counts_for_nothing(self, opened):
        sface = Tool.objects.get(slug="sface")

        assert sface.facts.filter(is_of_tool=False).count() == 1
        found = grading.grade(sface, sface.facts.all(), today=date(2026, 11, 28))
        assert found.rank.slug != "measured-independently"
        assert found.next is not None

    def test_what_is_known_grows_old(self, opened):
        tool = Tool.objects.get(slug="s21-laseri-x")
        seen = [
            grading.age_of_record(tool, today=day)
            for day in (date(2026, 12, 1), date(2027, 9, 30), date(2027, 12, 30), date(2029, 1, 1))
        ]

        assert seen == ["", "due", "stale", "lapsed"]


class TestFinding:
    def test_words_are_found_by_their_beginning(self, opened):
        assert "s21-laseri-x" in names(finding.find(asked("laser")))

    def test_a_mistake_in_typing_finds_what_was_meant(self, opened):
        found = finding.find(asked("grifeye"))

        assert found.meant == {"grifeye": "griffeye"}
        assert "magnet-griffeye-analyze-di-pro" in names(found)

    def test_lists_narrow_and_values_of_one_list_widen(self, opened):
        offline = names(finding.find(asked(deployment=["offline"])))
        either = names(finding.find(asked(deployment=["offline", "desktop"])))
        both = names(finding.find(asked(deployment=["offline"], media=["video"])))

        assert set(both) < set(offline) < set(either)
        assert len(offline) == 33

    def test_a_value_is_counted_as_if_nothing_of_its_list_were_chosen(self, opened):
        found = finding.find(asked(media=["video"]))

        assert found.counts["media"]["image"] == 51
        assert found.counts["deployment"]["offline"] == len(
            names(finding.find(asked(media=["video"], deployment=["offline"])))
        )

    def test_tools_stand_in_the_order_of_their_names(self, opened):
        found = [one.name for one in finding.find(asked()).tools]

        assert len(found) == 79
        assert found == list(Tool.objects.order_by("name", "pk").values_list("name", flat=True))


class TestPages:
    def test_a_member_reads_a_tool_with_the_ground_of_each_statement(
        self, opened, client_of, north_lead
    ):
        page = client_of(north_lead).get("/hub/tools/magnet-griffeye-analyze-di-pro/")

        text = page.content.decode()
        assert page.status_code == 200
        assert "forensicfocus.com/reviews/griffeye-brain-in-analyze-di-pro" in text
        assert text.count("not checked") == 2

    def test_what_shows_a_method_is_kept_from_makers(
        self, opened, client_of, north_lead, provider
    ):
        Tool.objects.filter(slug="s21-laseri-x").update(restricted=["interoperability"])
        secret = Tool.objects.get(slug="s21-laseri-x").interoperability

        seen = client_of(provider).get("/hub/tools/s21-laseri-x/").content.decode()

        assert secret not in seen
        assert "shown to those who investigate alone" in seen
        assert secret in client_of(north_lead).get("/hub/tools/s21-laseri-x/").content.decode()

    def test_up_to_four_stand_side_by_side(self, opened, client_of, north_lead):
        slugs = list(Tool.objects.values_list("slug", flat=True)[:6])
        page = client_of(north_lead).get("/hub/tools/compare/", {"tool": slugs})

        assert page.content.decode().count('<th scope="col"><a') == queries.MOST_COMPARED

    def test_the_rules_are_read_with_their_sources(self, opened, client_of, north_lead):
        text = client_of(north_lead).get("/hub/tools/rules/").content.decode()

        assert "[[" not in text
        assert 'href="#source-hub-p1">1</a>' in text
        assert text.count('id="source-hub-p1"') == 1

    @pytest.mark.parametrize(
        "path", ["", "tools/rules/", "tools/", "tools/gaps/", "tools/compare/", "bodies/"]
    )
    def test_no_page_is_read_without_signing_in(self, opened, client, path):
        assert client.get(f"/hub/{path}").headers["Location"].startswith("/account/sign-in/")


class TestProposing:
    SLUG = "s21-laseri-x"

    def proposes(self, client, **values):
        page = client.get(f"/hub/tools/{self.SLUG}/propose/")
        sent = {
            field.html_name: field.value() if field.value() is not None else ""
            for field in page.context["form"]
        }
        answer = client.post(f"/hub/tools/{self.SLUG}/propose/", sent | values)
        return answer, Proposal.objects.order_by("pk").last()

    def test_a_curator_reads_the_difference_and_takes_it_over(
        self, opened, client_of, north_lead, curator
    ):
        answer, made = self.proposes(
            client_of(north_lead), summary="Sorts seized media.", why="Shorter."
        )
        assert answer.status_code == 302
        assert set(made.changes) == {"summary"}

        office = client_of(curator)
        seen = office.get(f"/hub/proposals/{made.public_id}/").content.decode()
        assert "Sorts seized media." in seen
        assert made.changes["summary"]["was"][:30] in seen
        office.post(
            f"/hub/proposals/{made.public_id}/decide/", {"accepts": "yes", "answer": "Thank you."}
        )

        tool = Tool.objects.get(slug=self.SLUG)
        assert tool.summary == "Sorts seized media."
        assert tool.slug in names(finding.find(asked("seized sorts")))
        assert "Sorts seized" not in client_of(north_lead).get("/hub/changes/").content.decode()
        assert "LASERi-X" in client_of(north_lead).get("/hub/changes/").content.decode()
        own = client_of(north_lead).get(f"/hub/proposals/{made.public_id}/").content.decode()
        assert "Thank you." in own

    def test_nobody_decides_on_their_own(self, opened, client_of, curator):
        _answer, made = self.proposes(client_of(curator), summary="Mine.", why="Better.")

        client_of(curator).post(
            f"/hub/proposals/{made.public_id}/decide/", {"accepts": "yes", "answer": "Yes."}
        )

        made.refresh_from_db()
        assert made.state == "open"
        assert Tool.objects.get(slug=self.SLUG).summary != "Mine."

    def test_an_entry_that_changed_meanwhile_stays_as_it_is(
        self, opened, client_of, north_lead, curator
    ):
        _answer, made = self.proposes(client_of(north_lead), summary="New.", why="Shorter.")
        Tool.objects.filter(slug=self.SLUG).update(summary="Somebody was quicker.")

        client_of(curator).post(
            f"/hub/proposals/{made.public_id}/decide/", {"accepts": "yes", "answer": "Yes."}
        )

        made.refresh_from_db()
        assert made.state == "open"
        assert Tool.objects.get(slug=self.SLUG).summary == "Somebody was quicker."

    def test_what_is_proposed_is_read_by_its_proposer_and_curators_alone(
        self, opened, client_of, north_lead, south_lead
    ):
        _answer, made = self.proposes(client_of(north_lead), summary="New.", why="Shorter.")

        assert client_of(south_lead).get(f"/hub/proposals/{made.public_id}/").status_code == 404

    def test_the_page_of_the_tool_says_that_a_change_waits(
        self, opened, client_of, north_lead, south_lead, curator
    ):
        def told():
            return client_of(south_lead).get(f"/hub/tools/{self.SLUG}/").content.decode()

        assert "waits for a curator" not in told()
        _answer, made = self.proposes(client_of(north_lead), summary="New.", why="Shorter.")
        assert "waits for a curator" in told()
        assert "New." not in told()

        client_of(curator).post(
            f"/hub/proposals/{made.public_id}/decide/", {"accepts": "no", "answer": "Longer is."}
        )
        assert "waits for a curator" not in told()

    def test_nothing_different_is_no_proposal(self, opened, client_of, north_lead):
        answer, made = self.proposes(client_of(north_lead), why="Because.")

        assert answer.status_code == 422
        assert made is None

    def test_a_list_in_another_order_is_no_proposal_either(self, opened, client_of, north_lead):
        """A browser sends what is ticked in the order of the page."""
        ticked = {}
        for name in ("steps", "techniques", "media", "deployment"):
            choices = finding.LISTS[name][0].values
            ticked[name] = sorted(
                getattr(Tool.objects.get(slug=self.SLUG), name), key=choices.index, reverse=True
            )

        answer, made = self.proposes(client_of(north_lead), why="Because.", **ticked)

        assert answer.status_code == 422
        assert made is None

    @pytest.mark.parametrize(
        ("name", "value"),
        [("name", "x" * 201), ("licence", "x" * 301), ("name", ""), ("price", "")],
    )
    def test_what_an_entry_cannot_hold_is_said_to_who_proposes_it(
        self, opened, client_of, north_lead, name, value
    ):
        answer, made = self.proposes(client_of(north_lead), why="Because.", **{name: value})

        assert answer.status_code == 422
        assert "field__error" in answer.content.decode()
        assert made is None

    def test_a_curator_confirms_a_fact_from_memory_by_its_source(
        self, opened, client_of, north_lead, curator
    ):
        fact = Fact.objects.filter(tool__slug=self.SLUG, basis="recalled")[0]
        path = f"/hub/tools/{self.SLUG}/facts/{fact.pk}/confirm/"

        assert client_of(north_lead).post(path, {"source": "https://a.example"}).status_code == 403
        client_of(curator).post(path, {"source": ""})
        fact.refresh_from_db()
        assert fact.is_unchecked
        client_of(curator).post(path, {"source": "https://www.semantics21.com/x"})

        fact.refresh_from_db()
        assert not fact.is_unchecked
        assert fact.confirmed_by == curator
