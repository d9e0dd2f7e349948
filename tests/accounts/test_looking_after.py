"""Looking after members: roles, pausing, coming back, leaving, and who may not."""

from collections.abc import Callable

import pytest
from django.core import mail as outbox
from django.test import Client

from haven.accounts.members import actions, queries, returning
from haven.accounts.models import Agency, Member
from haven.audit.actions import ReasonMissing
from haven.audit.models import Event
from tests.accounts import people
from tests.accounts.people import NOW, REASON, send_letters

ClientOf = Callable[[Member], Client]


class TestWhoIsLookedAfter:
    def test_are_the_members_of_the_own_agency(
        self, admin: Member, officer: Member, south_lead: Member
    ) -> None:
        assert set(queries.manageable(admin)) == {admin, officer}
        with pytest.raises(queries.MemberNotFound):
            queries.get(south_lead.pk, member=admin)

    def test_are_those_of_providers_for_a_curator(
        self, curator: Member, provider: Agency, officer: Member
    ) -> None:
        pat = people.member("Pat", provider, "provider")

        assert set(queries.manageable(curator)) == {curator, pat}

    def test_are_nobody_for_others(self, officer: Member) -> None:
        assert not queries.manageable(officer).exists()


class TestRoles:
    def change(self, of: Member, by: Member, *roles: str) -> Member:
        return actions.change_roles(of.pk, roles=roles, by=by, at=NOW)

    def test_are_changed_recorded_and_told(self, admin: Member, officer: Member) -> None:
        self.change(officer, admin, "analyst")

        officer.refresh_from_db()
        assert officer.roles == ["analyst"]
        facts = Event.objects.get(verb="member.change_roles").facts
        assert (facts["given"], facts["taken"]) == (["analyst"], ["investigator", "supervisor"])
        assert [one.to for one in send_letters()] == [[officer.email]]

    @pytest.mark.parametrize("role", ["curator", "provider"])
    def test_beyond_the_agency_are_not_an_administrator_s(
        self, admin: Member, officer: Member, role: str
    ) -> None:
        with pytest.raises(actions.NotYours):
            self.change(officer, admin, *officer.roles, role)
        with pytest.raises(actions.NotYours):
            self.change(officer, admin, role)

    def test_of_a_provider_stay_as_they_are(self, curator: Member, provider: Agency) -> None:
        pat = people.member("Pat", provider, "provider")

        with pytest.raises(actions.NotYours):
            self.change(pat, curator, "administrator")
        assert self.change(pat, curator).roles == []

    def test_are_not_given_to_oneself(self, admin: Member, second_admin: Member) -> None:
        with pytest.raises(actions.Oneself):
            self.change(admin, admin, "administrator", "investigator")

    def test_are_not_changed_from_outside_the_agency(
        self, admin: Member, south_lead: Member
    ) -> None:
        with pytest.raises(queries.MemberNotFound):
            self.change(south_lead, admin, "analyst")

    def test_of_the_last_administrator_stay(self, admin: Member, second_admin: Member) -> None:
        self.change(second_admin, admin)

        with pytest.raises(actions.LastOne):
            self.change(admin, admin)

    def test_of_a_curator_stay_where_the_other_is_of_an_agency_that_is_paused(
        self, curator: Member
    ) -> None:
        other = people.agency("Paused")
        people.member("Cas", other, "curator")
        type(other).objects.filter(pk=other.pk).update(status="suspended", status_reason="x")

        with pytest.raises(actions.LastOne):
            self.change(curator, curator)

    def test_of_the_last_curator_stay(self, curator: Member) -> None:
        with pytest.raises(actions.LastOne):
            self.change(curator, curator)

    def test_an_administrator_who_is_paused_does_not_count(
        self, admin: Member, second_admin: Member
    ) -> None:
        actions.suspend(second_admin.pk, reason=REASON, by=admin, at=NOW)

        with pytest.raises(actions.LastOne):
            self.change(admin, admin)

    def test_take_a_fresh_factor(
        self, admin: Member, officer: Member, client_of: ClientOf
    ) -> None:
        from tests.signing_in import add_code_app, let_in

        add_code_app(admin)
        stale = let_in(Client(), admin, ago_s=3600)

        answer = stale.post(f"/members/{officer.pk}/roles/", {"roles": ["analyst"]})

        assert answer["Location"].startswith("/account/confirm/")
        officer.refresh_from_db()
        assert "analyst" not in officer.roles
        client_of(admin).post(f"/members/{officer.pk}/roles/", {"roles": ["analyst"]})
        officer.refresh_from_db()
        assert officer.roles == ["analyst"]

    @pytest.mark.parametrize("act", ["suspend", "left", "reactivate"])
    def test_and_access_take_a_fresh_factor(
        self, admin: Member, officer: Member, act: str
    ) -> None:
        from tests.signing_in import add_code_app, let_in

        if act == "reactivate":
            actions.suspend(officer.pk, reason=REASON, by=admin, at=NOW)
        officer.refresh_from_db()
        before = officer.status
        add_code_app(admin)
        stale = let_in(Client(), admin, ago_s=600)

        answer = stale.post(f"/members/{officer.pk}/{act}/", {"reason": REASON})

        assert answer["Location"].startswith("/account/confirm/")
        officer.refresh_from_db()
        assert officer.status == before

    def test_beyond_the_form_are_kept(
        self, admin: Member, curator: Member, west: Agency, client_of: ClientOf
    ) -> None:
        both = people.member("Eva", west, "investigator", "curator")

        client_of(admin).post(f"/members/{both.pk}/roles/", {"roles": ["analyst"]})

        both.refresh_from_db()
        assert both.roles == ["analyst", "curator"]


class TestPausing:
    def test_ends_a_session_at_once_and_blocks_the_sign_in(
        self, admin: Member, officer: Member, client_of: ClientOf, password: str
    ) -> None:
        at_work, at_home = client_of(officer), client_of(officer)
        assert at_work.get("/cases/").status_code == 200

        sent = client_of(admin).post(f"/members/{officer.pk}/suspend/", {"reason": REASON})

        assert sent.status_code == 302
        for client in (at_work, at_home):
            assert client.get("/cases/")["Location"].startswith("/account/sign-in/")
        from django.contrib.auth import authenticate

        officer.set_password(password)
        officer.save(update_fields=["password"])
        assert authenticate(None, username=officer.username, password=password) is None

    def test_is_recorded_with_its_reason_and_told_without_it(
        self, admin: Member, officer: Member
    ) -> None:
        actions.suspend(officer.pk, reason="Under inquiry", by=admin, at=NOW)

        event = Event.objects.get(verb="member.suspend")
        assert (event.actor_id, event.target_id) == (admin.pk, str(officer.pk))
        assert event.personal_value["reason"] == "Under inquiry"
        (letter,) = send_letters()
        assert "paused" in letter.body
        assert "inquiry" not in letter.body

    def test_wants_a_reason(self, admin: Member, officer: Member) -> None:
        with pytest.raises(ReasonMissing):
            actions.suspend(officer.pk, reason=" ", by=admin, at=NOW)
        officer.refresh_from_db()
        assert officer.is_active

    def test_is_not_done_to_oneself_to_strangers_or_twice(
        self, admin: Member, second_admin: Member, officer: Member, south_lead: Member
    ) -> None:
        for member, error in (
            (admin, actions.Oneself),
            (south_lead, queries.MemberNotFound),
        ):
            with pytest.raises(error):
                actions.suspend(member.pk, reason=REASON, by=admin, at=NOW)
        actions.suspend(officer.pk, reason=REASON, by=admin, at=NOW)
        with pytest.raises(actions.WrongState):
            actions.suspend(officer.pk, reason=REASON, by=admin, at=NOW)

    def test_ends_with_a_reason_too(self, admin: Member, officer: Member) -> None:
        actions.suspend(officer.pk, reason=REASON, by=admin, at=NOW)

        returning.reactivate(officer.pk, reason="Inquiry closed", by=admin, at=NOW)

        officer.refresh_from_db()
        assert (officer.status, officer.is_active, officer.status_reason) == ("active", True, "")
        assert Event.objects.get(verb="member.reactivate").personal_value["reason"]

    def test_takes_the_contact_of_an_agency_from_its_place(
        self, admin: Member, officer: Member, west: Agency
    ) -> None:
        Agency.objects.filter(pk=west.pk).update(contact=officer)

        actions.suspend(officer.pk, reason=REASON, by=admin, at=NOW)

        west.refresh_from_db()
        assert west.contact is None


class TestLeaving:
    def test_is_said_on_the_own_page(self, officer: Member, client_of: ClientOf) -> None:
        client = client_of(officer)
        assert client.get("/account/leave/").status_code == 200

        gone = client.post("/account/leave/", {"reason": "New duty"})

        assert gone["Location"] == "/account/sign-in/"
        officer.refresh_from_db()
        assert (officer.status, officer.is_active) == ("left", False)
        assert client.get("/cases/").status_code == 302

    def test_takes_a_fresh_factor(self, officer: Member) -> None:
        from tests.signing_in import add_code_app, let_in

        add_code_app(officer)
        stale = let_in(Client(), officer, ago_s=600)

        answer = stale.post("/account/leave/", {"reason": REASON})

        assert answer["Location"].startswith("/account/confirm/")
        officer.refresh_from_db()
        assert officer.is_active

    def test_is_noted_by_an_administrator(self, admin: Member, officer: Member) -> None:
        actions.has_left(officer.pk, reason=REASON, by=admin, at=NOW)

        officer.refresh_from_db()
        assert officer.status == "left"
        assert Event.objects.get(verb="member.leave").actor_id == admin.pk
        with pytest.raises(actions.WrongState):
            actions.has_left(officer.pk, reason=REASON, by=admin, at=NOW)

    def test_is_refused_to_the_last_administrator(
        self, admin: Member, client_of: ClientOf
    ) -> None:
        answer = client_of(admin).post("/account/leave/", {"reason": REASON})

        assert answer.status_code == 409
        assert "member.last_one" in answer.content.decode()
        admin.refresh_from_db()
        assert admin.is_active

    def test_can_be_taken_back(self, admin: Member, officer: Member) -> None:
        actions.has_left(officer.pk, reason=REASON, by=admin, at=NOW)

        returning.reactivate(officer.pk, reason="Came back", by=admin, at=NOW)

        officer.refresh_from_db()
        assert officer.is_active


class TestThePages:
    def test_list_the_members_and_find_some_of_them(
        self, admin: Member, officer: Member, south_lead: Member, client_of: ClientOf
    ) -> None:
        client = client_of(admin)

        page = client.get("/members/").content.decode()
        assert "Olav" in page
        assert "Sani" not in page
        for asked, is_there in (
            ("words=olav", True),
            ("role=supervisor", True),
            ("role=auditor", False),
            ("status=left", False),
            ("status=nonsense", True),
        ):
            assert ("Olav" in client.get(f"/members/?{asked}").content.decode()) is is_there, asked

    def test_show_what_was_done_to_a_member_but_no_sign_in(
        self, admin: Member, officer: Member, client_of: ClientOf
    ) -> None:
        from haven.accounts import actions as accounts

        accounts.note("member.sign_in", of=officer, at=NOW)
        actions.change_roles(officer.pk, roles=["analyst"], by=admin, at=NOW)

        page = client_of(admin).get(f"/members/{officer.pk}/").content.decode()

        assert "The roles of a member were changed." in page
        assert "A member signed in." not in page

    def test_of_another_agency_are_not_there(
        self, admin: Member, south_lead: Member, client_of: ClientOf
    ) -> None:
        client = client_of(admin)

        for path in ("", "roles/", "suspend/", "reactivate/", "left/", "confirm/"):
            address = f"/members/{south_lead.pk}/{path}"
            sent = client.post(address, {"reason": REASON}) if path else client.get(address)
            assert sent.status_code == 404, path
        south_lead.refresh_from_db()
        assert (south_lead.is_active, south_lead.roles) == (True, ["investigator"])

    def test_without_a_reason_say_so_beside_the_field(
        self, admin: Member, officer: Member, client_of: ClientOf
    ) -> None:
        answer = client_of(admin).post(f"/members/{officer.pk}/suspend/", {"reason": ""})

        assert answer.status_code == 422
        assert "field__error" in answer.content.decode()

    def test_tell_a_member_what_the_roles_allow(
        self, officer: Member, client_of: ClientOf
    ) -> None:
        client = client_of(officer)
        client.post("/account/profile/", {"languages": ["nb", "fr"]})

        page = client.get("/account/profile/").content.decode()

        assert "vouch for applicants" in page
        assert "French, Norwegian Bokmål" in page
        officer.refresh_from_db()
        assert officer.languages == ["fr", "nb"]


def test_letters_go_to_nobody_without_an_address(admin: Member, officer: Member) -> None:
    Member.objects.filter(pk=officer.pk).update(email="")

    actions.suspend(officer.pk, reason=REASON, by=admin, at=NOW)

    assert send_letters() == []
    assert outbox.outbox == []


@pytest.mark.parametrize(
    "address",
    [
        "/agencies/1/status/",
        "/agencies/1/domains/1/remove/",
        "/applications/00000000-0000-0000-0000-000000000001/approve/",
    ],
)
def test_what_lets_in_or_shuts_out_takes_a_fresh_factor(curator: Member, address: str) -> None:
    from tests.signing_in import add_code_app, let_in

    add_code_app(curator)
    stale = let_in(Client(), curator, ago_s=600)

    assert stale.post(address)["Location"].startswith("/account/confirm/")
