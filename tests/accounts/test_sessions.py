"""Sessions: how they end, by themselves, by their owner and by somebody else."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as given
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from haven.accounts import devices, sessions
from haven.accounts.models import Member
from haven.audit.models import Event
from tests.signing_in import change_session, let_in

PAGE = "/help/keys/"
SIGN_IN = "/account/sign-in/"


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


class TestIdle:
    def test_a_session_ends_after_a_quarter_of_an_hour_in_the_workbench(
        self, client: Client, north_lead: Member
    ) -> None:
        let_in(client, north_lead)
        change_session(client, haven__seen=time.time() - 14 * 60)
        assert is_in(client)
        change_session(client, haven__seen=time.time() - 15 * 60 - 1)

        assert not is_in(client)
        out = Event.objects.get(verb="member.sign_out")
        assert (out.actor_id, out.facts["why"]) == (north_lead.pk, "idle")

    def test_the_hub_gives_half_an_hour(self) -> None:
        assert sessions.idle_limit_s("/hub/tools/") == 30 * 60
        assert sessions.idle_limit_s("/cases/") == 15 * 60

    def test_the_page_says_so_calmly_and_leads_back_to_where_one_was(
        self, client: Client, north_lead: Member
    ) -> None:
        let_in(client, north_lead)
        change_session(client, haven__seen=time.time() - 3600)

        answer = client.get("/cases/?page=2", follow=True)

        assert answer.redirect_chain[-1][0] == (
            f"{SIGN_IN}?next=%2Fcases%2F%3Fpage%3D2&ended=idle"
        )
        assert "You were away for a while" in answer.content.decode()
        assert 'name="next" value="/cases/?page=2"' in answer.content.decode()

    def test_a_part_leads_the_whole_page_there(self, client: Client, north_lead: Member) -> None:
        let_in(client, north_lead)
        change_session(client, haven__seen=time.time() - 3600)
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/?a=1"}

        answer = client.get(PAGE, headers=headers)

        assert answer["HX-Redirect"] == f"{SIGN_IN}?next=%2Fcases%2F%3Fa%3D1&ended=idle"

    def test_a_form_that_comes_too_late_does_nothing(
        self, client: Client, north_lead: Member
    ) -> None:
        let_in(client, north_lead)
        change_session(client, haven__seen=time.time() - 3600)

        answer = client.post(reverse("cases:open"), {"number": "1", "name": "x"})

        assert answer["Location"].startswith(SIGN_IN)

    def test_an_act_keeps_it_alive(self, client: Client, north_lead: Member) -> None:
        let_in(client, north_lead)
        change_session(client, haven__seen=time.time() - 800)

        client.get(PAGE)

        assert time.time() - client.session["haven.seen"] < 5

    def test_a_page_that_asks_by_itself_does_not(
        self, client: Client, north_lead: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from haven.site import views

        let_in(client, north_lead)
        change_session(client, haven__seen=time.time() - 800)
        monkeypatch.setattr(views.keys, "is_passive", True, raising=False)

        client.get(PAGE, headers={"HX-Request": "true"})
        assert time.time() - client.session["haven.seen"] > 700

        client.get(PAGE)
        assert time.time() - client.session["haven.seen"] < 5

    def test_whatever_a_page_asks_for_by_itself_is_marked(self) -> None:
        import haven

        polled = {
            name
            for page in Path(haven.__file__).parent.rglob("*.html")
            for tag in re.findall(r"<[^>]*every [0-9]+s[^>]*>", page.read_text())
            for name in re.findall(r"hx-get=\"{% url '([a-z_:-]+)'", tag)
        }
        marked = {name for name, view in views_by_name() if getattr(view, "is_passive", False)}

        assert len(polled) >= 3
        assert polled <= marked


def views_by_name(patterns: Any = None, space: str = "") -> Iterator[tuple[str, Any]]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from views_by_name(one.url_patterns, one.namespace or space)
        else:
            yield (f"{space}:{one.name}" if space else one.name), one.callback


class TestAbsolute:
    def test_a_session_ends_after_twelve_hours_however_busy(
        self, client: Client, north_lead: Member
    ) -> None:
        let_in(client, north_lead)
        change_session(client, haven__since=time.time() - given.HAVEN_SESSION_S - 1)

        answer = client.get(PAGE)

        assert "ended=too_long" in answer["Location"]

    def test_a_session_that_does_not_say_when_it_began_has_ended(
        self, client: Client, north_lead: Member
    ) -> None:
        let_in(client, north_lead)
        change_session(client, haven__since=None)

        assert not is_in(client)


class TestOwn:
    @pytest.fixture
    def two(self, north_lead: Member) -> tuple[Client, Client]:
        return let_in(Client(), north_lead), let_in(Client(), north_lead)

    def test_are_listed_with_device_address_and_times(self, two: tuple[Client, Client]) -> None:
        page = two[0].get("/account/sessions/").content.decode()

        assert page.count("127.0.0.1") == 2
        assert page.count("this one") == 1

    def test_one_is_ended_and_is_out_at_once(
        self, two: tuple[Client, Client], north_lead: Member
    ) -> None:
        from allauth.usersessions.models import UserSession

        other = UserSession.objects.get(session_key=two[1].session.session_key)

        answer = two[0].post(f"/account/sessions/{other.pk}/end/")

        assert answer["Location"] == "/account/sessions/"
        assert (is_in(two[0]), is_in(two[1])) == (True, False)
        assert Event.objects.get(verb="member.end_sessions").actor_id == north_lead.pk

    def test_all_others_are_ended(self, two: tuple[Client, Client]) -> None:
        two[0].post("/account/sessions/")

        assert (is_in(two[0]), is_in(two[1])) == (True, False)

    def test_of_somebody_else_are_not_there(
        self, two: tuple[Client, Client], south_lead: Member
    ) -> None:
        from allauth.usersessions.models import UserSession

        stranger = let_in(Client(), south_lead)
        mine = UserSession.objects.get(session_key=two[0].session.session_key)

        assert stranger.post(f"/account/sessions/{mine.pk}/end/").status_code == 404
        assert is_in(two[0])

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604",
                "Safari on iPhone",
            ),
            ("<script>", "Unknown browser"),
        ],
    )
    def test_the_device_is_told_in_words(self, said: str, words: str) -> None:
        assert devices.words_for(said) == words


class TestEndAll:
    def test_puts_a_member_out_everywhere_at_once_and_says_why_on_the_record(
        self, north_lead: Member, north_reader: Member
    ) -> None:
        clients = [let_in(Client(), north_lead) for _ in range(3)]

        sessions.end_all(north_lead, by=north_reader, at=timezone.now(), reason="lost phone")

        assert [is_in(client) for client in clients] == [False] * 3
        event = Event.objects.get(verb="member.end_sessions")
        assert (event.actor_id, event.target_id) == (north_reader.pk, str(north_lead.pk))
        assert event.has_reason

    def test_ends_sessions_that_no_list_knows(self, north_lead: Member) -> None:
        from allauth.usersessions.models import UserSession

        client = let_in(Client(), north_lead)
        UserSession.objects.all().delete()

        sessions.end_all(north_lead, by=None, at=timezone.now(), reason="x")

        assert not is_in(client)

    def test_lets_a_later_sign_in_be(self, north_lead: Member) -> None:
        sessions.end_all(north_lead, by=None, at=timezone.now(), reason="x")

        assert is_in(let_in(Client(), north_lead))

    def test_a_member_who_may_no_longer_sign_in_is_out_at_the_next_request(
        self, client_of: Callable[[Member], Client], north_lead: Member
    ) -> None:
        client = client_of(north_lead)
        north_lead.is_active = False
        north_lead.save()

        assert not is_in(client)
