"""Kept searches, followed tools, and how a member is told: page, letter, feed."""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haven.accounts.mail.models import Letter
from haven.accounts.mail.sending import text_of
from haven.accounts.models import Agency, Member
from haven.audit.models import Event
from haven.hub.catalogue import finding
from haven.hub.catalogue.models import Change, Maker, Tool
from haven.hub.finding import actions, queries, telling
from haven.hub.finding.models import Feed, Follow, Search, Weekly
from tests.walls import role

Of = Callable[[Member], Client]
ATOM = "{http://www.w3.org/2005/Atom}"
LONG_AGO = dt.date(2026, 1, 1)


def tool(name: str, **values: object) -> Tool:
    made = Tool(
        slug=name.lower(),
        name=name,
        maker=Maker.objects.get_or_create(name="Spoke and Sons")[0],
        summary=f"{name} finds bicycles.",
        description="Finds bicycles.",
        status="active",
        access="open download",
        price="free",
        evidence_leaves="no",
        listed_on=LONG_AGO,
        **values,
    )
    finding.fold(made)
    made.save()
    return made


def change(of: Tool, *fields: str, at: dt.datetime | None = None) -> Change:
    return Change.objects.create(tool=of, fields=list(fields), at=at or timezone.now())


@pytest.fixture
def tools(db: None) -> list[Tool]:
    return [tool("Wheelwright", media=["image"]), tool("Spokeshave", media=["video"])]


@pytest.mark.usefixtures("tools")
class TestKeptSearches:
    def keep(self, client: Client, name: str = "Films") -> int:
        return client.post("/hub/searches/keep/?media=video", {"name": name}).status_code

    def test_say_what_is_new_since_the_last_look(
        self, client_of: Of, north_lead: Member, tools: list[Tool]
    ) -> None:
        client = client_of(north_lead)
        assert (
            "/hub/searches/keep/?media=video"
            in client.get("/hub/tools/?media=video").content.decode()
        )
        assert self.keep(client) == 302
        assert "nothing new since you looked" in client.get("/hub/following/").content.decode()

        change(tools[1], "summary")
        change(tools[0], "summary")
        later = timezone.now() + dt.timedelta(days=1)
        tool("Rim", media=["video"])
        Tool.objects.filter(slug="rim").update(listed_on=later.date())
        assert "2 new since you looked" in client.get("/hub/following/").content.decode()

        kept = Search.objects.get()
        answer = client.post(f"/hub/searches/{kept.public_id}/look/")
        assert answer.headers["Location"] == "/hub/tools/?media=video"
        Tool.objects.filter(slug="rim").update(listed_on=LONG_AGO)
        assert "nothing new since you looked" in client.get("/hub/following/").content.decode()

    def test_are_their_members_alone(
        self, client_of: Of, north_lead: Member, north_reader: Member
    ) -> None:
        self.keep(client_of(north_lead))
        kept, other = Search.objects.get(), client_of(north_reader)

        assert "Films" not in other.get("/hub/following/").content.decode()
        for act in ("look", "forget"):
            assert other.post(f"/hub/searches/{kept.public_id}/{act}/").status_code == 404
        with role("haven_web", member=north_reader):
            assert not Search.objects.exists()

    def test_have_names_of_their_own_and_ask_for_something(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client = client_of(north_lead)
        self.keep(client)

        assert self.keep(client) == 422
        assert client.post("/hub/searches/keep/", {"name": "All"}).status_code == 422
        assert self.keep(client, "Other") == 302

    def test_are_twenty_and_no_more(self, north_lead: Member) -> None:
        asked = finding.Asked(q="bicycles")
        for n in range(20):
            actions.keep(f"Search {n}", asked, by=north_lead, at=timezone.now())

        with pytest.raises(actions.TooManySearches):
            actions.keep("One more", asked, by=north_lead, at=timezone.now())

    def test_cost_as_many_questions_as_one(self, client_of: Of, north_lead: Member) -> None:
        client, counts = client_of(north_lead), []
        for n in range(12):
            asked = finding.Asked(q=f"bicycles {n}", chosen={"media": ("video",)})
            actions.keep(f"Search {n}", asked, by=north_lead, at=timezone.now())
            if n in (1, 11):
                client.get("/hub/following/")
                with CaptureQueriesContext(connection) as questions:
                    assert f"Search {n}" in client.get("/hub/following/").content.decode()
                counts.append(len(questions))

        assert counts[0] == counts[1]

    def test_of_a_list_that_is_no_more_ask_for_what_is_left(self, north_lead: Member) -> None:
        asked = finding.Asked(chosen={"media": ("video",)})
        kept = actions.keep("Films", asked, by=north_lead, at=timezone.now())
        kept.chosen = {"media": ["video", "hologram"], "colour": ["red"]}

        assert queries.asked(kept) == asked


@pytest.mark.usefixtures("tools")
class TestFollowing:
    def test_a_tool_is_followed_from_its_page_and_let_go(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client = client_of(north_lead)

        client.post("/hub/tools/wheelwright/follow/")
        assert "Followed" in client.get("/hub/tools/wheelwright/").content.decode()
        assert "Wheelwright" in client.get("/hub/following/").content.decode()
        client.post("/hub/tools/wheelwright/unfollow/")

        assert not Follow.objects.exists()
        assert client.post("/hub/tools/nowhere/follow/").status_code == 404

    def test_what_changed_concerns_who_follows_or_keeps_a_search(
        self, north_lead: Member, tools: list[Tool]
    ) -> None:
        told = [change(tools[0], "summary"), change(tools[1], "price")]
        assert list(queries.concerning(north_lead)) == told[::-1]  # nothing kept: all

        actions.follow("wheelwright", by=north_lead, at=timezone.now())
        assert list(queries.concerning(north_lead)) == told[:1]
        asked = finding.Asked(chosen={"media": ("video",)})
        actions.keep("Films", asked, by=north_lead, at=timezone.now())
        assert list(queries.concerning(north_lead)) == told[::-1]


@pytest.mark.usefixtures("tools")
class TestWeeklyLetter:
    @pytest.fixture(autouse=True)
    def _with_address(self, north_lead: Member) -> None:
        north_lead.email = "nora@north.example"
        north_lead.save()

    def test_comes_to_nobody_who_did_not_ask(self, north_lead: Member, tools: list[Tool]) -> None:
        change(tools[0], "summary")

        assert telling.tell_all(at=timezone.now() + dt.timedelta(days=30)) == 0
        assert not Letter.objects.exists()

    def test_names_the_tools_that_changed_once_and_nothing_else(
        self, client_of: Of, north_lead: Member, tools: list[Tool]
    ) -> None:
        client = client_of(north_lead)
        client.post("/hub/tools/wheelwright/follow/")
        client.post("/hub/following/letter/", {"wanted": "yes"})
        assert "No letter any more" in client.get("/hub/following/").content.decode()
        for fields in (["summary"], ["price"]):
            change(tools[0], *fields)
        change(tools[1], "summary")
        next_week = timezone.now() + dt.timedelta(days=7)

        assert telling.tell_all(at=timezone.now()) == 0
        assert telling.tell_all(at=next_week) == 1
        assert telling.tell_all(at=next_week) == 0
        assert telling.tell_all(at=next_week + dt.timedelta(days=7)) == 0  # nothing changed

        subject, body = text_of(Letter.objects.get())
        assert subject == "What changed in the catalogue of tools"
        assert body.count("Wheelwright") == 1
        assert "Spokeshave" not in body
        assert "bicycles" not in body
        assert "/hub/following/" in body
        assert outbox.outbox == []  # the worker sends it
        assert Event.objects.filter(verb="catalogue.set_letter").count() == 1

    def test_ends_when_its_member_says_so_or_is_suspended(
        self, client_of: Of, north_lead: Member, tools: list[Tool]
    ) -> None:
        client, next_week = client_of(north_lead), timezone.now() + dt.timedelta(days=7)
        client.post("/hub/following/letter/", {"wanted": "yes"})
        change(tools[0], "summary")
        Member.objects.filter(pk=north_lead.pk).update(is_active=False)

        assert telling.tell_all(at=next_week) == 0
        Member.objects.filter(pk=north_lead.pk).update(is_active=True)
        client_of(north_lead).post("/hub/following/letter/", {"wanted": "no"})
        assert not Weekly.objects.exists()

    def test_ends_with_its_agency(self, north_lead: Member, tools: list[Tool]) -> None:
        actions.set_weekly(is_wanted=True, by=north_lead, at=timezone.now())
        change(tools[0], "summary")
        Agency.objects.filter(pk=north_lead.agency_id).update(
            status="suspended", status_reason="x"
        )

        assert telling.tell_all(at=timezone.now() + dt.timedelta(days=7)) == 0

    def test_of_one_that_cannot_be_written_to_stops_nobody_elses(
        self,
        north_lead: Member,
        south_lead: Member,
        tools: list[Tool],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        Member.objects.filter(pk=south_lead.pk).update(email="sam@south.example")
        for one in (north_lead, south_lead):
            actions.set_weekly(is_wanted=True, by=one, at=timezone.now())
        change(tools[0], "summary")
        names_of, next_week = telling._names, timezone.now() + dt.timedelta(days=7)

        def broken(member: Member, since: dt.datetime) -> list[str]:
            if member == north_lead:
                raise ValueError("something is wrong with this one")
            return names_of(member, since)

        monkeypatch.setattr(telling, "_names", broken)
        with pytest.raises(ValueError, match="wrong with this one"):
            telling.tell_all(at=next_week)

        assert [one.to_address for one in Letter.objects.all()] == ["sam@south.example"]
        monkeypatch.undo()
        assert telling.tell_all(at=next_week) == 1

    def test_is_written_with_the_rights_of_the_worker(
        self, north_lead: Member, tools: list[Tool]
    ) -> None:
        actions.set_weekly(is_wanted=True, by=north_lead, at=timezone.now())
        change(tools[0], "summary")

        with role("haven_worker"):
            assert telling.tell_all(at=timezone.now() + dt.timedelta(days=7)) == 1

    def test_tells_a_maker_nothing_of_what_is_restricted(
        self, provider: Member, tools: list[Tool]
    ) -> None:
        Member.objects.filter(pk=provider.pk).update(email="pablo@lantern.example")
        Tool.objects.filter(pk=tools[0].pk).update(restricted=["summary"])
        actions.set_weekly(is_wanted=True, by=provider, at=timezone.now())
        change(tools[0], "summary")

        assert telling.tell_all(at=timezone.now() + dt.timedelta(days=7)) == 0


@pytest.mark.usefixtures("tools")
class TestFeed:
    def address(self, client: Client) -> str:
        text = client.get("/hub/following/").content.decode()
        found = re.search(r'value="(http[^"]+/hub/feed/[^"]+)"', text)
        return found[1].removeprefix(settings.HAVEN_ADDRESS) if found else ""

    def test_is_read_without_signing_in_and_names_tools_alone(
        self, client_of: Of, north_lead: Member, tools: list[Tool]
    ) -> None:
        client = client_of(north_lead)
        assert self.address(client) == ""
        client.post("/hub/tools/wheelwright/follow/")
        client.post("/hub/following/feed/")
        change(tools[0], "summary", "price")
        change(tools[1], "summary")
        Tool.objects.filter(pk=tools[0].pk).update(name="Wheel\x0bwright")

        answer = Client().get(self.address(client))
        entries = ET.fromstring(answer.content).findall(f"{ATOM}entry")  # noqa: S314  # our own

        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        assert [one.findtext(f"{ATOM}title") for one in entries] == ["Wheel wright"]
        assert entries[0].findtext(f"{ATOM}summary") == "In short, Price"
        assert "bicycles" not in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
        assert "haven_session" not in answer.cookies

    def test_ends_when_its_member_ends_it_or_makes_another(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client, seen = client_of(north_lead), []
        for _again in range(2):
            client.post("/hub/following/feed/")
            seen.append(self.address(client))

        assert [Client().get(one).status_code for one in seen] == [404, 200]
        client.post("/hub/following/feed/end/")
        assert Client().get(seen[1]).status_code == 404
        assert not Feed.objects.exists()
        verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
        assert [one for one in verbs if one.startswith("feed.")] == [
            "feed.make", "feed.make", "feed.end",
        ]  # fmt: skip

    @pytest.mark.parametrize("wrong", ["x", "0" * 96, "../x", "%00"])
    def test_is_not_there_for_a_code_that_is_none(self, db: None, wrong: str) -> None:
        assert Client().get(f"/hub/feed/{wrong}/").status_code == 404

    def test_is_not_there_when_one_letter_of_the_code_is_wrong(
        self, client_of: Of, north_lead: Member
    ) -> None:
        client = client_of(north_lead)
        client.post("/hub/following/feed/")
        address = self.address(client)
        last = "0" if address[-2] != "0" else "1"

        assert Client().get(f"{address[:-2]}{last}/").status_code == 404

    @pytest.mark.parametrize("end", ["member", "agency"])
    def test_ends_with_its_member(self, client_of: Of, north_lead: Member, end: str) -> None:
        client = client_of(north_lead)
        client.post("/hub/following/feed/")
        address = self.address(client)
        if end == "member":
            Member.objects.filter(pk=north_lead.pk).update(is_active=False)
        else:
            Agency.objects.filter(pk=north_lead.agency_id).update(
                status="suspended", status_reason="x"
            )

        assert Client().get(address).status_code == 404

    def test_no_code_lies_in_the_database(self, client_of: Of, north_lead: Member) -> None:
        client = client_of(north_lead)
        client.post("/hub/following/feed/")

        kept = repr(list(Feed.objects.values_list()))
        assert Path(self.address(client)).name not in kept

    def test_tells_a_maker_nothing_of_what_is_restricted(
        self, client_of: Of, provider: Member, tools: list[Tool]
    ) -> None:
        Tool.objects.filter(pk=tools[0].pk).update(restricted=["summary"])
        change(tools[0], "summary")
        client = client_of(provider)
        client.post("/hub/following/feed/")

        assert "Wheelwright" not in Client().get(self.address(client)).content.decode()
