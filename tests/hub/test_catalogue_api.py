"""The catalogue as programs read it: what the pages tell, with where each record is from."""

import json

import pytest
from jsonschema import Draft202012Validator

from haven.audit.models import Event
from haven.hub.catalogue import finding, seed
from haven.hub.catalogue.models import Tool


@pytest.fixture
def opened(db):
    return seed.load()


@pytest.fixture
def reader(opened, client_of, north_lead):
    """Return who investigates, and may see what is restricted."""
    return client_of(north_lead)


@pytest.fixture
def outsider(opened, client_of, north_lead):
    """Return a member without a role that sees what is restricted."""
    north_lead.roles = ["auditor"]
    north_lead.save()
    return client_of(north_lead)


@pytest.fixture
def restricted(opened):
    Tool.objects.filter(slug="s21-laseri-x").update(
        restricted=["intended_use", "facts"], intended_use="Only for those who may."
    )


def lines(answer):
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


class TestTools:
    def test_are_told_in_the_order_of_their_names_part_by_part(self, reader):
        first = reader.get("/api/hub/tools/").json()
        second = reader.get(f"/api/hub/tools/?after={first['next']}").json()

        names = [one["name"] for one in first["rows"] + second["rows"]]
        assert names == list(Tool.objects.order_by("name", "pk").values_list("name", flat=True))

    def test_are_found_by_the_lists_of_the_page(self, reader):
        answer = reader.get("/api/hub/tools/?deployment=offline&media=video&q=match").json()

        assert answer["rows"]
        assert all("offline" in one["deployment"] for one in answer["rows"])
        assert all("video" in one["media"] for one in answer["rows"])

    @pytest.mark.parametrize("asked", ["steps=dance", "q=%00", "after=zz", "price=9"])
    def test_are_not_guessed_from_a_wrong_question(self, reader, asked):
        answer = reader.get(f"/api/hub/tools/?{asked}")

        assert (answer.status_code, set(answer.json())) == (400, {"code", "words"})

    def test_say_where_they_are_from(self, reader):
        row = reader.get("/api/hub/tools/s21-laseri-x/").json()

        assert row["provenance"] == {
            "hub": "localhost/hub", "is_own": True, "serial": None, "made_at": None,
            "came_at": None, "sha256": None,
        }  # fmt: skip
        assert row["facts"][0]["source"].startswith("http")
        assert "confirmed_by" not in row["facts"][0]

    def test_cost_the_same_for_many(self, reader, django_assert_max_num_queries):
        with django_assert_max_num_queries(24):
            assert len(reader.get("/api/hub/tools/").json()["rows"]) == 50

    def test_that_are_not_there_are_not_found(self, reader):
        answer = reader.get("/api/hub/tools/of-nobody/")

        assert (answer.status_code, answer.json()["code"]) == (404, "tool.not_found")


class TestRestrictedFields:
    def test_are_told_to_who_investigates(self, restricted, reader):
        row = reader.get("/api/hub/tools/s21-laseri-x/").json()

        assert (row["intended_use"], row["withheld"]) == ("Only for those who may.", [])

    def test_are_kept_from_others_in_every_answer(self, restricted, outsider):
        one = outsider.get("/api/hub/tools/s21-laseri-x/").json()
        asked = outsider.get("/api/hub/tools/?q=laseri").json()["rows"][0]
        (line,) = [
            one for one in lines(outsider.get("/api/hub/tools.jsonl"))
            if one["slug"] == "s21-laseri-x"
        ]  # fmt: skip

        for row in (one, asked, line):
            assert (row["intended_use"], row["facts"]) == (None, [])
            assert row["withheld"] == ["facts", "intended_use"]

    def test_find_no_tool_for_others(self, opened, outsider):
        tool = Tool.objects.get(slug="sface")
        tool.intended_use, tool.restricted = "For quolls alone.", ["intended_use", "media"]
        finding.fold(tool)
        tool.save()

        def found(asked):
            return {row["slug"] for row in outsider.get(f"/api/hub/tools/?{asked}").json()["rows"]}

        assert "sface" in found("q=sface")
        assert found("q=quolls") == set()
        assert "sface" not in {slug for one in tool.media for slug in found(f"media={one}")}


class TestTheFileOfAllTools:
    def test_holds_lines_that_the_published_schema_describes(self, restricted, outsider):
        schema = outsider.get("/api/hub/tool.schema.json").json()
        Draft202012Validator.check_schema(schema)
        checker = Draft202012Validator(schema)

        rows = lines(outsider.get("/api/hub/tools.jsonl"))

        assert len(rows) == Tool.objects.count()
        assert [error.message for row in rows for error in checker.iter_errors(row)] == []
        assert not checker.is_valid({**rows[0], "rank": 1})

    def test_is_on_the_record(self, reader):
        reader.get("/api/hub/tools.jsonl")

        event = Event.objects.get(verb="catalogue.export")
        assert event.facts == {"restricted": True}


class TestWordsAndBodies:
    def test_every_word_of_a_tool_is_in_the_vocabulary(self, reader):
        words = {(one["list"], one["word"]) for one in reader.get("/api/hub/vocabulary/").json()}

        for row in reader.get("/api/hub/tools/").json()["rows"]:
            assert {("techniques", one) for one in row["techniques"]} <= words
            assert ("access", row["access"]) in words
            assert ("grades", row["grade"]) in words

    def test_a_word_says_what_it_means(self, reader):
        told = reader.get("/api/hub/vocabulary/").json()

        (step,) = [one for one in told if (one["list"], one["word"]) == ("steps", "receive")]
        assert step["name"] == "Receive and log"
        assert step["says"].startswith("A report or a seized thing arrives")

    def test_a_word_says_it_in_the_language_that_was_asked_for(self, reader):
        def step(language):
            answer = reader.get("/api/hub/vocabulary/", headers={"Accept-Language": language})
            return next(one for one in answer.json() if one["slug"] == "steps-receive")

        for said in ("name", "says"):
            assert step("fr")[said] != step("en")[said]

    def test_bodies_say_what_they_are_for(self, reader):
        rows = reader.get("/api/hub/bodies/").json()

        assert len(rows) == 53
        assert all(one["what_for"] and one["provenance"]["is_own"] for one in rows)


@pytest.mark.parametrize(
    "address",
    ["tools/", "tools/sface/", "tools.jsonl", "tool.schema.json", "vocabulary/", "bodies/",
     "others/"],
)  # fmt: skip
def test_nobody_reads_without_signing_in(client, opened, address):
    answer = client.get(f"/api/hub/{address}")

    assert (answer.status_code, answer.json()["code"]) == (401, "web.not_signed_in")
