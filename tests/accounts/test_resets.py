"""Resets: two people, in person, and nothing of the old way in is left."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from haven.accounts import resets
from haven.accounts.models import Agency, FactorReset, Member
from haven.audit.models import Event
from haven.web.errors import NotAllowed, NotFound
from tests.signing_in import add_code_app, let_in

PAGE = "/account/resets/"
REASON = "The phone was lost; I saw her in my office on Monday."


@pytest.fixture
def administrator(north_lead: Member) -> Member:
    north_lead.roles = ["administrator"]
    north_lead.save()
    return north_lead


@pytest.fixture
def supervisor(north_reader: Member) -> Member:
    north_reader.roles = ["supervisor"]
    north_reader.save()
    return north_reader


@pytest.fixture
def loser(north: Agency, password: str) -> Member:
    """Return the member who lost the phone."""
    member = Member.objects.create_user(
        username="loser", password=password, display_name="Lotte Lost", agency=north
    )
    add_code_app(member)
    return member


def ask(by: Member, **more: object) -> FactorReset:
    return resets.ask("loser", reason=REASON, by=by, at=timezone.now(), **more)  # type: ignore[arg-type]


class TestTwoPeople:
    def test_give_a_member_a_new_way_in(
        self,
        client_of: Callable[[Member], Client],
        administrator: Member,
        supervisor: Member,
        loser: Member,
    ) -> None:
        old = client_of(loser)
        client_of(administrator).post(PAGE, {"username": "loser", "reason": REASON})
        reset = FactorReset.objects.get()
        assert old.get("/account/sessions/").status_code == 200

        done = client_of(supervisor).post(f"{PAGE}{reset.pk}/confirm/").content.decode()

        link = done.split("http://testserver", 1)[1].split("<", 1)[0]
        assert old.get("/account/sessions/").status_code == 302
        assert not Authenticator.objects.filter(user=loser).exists()
        loser.refresh_from_db()
        assert not loser.has_usable_password()
        newcomer = Client()
        where = newcomer.get(link, follow=True).redirect_chain[-1][0]
        told = newcomer.post(where, follow=True).content.decode()
        assert "asked for by Nora Lead and done by Nils Reader" in told
        verbs = list(Event.objects.filter(target_id=str(loser.pk)).values_list("verb", flat=True))
        assert {"member.ask_reset", "member.end_sessions", "member.reset"} <= set(verbs)

    def test_are_not_one(self, administrator: Member, loser: Member) -> None:
        reset = ask(administrator)

        with pytest.raises(resets.SamePerson):
            resets.confirm(reset.pk, by=administrator, at=timezone.now())

        assert Authenticator.objects.filter(user=loser).exists()

    def test_are_not_one_for_the_database_either(
        self, administrator: Member, loser: Member
    ) -> None:
        reset = ask(administrator)

        for by in (administrator, None):
            with pytest.raises(IntegrityError, match="by_another"), transaction.atomic():
                FactorReset.objects.filter(pk=reset.pk).update(
                    confirmed_by=by, confirmed_at=timezone.now()
                )

    def test_are_not_the_member(
        self, administrator: Member, supervisor: Member, loser: Member
    ) -> None:
        with pytest.raises(resets.OwnReset):
            resets.ask(administrator.username, reason="x", by=administrator, at=timezone.now())
        reset = resets.ask(supervisor.username, reason="x", by=administrator, at=timezone.now())
        with pytest.raises(resets.OwnReset):
            resets.confirm(reset.pk, by=supervisor, at=timezone.now())

    def test_are_of_the_members_agency(
        self, administrator: Member, south_lead: Member, loser: Member
    ) -> None:
        south_lead.roles = ["administrator"]
        south_lead.save()
        with pytest.raises(NotFound):
            ask(south_lead)
        reset = ask(administrator)
        with pytest.raises(NotFound):
            resets.confirm(reset.pk, by=south_lead, at=timezone.now())

    def test_begin_with_an_administrator(self, supervisor: Member, loser: Member) -> None:
        with pytest.raises(NotAllowed):
            ask(supervisor)

    def test_decide_within_a_day(
        self, administrator: Member, supervisor: Member, loser: Member
    ) -> None:
        reset = ask(administrator)
        FactorReset.objects.update(asked_at=timezone.now() - resets.OPEN_FOR)

        with pytest.raises(NotFound):
            resets.confirm(reset.pk, by=supervisor, at=timezone.now())
        ask(administrator)  # a new one can be asked for

    def test_are_not_done_for_somebody_who_was_paused_since(
        self, administrator: Member, supervisor: Member, loser: Member
    ) -> None:
        reset = ask(administrator)
        Member.objects.filter(pk=administrator.pk).update(is_active=False)

        with pytest.raises(NotFound):
            resets.confirm(reset.pk, by=supervisor, at=timezone.now())

    def test_do_it_once(self, administrator: Member, supervisor: Member, loser: Member) -> None:
        reset = ask(administrator)
        with pytest.raises(resets.AskedAlready):
            ask(administrator)
        resets.confirm(reset.pk, by=supervisor, at=timezone.now())

        with pytest.raises(NotFound):
            resets.confirm(reset.pk, by=supervisor, at=timezone.now())

    def test_can_think_again(
        self,
        client_of: Callable[[Member], Client],
        administrator: Member,
        supervisor: Member,
        loser: Member,
    ) -> None:
        reset = ask(administrator)

        client_of(administrator).post(f"{PAGE}{reset.pk}/withdraw/")

        with pytest.raises(NotFound):
            resets.confirm(reset.pk, by=supervisor, at=timezone.now())

    def test_need_a_fresh_factor(self, client: Client, administrator: Member) -> None:
        add_code_app(administrator)
        let_in(client, administrator, ago_s=600)

        assert client.get(PAGE)["Location"].startswith("/account/confirm/")


class TestConsole:
    def test_helps_the_only_administrator(
        self, administrator: Member, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add_code_app(administrator)

        call_command("resetmember", "north_lead", "--reason", "the only administrator")

        link = capsys.readouterr().out.split()[-1]
        assert not Authenticator.objects.filter(user=administrator).exists()
        newcomer = Client()
        where = newcomer.get(link, follow=True).redirect_chain[-1][0]
        told = newcomer.post(where, follow=True).content.decode()
        assert "reset on the console" in told

    def test_says_so_when_there_is_no_such_member(self, db: None) -> None:
        with pytest.raises(CommandError, match="no active member"):
            call_command("resetmember", "nobody", "--reason", "x")
