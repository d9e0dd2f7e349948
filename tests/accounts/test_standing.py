"""Joining holds to the end: whose words count, whose agreement stands, who is signed in."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from haven.accounts.invitations import actions as invitations
from haven.accounts.joining import actions, deciding, limits, queries
from haven.accounts.joining.models import Application, Use
from haven.accounts.members import actions as members
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links.actions import LinkEnded
from haven.accounts.terms import texts
from tests.accounts import people
from tests.accounts.people import NOW, REASON, code_in, link_in, send_letters
from tests.signing_in import add_code_app

ClientOf = Callable[[Member], Client]
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
AGREED = {"version": texts.current().version, "agree": "on"}


def apply(name: str = "Eva Vik", at: dt.datetime = NOW, **more: Any) -> None:
    said = {
        "email": "eva@west.example",
        "agency_as_written": "West",
        "duty": "Investigator",
        "supervisor_email": "olav@west.example",
        "languages": ("nb",),
        "language": "en",
    }
    actions.apply(actions.Applicant(display_name=name, **{**said, **more}), at=at)


@pytest.fixture
def approved(west: Agency, officer: Member, admin: Member, curator: Member) -> str:
    """Return the path of the last letter to an applicant whom two people agreed to."""
    apply()
    one = actions.confirm_address(code_in(send_letters()[-1]), at=NOW)
    deciding.approve(one.public_id, roles=["analyst"], by=officer, at=NOW)
    deciding.approve(one.public_id, by=curator, at=NOW)
    return link_in(send_letters()[-1])


def join(path: str) -> Member:
    code = path.rstrip("/").rpartition("/")[2]
    return actions.join(code, version=AGREED["version"], language="en", at=NOW)


class TestWhoeverConfirmsTheAddress:
    def test_joins_with_the_own_words_though_somebody_applied_before(
        self, west: Agency, officer: Member, client: Client
    ) -> None:
        apply("Mallory Mole", supervisor_email="mallory@west.example", duty="None")
        (first,) = send_letters()
        apply()
        (second,) = send_letters()

        page = client.get(link_in(second)).content.decode()
        assert "Eva Vik" in page
        assert "Mallory" not in page
        assert "Mallory Mole" in client.get(link_in(first)).content.decode()
        client.post(link_in(second))

        kept = Application.objects.get(state="confirmed")
        assert (kept.display_name, kept.supervisor_email) == ("Eva Vik", officer.email)
        assert client.post(link_in(first)).status_code == 404
        assert [one.state for one in Application.objects.exclude(pk=kept.pk)] == ["expired"]

    def test_is_disturbed_by_nobody_afterwards(self, west: Agency, officer: Member) -> None:
        apply()
        actions.confirm_address(code_in(send_letters()[-1]), at=NOW)
        send_letters()

        apply("Mallory Mole")

        (letter,) = send_letters()
        assert "still being looked at" in letter.body
        assert Application.objects.count() == 1

    def test_is_the_only_one_whose_words_are_read(self, west: Agency, admin: Member) -> None:
        apply("Mallory Mole")
        deciding.expire(at=NOW + 3 * DAY)

        assert not queries.visible_to(admin).exists()

    def test_gets_a_new_letter_for_the_same_words_after_an_hour(self, west: Agency) -> None:
        apply()
        (first,) = send_letters()
        apply(at=NOW + HOUR / 2)
        assert send_letters() == []

        apply(at=NOW + HOUR)

        (second,) = send_letters(NOW + HOUR)
        assert Application.objects.count() == 1
        with pytest.raises(LinkEnded):
            actions.confirm_address(code_in(first), at=NOW + HOUR)
        actions.confirm_address(code_in(second), at=NOW + HOUR)

    def test_is_not_flooded_with_letters(self, west: Agency) -> None:
        for number in range(limits.LETTERS_PER_PLACE + 2):
            apply(f"Eva {number * 'x'}")

        assert len(send_letters()) == limits.LETTERS_PER_PLACE


class TestAnAgreement:
    def test_of_a_sponsor_who_was_paused_lets_nobody_in(
        self, approved: str, officer: Member, admin: Member, curator: Member, client: Client
    ) -> None:
        members.suspend(officer.pk, reason=REASON, by=admin, at=NOW)

        answer = client.post(approved, AGREED)
        assert answer.status_code == 409
        assert "look at it again" in answer.content.decode()
        with pytest.raises(queries.LooksAgain):
            join(approved)
        send_letters()
        assert deciding.look_again(at=NOW) == 1

        one = Application.objects.get()
        assert (one.state, one.sponsor, one.second) == ("confirmed", None, None)
        assert client.get(approved).status_code == 404
        assert [letter.to for letter in send_letters()] == [[admin.email]]
        deciding.approve(one.public_id, roles=["investigator"], by=admin, at=NOW)
        deciding.approve(one.public_id, by=curator, at=NOW)
        assert join(link_in(send_letters()[-1])).roles == ["investigator"]
        assert people.verbs().count("application.look_again") == 1

    def test_of_a_second_who_left_is_asked_for_anew(
        self, approved: str, curator: Member, officer: Member
    ) -> None:
        other = people.member("Cleo", curator.agency, "curator")
        members.leave(reason=REASON, by=curator, at=NOW)
        send_letters()

        with pytest.raises(queries.LooksAgain):
            join(approved)
        deciding.look_again(at=NOW)

        one = Application.objects.get()
        assert (one.state, one.sponsor, one.second) == ("sponsored", officer, None)
        assert [letter.to for letter in send_letters()] == [[other.email]]

    def test_that_stands_is_left_alone(self, approved: str) -> None:
        assert deciding.look_again(at=NOW) == 0
        assert join(approved).email == "eva@west.example"

    def test_of_a_paused_sponsor_is_nothing_to_agree_to(
        self, west: Agency, officer: Member, admin: Member, curator: Member
    ) -> None:
        apply()
        one = actions.confirm_address(code_in(send_letters()[-1]), at=NOW)
        deciding.approve(one.public_id, roles=["analyst"], by=officer, at=NOW)
        members.suspend(officer.pk, reason=REASON, by=admin, at=NOW)

        with pytest.raises(deciding.NotYourTurn):
            deciding.approve(one.public_id, by=curator, at=NOW)


class TestWhoeverIsSignedIn:
    def test_is_asked_to_sign_out_and_nothing_is_used_up(
        self, approved: str, admin: Member, south_lead: Member, client_of: ClientOf
    ) -> None:
        invitations.invite(
            agency=admin.agency, name="Una", email="una@west.example", roles=["analyst"],
            by=admin, at=NOW,
        )  # fmt: skip
        invited = link_in(send_letters()[-1])
        apply("Per Dal", email="per@west.example")
        address = link_in(send_letters()[-1])

        for path in (approved, invited, address, "/join/"):
            client = client_of(south_lead)
            for answer in (client.get(path), client.post(path, AGREED)):
                assert answer.status_code == 409, path
                assert "Sign out first" in answer.content.decode()
            back = client.post("/account/sign-out/", {"next": path})
            assert back["Location"] == path
            assert client.get(path).status_code == 200, path

    def test_confirms_the_own_year_and_no_other_one(
        self, admin: Member, officer: Member, south_lead: Member, client_of: ClientOf
    ) -> None:
        from haven.accounts.members import yearly

        Member.objects.filter(pk=officer.pk).update(verified_until=NOW.date())
        yearly.sweep(at=NOW)
        path = next(link_in(one) for one in send_letters() if one.to == [officer.email])

        assert client_of(south_lead).post(path).status_code == 409
        assert client_of(officer).post(path).status_code == 200


class TestComingBackByTheLink:
    """The browser died between the terms and the second factor."""

    @pytest.fixture
    def letters(self, approved: str, admin: Member) -> list[str]:
        invitations.invite(
            agency=admin.agency, name="Una", email="una@west.example", roles=["analyst"],
            by=admin, at=NOW,
        )  # fmt: skip
        return [approved, link_in(send_letters()[-1])]

    def test_leads_on_until_a_factor_is_there(self, letters: list[str]) -> None:
        for path in letters:
            first = Client().post(path, AGREED)["Location"]
            client = Client()
            again = client.get(path)["Location"]

            assert again.startswith("/account/first/")
            where = client.get(first, follow=True).redirect_chain[-1][0]
            assert client.post(where)["Location"] == "/account/enrol/"

            add_code_app(Member.objects.latest("pk"))
            assert Client().get(path).status_code == 404

    def test_ends_with_the_time_of_the_letter(self, letters: list[str]) -> None:
        Client().post(letters[0], AGREED)
        code = letters[0].rstrip("/").rpartition("/")[2]

        assert queries.newcomer(code, at=NOW + 13 * DAY) is not None
        assert queries.newcomer(code, at=NOW + 15 * DAY) is None


@pytest.mark.django_db(transaction=True)
def test_uses_at_the_same_moment_are_counted_each() -> None:
    fitted = []

    def use() -> None:
        fitted.append(limits._fits((("all", 5),)))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(fitted) == [False] * 7 + [True] * 5
    assert Use.objects.get().n == 5
