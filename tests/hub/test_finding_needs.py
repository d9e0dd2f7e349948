"""The needs board: saying, seconding, answering, and who reads what."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.catalogue.models import Tool
from haven.hub.finding import asking, board, loading
from haven.hub.finding.models import Need, Seconding
from tests.hub import opening, planted

Of = Callable[[Member], Client]
SAID = {
    "title": "Voices in rooms",
    "text": "Tell which of several voices speaks, offline.",
    "step": "sort-new",
    "technique": "speech-audio",
    "media": "audio",
    "readers": "members",
}


def say(by: Member, **values: object) -> Need:
    lacked = asking.Lacked(**{"title": "Boats", "text": "Finding boats.", **values})
    return asking.say(lacked, by=by, at=timezone.now())


def text(client: Client, path: str) -> str:
    return client.get(path, follow=True).content.decode()


class TestSaying:
    def test_what_a_member_lacks_stands_on_the_board_for_other_agencies(
        self, client_of: Of, north_lead: Member, south_lead: Member
    ) -> None:
        answer = client_of(north_lead).post("/hub/needs/say/", SAID)

        seen = text(client_of(south_lead), answer.headers["Location"])
        assert "Tell which of several voices speaks" in seen
        assert "Sound" in seen
        assert "Nora Lead" not in seen
        assert "North" not in seen
        assert Event.objects.filter(verb="need.say", actor_id=north_lead.pk).exists()

    def test_an_empty_cell_of_the_gap_map_fills_the_form(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client = client_of(north_lead)
        gaps = text(client, "/hub/tools/gaps/")
        path = "/hub/needs/say/?technique=redaction&amp;step=receive"

        assert path in gaps
        form = text(client, path.replace("&amp;", "&"))
        assert '<option value="redaction" selected>' in form
        assert '<option value="receive" selected>' in form

    def test_the_gap_map_says_where_needs_wait(self, client_of: Of, north_lead: Member) -> None:
        say(north_lead, step="receive", technique="redaction")

        assert 'title="needs that wait">1<' in text(client_of(north_lead), "/hub/tools/gaps/")

    def test_without_words_nothing_is_said(self, client_of: Of, north_lead: Member) -> None:
        answer = client_of(north_lead).post("/hub/needs/say/", {**SAID, "text": " "})

        assert answer.status_code == 422
        assert not Need.objects.exists()

    def test_it_is_for_those_who_investigate_unless_more_is_wanted(
        self, client_of: Of, north_lead: Member, south_lead: Member, provider: Member
    ) -> None:
        made = say(north_lead)
        path = f"/hub/needs/{made.public_id}/"

        assert client_of(provider).get(path).status_code == 404
        assert "Boats" not in text(client_of(provider), "/hub/needs/")
        assert board.counted(provider) == {}
        assert "Boats" in text(client_of(south_lead), "/hub/needs/")

    def test_who_makes_tools_neither_says_nor_seconds(
        self, client_of: Of, north_lead: Member, provider: Member
    ) -> None:
        made, client = say(north_lead, is_restricted=False), client_of(provider)

        assert client.post("/hub/needs/say/", SAID).status_code == 403
        assert client.post(f"/hub/needs/{made.public_id}/second/").status_code == 403
        assert "Say what you need" not in text(client, "/hub/needs/")

    def test_its_member_takes_it_back_and_nobody_else_does(
        self, client_of: Of, north_lead: Member, south_lead: Member
    ) -> None:
        made = say(north_lead)
        path = f"/hub/needs/{made.public_id}/withdraw/"

        assert client_of(south_lead).post(path).status_code == 404
        client_of(north_lead).post(path)

        made.refresh_from_db()
        assert made.state == "withdrawn"
        assert "Boats" not in text(client_of(south_lead), "/hub/needs/")
        page = f"/hub/needs/{made.public_id}/"
        assert client_of(south_lead).get(page).status_code == 404
        assert client_of(north_lead).get(page).status_code == 200


class TestSeconding:
    def test_counts_each_member_once(
        self, client_of: Of, north_lead: Member, south_lead: Member
    ) -> None:
        made, client = say(north_lead), client_of(south_lead)
        path = f"/hub/needs/{made.public_id}/"

        for _again in range(2):
            client.post(f"{path}second/", {"lacked": "yes"})
        seen = text(client, path)

        assert "1 member seconds it" in seen
        assert "I do not need it any more" in seen
        client.post(f"{path}second/", {"lacked": "no"})
        assert not Seconding.objects.exists()

    def test_ones_own_counts_already(self, client_of: Of, north_lead: Member) -> None:
        made = say(north_lead)

        client_of(north_lead).post(f"/hub/needs/{made.public_id}/second/", {"lacked": "yes"})

        assert not Seconding.objects.exists()

    def test_what_most_members_lack_comes_first(
        self, client_of: Of, north_lead: Member, south_lead: Member
    ) -> None:
        asked = [say(north_lead, title=f"Need {n:02}") for n in range(23)]
        asking.second(asked[3].public_id, is_lacked=True, by=south_lead, at=timezone.now())
        client = client_of(north_lead)

        answer = client.get("/hub/needs/")
        first = [one.title for one in answer.context["window"]]
        with CaptureQueriesContext(connection) as queries:
            cursor = answer.context["window"].next_cursor
            second = client.get("/hub/needs/", {"after": cursor}).context["window"]

        assert first[:2] == ["Need 03", "Need 22"]
        assert sorted(first + [one.title for one in second]) == [one.title for one in asked]
        assert sum("finding_need" in one["sql"] for one in queries) == 1


class TestAnswering:
    def answers(self, client: Client, made: Need, **values: str) -> int:
        said = {"state": "answered", "tool": "", "text": "Here.", "readers": "members", **values}
        return client.post(f"/hub/needs/{made.public_id}/answer/", said).status_code

    def test_a_curator_names_the_tool_that_meets_it(
        self, client_of: Of, north_lead: Member, curator: Member
    ) -> None:
        tool, made, office = planted._fact().tool, say(north_lead), client_of(curator)

        assert "Nora Lead" in text(office, f"/hub/needs/{made.public_id}/")
        assert self.answers(office, made) == 422
        assert self.answers(office, made, tool="Ship finder") == 422
        assert self.answers(office, made, tool="wheelWRIGHT", text="It finds boats too.") == 302

        seen = text(client_of(north_lead), f"/hub/needs/{made.public_id}/")
        assert "It finds boats too." in seen
        assert f"/hub/tools/{tool.slug}/" in seen
        assert "Boats" in text(client_of(north_lead), "/hub/needs/?state=done")
        assert "Boats" not in text(client_of(north_lead), "/hub/needs/")

    def test_or_closes_it_with_a_reason(
        self, client_of: Of, north_lead: Member, curator: Member
    ) -> None:
        made, office = say(north_lead), client_of(curator)

        assert self.answers(office, made, state="closed", text="") == 422
        assert self.answers(office, made, state="closed", text="The rules refuse it.") == 302
        assert self.answers(office, made, state="closed", text="Once more.") == 302

        made.refresh_from_db()
        assert (made.state, made.answer) == ("closed", "The rules refuse it.")
        assert Event.objects.filter(verb="need.answer").count() == 1

    def test_nobody_else_does(self, client_of: Of, north_lead: Member) -> None:
        assert self.answers(client_of(north_lead), say(north_lead)) == 403


class TestOpening:
    def test_the_board_opens_with_needs_that_say_how_they_are_known(
        self, client_of: Of, north_lead: Member, provider: Member
    ) -> None:
        opening.load()
        assert Tool.objects.count() == 79
        assert Need.objects.count() == 33
        Need.objects.filter(slug="N-KNOW-TOOLS").update(title="Changed.")

        assert loading.load() == 0
        assert Need.objects.filter(title="Changed.").exists()
        assert board.visible_to(provider).count() == 27
        assert board.visible_to(north_lead).count() == 33

    def test_each_is_read_with_its_sources(self, client_of: Of, north_lead: Member) -> None:
        loading.load()
        client = client_of(north_lead)

        for one in Need.objects.all():
            seen = text(client, f"/hub/needs/{one.public_id}/")
            assert "[[" not in seen, one.slug
            assert one.title.replace("'", "&#x27;") in seen, one.slug
