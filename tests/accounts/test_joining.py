"""Joining: an address, a sponsor, a second person, the terms; and who cannot."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from haven.accounts.joining import actions, deciding, limits, queries
from haven.accounts.joining.models import Application
from haven.accounts.members import yearly
from haven.accounts.members.actions import NotYours
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links.actions import LinkEnded
from haven.accounts.terms import texts
from haven.audit.actions import ReasonMissing
from haven.audit.models import Event, Personal
from tests.accounts import people
from tests.accounts.people import NOW, REASON, code_in, link_in, send_letters

ClientOf = Callable[[Member], Client]
DAY = dt.timedelta(days=1)
VERSION = texts.current().version
FORM = {
    "name": "Eva Vik",
    "email": "eva@west.example",
    "agency": "West",
    "duty": "Investigator",
    "supervisor_email": "olav@west.example",
    "languages": ["nb"],
}


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def apply(email: str = "eva@west.example", at: dt.datetime = NOW) -> None:
    actions.apply(
        actions.Applicant(
            display_name="Eva Vik",
            email=email,
            agency_as_written="West",
            duty="Investigator",
            supervisor_email="olav@west.example",
            languages=("nb",),
            language="en",
        ),
        at=at,
    )


@pytest.fixture
def confirmed(west: Agency, officer: Member, admin: Member) -> Application:
    """Return an application whose address is confirmed."""
    apply()
    actions.confirm_address(code_in(send_letters()[-1]), at=NOW)
    return Application.objects.get()


@pytest.fixture
def sponsored(confirmed: Application, officer: Member, curator: Member) -> Application:
    deciding.approve(confirmed.public_id, roles=["analyst"], by=officer, at=NOW)
    confirmed.refresh_from_db()
    return confirmed


class TestTheWholeWay:
    def test_ends_with_a_member(
        self, west: Agency, officer: Member, curator: Member, client: Client, client_of: ClientOf
    ) -> None:
        client.post("/join/", FORM)
        (letter,) = send_letters()
        assert "Eva" not in letter.body  # nothing a stranger typed goes to the address
        client.post(link_in(letter))
        key = Application.objects.get().public_id
        (asked,) = send_letters()
        assert asked.to == ["olav@west.example"]

        client_of(officer).post(f"/applications/{key}/approve/", {"roles": ["analyst"]})
        assert [one.to for one in send_letters()] == [[curator.email]]
        client_of(curator).post(f"/applications/{key}/approve/")
        (approved,) = send_letters()
        done = client.post(link_in(approved), {"version": VERSION, "agree": "on"})

        member = Member.objects.get(email="eva@west.example")
        assert done["Location"].startswith("/account/first/")
        assert (member.roles, member.supervisor, member.agency) == (["analyst"], officer, west)
        assert [one for one in people.verbs() if one.startswith("application.")] == [
            "application.make",
            "application.confirm",
            "application.sponsor",
            "application.approve",
            "application.join",
        ]


class TestApplying:
    @pytest.mark.parametrize(
        "email",
        ["eva@west.example", "eva@nowhere.example", "eva@sub.west.example", "olav@west.example"],
    )
    def test_says_the_same_whoever_asks(self, officer: Member, client: Client, email: str) -> None:
        form = {**FORM, "email": email, "supervisor_email": "x@west.example"}

        first = client.post("/join/", form)
        again = client.post("/join/", form)
        known = Client().post("/join/", {**form, "email": "unknown@west.example"})

        strip = lambda answer: answer.content.decode().partition("<main")[2]  # noqa: E731
        assert first.status_code == again.status_code == known.status_code == 200
        assert strip(first) == strip(again) == strip(known)

    @pytest.mark.parametrize(
        "changed",
        [
            {"email": "eva@gmail.com"},
            {"email": "eva+x@west.example"},
            {"name": "Look at evil.com/x"},
            {"name": "http://evil"},
            {"supervisor_email": "eva@west.example"},
        ],
    )
    def test_refuses_what_cannot_be(
        self, west: Agency, client: Client, changed: dict[str, str]
    ) -> None:
        assert client.post("/join/", {**FORM, **changed}).status_code == 422
        assert not Application.objects.exists()

    def test_is_limited_from_one_place(self, west: Agency, client: Client) -> None:
        answers = [client.post("/join/", FORM).status_code for _ in range(limits.PER_PLACE + 1)]

        assert answers[-2:] == [200, 429]
        assert Application.objects.count() == 1
        assert len(send_letters()) == 1

    def test_is_not_there_where_joining_is_closed(
        self, client: Client, settings: "object"
    ) -> None:
        settings.HAVEN_JOINING = False  # type: ignore[attr-defined]

        assert client.get("/join/").status_code == 404

    def test_tells_a_member_by_letter_alone_and_once_a_day(self, officer: Member) -> None:
        for _ in range(3):
            apply(officer.email)

        (letter,) = send_letters()
        assert "You are a member already" in letter.body
        assert not Application.objects.exists()


class TestConfirming:
    def test_takes_a_click_and_not_a_look(self, west: Agency, client: Client) -> None:
        apply()
        address = link_in(send_letters()[-1])

        client.get(address)
        assert Application.objects.get().state == "unconfirmed"
        client.post(address)
        assert Application.objects.get().state == "confirmed"
        assert client.post(address).status_code == 404

    def test_ends_with_time(self, west: Agency) -> None:
        apply()

        with pytest.raises(LinkEnded):
            actions.confirm_address(code_in(send_letters()[-1]), at=NOW + 2 * DAY)


class TestDeciding:
    def test_is_not_for_who_has_no_part(
        self, confirmed: Application, west: Agency, south_lead: Member
    ) -> None:
        stranger = people.member("Per", west, "investigator")

        for one in (stranger, south_lead):
            assert not queries.visible_to(one).exists()
            with pytest.raises(queries.ApplicationNotFound):
                deciding.approve(confirmed.public_id, roles=["analyst"], by=one, at=NOW)

    def test_is_not_done_by_one_person_twice(
        self, confirmed: Application, west: Agency, admin: Member
    ) -> None:
        Agency.objects.update(contact=admin)
        deciding.approve(confirmed.public_id, roles=["analyst"], by=admin, at=NOW)

        with pytest.raises(deciding.NotYourTurn):
            deciding.approve(confirmed.public_id, by=admin, at=NOW)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            Application.objects.update(second=admin)

    def test_is_not_done_by_a_curator_alone(self, confirmed: Application, curator: Member) -> None:
        with pytest.raises((queries.ApplicationNotFound, deciding.NotYourTurn)):
            deciding.approve(confirmed.public_id, roles=["analyst"], by=curator, at=NOW)

    def test_is_not_done_by_the_applicant(self, sponsored: Application, curator: Member) -> None:
        Member.objects.filter(pk=curator.pk).update(email=sponsored.email)
        curator.refresh_from_db()

        with pytest.raises(deciding.NotYourTurn):
            deciding.approve(sponsored.public_id, by=curator, at=NOW)

    def test_gives_no_role_beyond_casework(self, confirmed: Application, officer: Member) -> None:
        for roles in ([], ["administrator"], ["curator"]):
            with pytest.raises(NotYours):
                deciding.approve(confirmed.public_id, roles=roles, by=officer, at=NOW)
        confirmed.refresh_from_db()
        assert confirmed.state == "confirmed"

    def test_against_takes_a_reason_which_the_applicant_reads(
        self, sponsored: Application, curator: Member
    ) -> None:
        send_letters()
        with pytest.raises(ReasonMissing):
            deciding.refuse(sponsored.public_id, reason=" ", by=curator, at=NOW)

        deciding.refuse(sponsored.public_id, reason="Another unit does this", by=curator, at=NOW)

        (letter,) = send_letters()
        assert "Another unit does this" in letter.body
        apply()  # and may apply again
        assert Application.objects.filter(state="unconfirmed").count() == 1


class TestTime:
    def test_ends_what_nobody_answers(self, confirmed: Application) -> None:
        send_letters()
        assert deciding.expire(at=NOW + 13 * DAY) == 0

        assert deciding.expire(at=NOW + 15 * DAY) == 1

        assert Application.objects.get().state == "expired"
        assert "not answered in time" in send_letters()[-1].body

    def test_erases_who_it_was_and_keeps_a_stub(
        self, sponsored: Application, curator: Member
    ) -> None:
        deciding.refuse(sponsored.public_id, reason=REASON, by=curator, at=NOW)
        assert deciding.erase_old(at=NOW + 29 * DAY) == 0

        assert deciding.erase_old(at=NOW + 31 * DAY) == 1

        left = Application.objects.get()
        assert "eva" not in str(Application.objects.values()).lower()
        assert (left.state, left.refused_by) == ("refused", curator)
        assert not Personal.objects.filter(text__contains=REASON).exists()
        assert Event.objects.get(verb="application.refuse").actor_id == curator.pk

    def test_leaves_what_somebody_answered_meanwhile(
        self, sponsored: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second of two that are over is moved on while the first is ended."""
        apply("una@west.example", at=NOW)
        una = Application.objects.get(email="una@west.example")
        first = min(sponsored, una, key=lambda one: one.pk)
        other = una if first == sponsored else sponsored
        end = deciding.links.end

        def meanwhile(purpose: str, pk: int, *, at: dt.datetime) -> None:
            Application.objects.filter(pk=other.pk).update(expires_at=at + DAY)
            end(purpose, pk, at=at)

        monkeypatch.setattr(deciding.links, "end", meanwhile)

        assert deciding.expire(at=NOW + 40 * DAY) == 1
        other.refresh_from_db()
        assert other.state != "expired"


class TestTheYearlyConfirmation:
    @pytest.fixture
    def due(self, officer: Member, admin: Member) -> Member:
        officer.verified_until = (NOW + 30 * DAY).date()
        officer.save()
        return officer

    def test_reminds_30_7_and_1_day_before_and_no_more(self, due: Member) -> None:
        sent = []
        for day in (0, 1, 22, 23, 28, 29, 30):
            yearly.sweep(at=NOW + day * DAY)
            letters = send_letters(NOW + day * DAY)
            sent.append(sum(one.to == [due.email] for one in letters))

        assert sent == [1, 0, 0, 1, 0, 1, 0]

    def test_suspends_after_the_day_until_both_have_spoken(
        self, due: Member, admin: Member
    ) -> None:
        late = NOW + 31 * DAY
        yearly.sweep(at=late)
        due.refresh_from_db()
        assert (due.status, due.suspended_because) == ("suspended", "unverified")
        code = next(code_in(one) for one in send_letters(late) if one.to == [due.email])

        yearly.confirm_address(code, at=late)
        due.refresh_from_db()
        assert due.status == "suspended"
        yearly.confirm_duty(due.pk, by=admin, at=late)

        due.refresh_from_db()
        assert (due.status, due.is_active) == ("active", True)
        assert due.verified_until == (late + 365 * DAY).date()

    def test_shuts_out_no_last_administrator(self, admin: Member) -> None:
        Member.objects.filter(pk=admin.pk).update(verified_until=(NOW - DAY).date())

        yearly.sweep(at=NOW)

        admin.refresh_from_db()
        assert admin.is_active


class TestTheTerms:
    def test_are_asked_for_before_anything_else(
        self, officer: Member, client_of: ClientOf, settings: "object"
    ) -> None:
        settings.HAVEN_TERMS = True  # type: ignore[attr-defined]
        client = client_of(officer)

        asked = client.get("/cases/")
        assert asked["Location"] == "/account/terms/?next=%2Fcases%2F"
        client.post(asked["Location"], {"version": VERSION, "agree": "on"})

        assert client.get("/cases/").status_code == 200

    def test_are_asked_for_again_when_they_change(
        self, officer: Member, client_of: ClientOf, settings: "object"
    ) -> None:
        settings.HAVEN_TERMS = True  # type: ignore[attr-defined]
        officer.acceptances.create(version="2020-1", language="en", at=NOW)  # type: ignore[attr-defined]

        assert "/account/terms/" in client_of(officer).get("/cases/")["Location"]
