"""Invitations: a colleague comes in by a link, the terms and a second factor."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from haven.accounts.agencies.addresses import WrongAddress
from haven.accounts.invitations import actions, queries
from haven.accounts.invitations.models import Invitation
from haven.accounts.members import actions as members
from haven.accounts.members.actions import NotYours, WrongState
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links.actions import LinkEnded
from haven.accounts.terms import texts
from haven.audit.models import Event, Personal
from haven.web.errors import NotAllowed
from tests.accounts import people
from tests.accounts.people import NOW, code_in, link_in, send_letters
from tests.signing_in import add_code_app, let_in

ClientOf = Callable[[Member], Client]
DAY = dt.timedelta(days=1)
VERSION = texts.current().version


def invite(by: Member, *, email: str = "eva@west.example", **more: object) -> Invitation:
    asked = {"agency": by.agency, "name": "Eva", "roles": ["investigator"], **more}
    return actions.invite(email=email, by=by, at=NOW, **asked)  # type: ignore[arg-type]


def code_of(_invitation: Invitation) -> str:
    return code_in(send_letters()[-1])


def accept(address: str) -> Member:
    code = address.rstrip("/").rpartition("/")[2]
    return actions.accept(code, version=VERSION, language="en", at=NOW)


class TestInviting:
    def test_writes_a_letter_and_makes_no_member_yet(self, admin: Member) -> None:
        invite(admin)

        (letter,) = send_letters()
        assert letter.to == ["eva@west.example"]
        assert "Astrid invites you" in letter.body
        assert not Member.objects.filter(email="eva@west.example").exists()
        assert people.verbs()[-1] == "invitation.make"

    @pytest.mark.parametrize(
        ("email", "error"),
        [
            ("eva@east.example", actions.AddressNotOfAgency),
            ("eva@sub.west.example", actions.AddressNotOfAgency),
            ("eva@west.example.evil.example", actions.AddressNotOfAgency),
            ("eva@gmail.com", WrongAddress),
            ("eva+two@west.example", WrongAddress),
            ("eva@w\u0435st.example", WrongAddress),
            ("astrid@west.example", actions.AddressTaken),
        ],
    )
    def test_refuses_an_address(self, admin: Member, email: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            invite(admin, email=email)

    def test_refuses_a_second_open_one_of_an_address(self, admin: Member) -> None:
        invite(admin)

        with pytest.raises(actions.AddressTaken):
            invite(admin, email="EVA@west.example")
        with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
            first = Invitation.objects.get()
            first.pk, first.email = None, "Eva@West.example"
            first.save(force_insert=True)

    @pytest.mark.parametrize("roles", [[], ["curator"], ["provider"], ["investigator", "curator"]])
    def test_gives_no_role_that_is_not_the_inviter_s_to_give(
        self, admin: Member, roles: list[str]
    ) -> None:
        with pytest.raises(NotYours):
            invite(admin, roles=roles)

    def test_is_for_the_own_agency(self, admin: Member, north_lead: Member) -> None:
        with pytest.raises(NotYours):
            invite(admin, agency=north_lead.agency)

    def test_is_not_for_an_investigator(self, officer: Member) -> None:
        with pytest.raises(NotAllowed):
            invite(officer)

    def test_by_a_curator_appoints_an_administrator_or_a_provider(
        self, curator: Member, west: Agency, provider: Agency
    ) -> None:
        invite(curator, agency=west, roles=["administrator"])
        invite(curator, agency=provider, email="pat@tools.example", roles=["provider"])

        with pytest.raises(NotYours):
            invite(curator, agency=provider, email="p@tools.example", roles=["administrator"])
        with pytest.raises(NotYours):
            invite(curator, agency=west, email="q@west.example", roles=["investigator"])

    def test_by_a_curator_who_also_administers_gives_elsewhere_what_a_curator_gives(
        self, west: Agency, north: Agency, client_of: ClientOf
    ) -> None:
        both = people.member("Cleo", north, "administrator", "curator")

        with pytest.raises(NotYours):
            invite(both, agency=west, roles=["investigator"])
        form = client_of(both).get(f"/agencies/{west.pk}/invite/").content.decode()
        assert 'value="administrator"' in form
        assert 'value="investigator"' not in form
        invite(both, agency=west, roles=["administrator"])

    def test_takes_a_fresh_factor(self, admin: Member) -> None:
        add_code_app(admin)
        stale = let_in(Client(), admin, ago_s=600)
        sent = {"name": "Eva", "email": "eva@west.example", "roles": ["administrator"]}

        answer = stale.post("/members/invitations/", sent)

        assert answer["Location"].startswith("/account/confirm/")
        assert not Invitation.objects.exists()
        assert stale.get("/members/invitations/").status_code == 200


class TestAccepting:
    def test_makes_a_member_who_sets_up_the_sign_in(self, admin: Member, client: Client) -> None:
        invite(admin, roles=["analyst"])
        (letter,) = send_letters()
        address = link_in(letter)

        shown = client.get(address).content.decode()
        done = client.post(address, {"version": VERSION, "agree": "on"})

        assert "Terms of engagement" in shown
        assert done.status_code == 302
        assert done["Location"].startswith("/account/first/")
        member = Member.objects.get(email="eva@west.example")
        assert (member.roles, member.status, member.username) == (
            ["analyst"],
            "invited",
            "eva@west.example",
        )
        assert not member.has_usable_password()
        assert member.acceptances.get().version == VERSION
        assert people.verbs()[-3:] == ["member.add", "member.accept_terms", "invitation.accept"]
        at_the_door = client.get(done["Location"], follow=True)
        assert at_the_door.status_code == 200

    def test_makes_a_member_active_once_a_factor_is_there(self, admin: Member) -> None:
        from allauth.mfa.signals import authenticator_added

        invitation = invite(admin)
        member = actions.accept(code_of(invitation), version=VERSION, language="en", at=NOW)

        authenticator_added.send(sender=object, request=None, user=member, authenticator=None)

        member.refresh_from_db()
        assert member.status == "active"
        assert people.verbs()[-1] == "member.arrive"

    def test_works_once(self, admin: Member) -> None:
        code = code_of(invite(admin))
        actions.accept(code, version=VERSION, language="en", at=NOW)

        with pytest.raises(LinkEnded):
            actions.accept(code, version=VERSION, language="en", at=NOW)
        assert Member.objects.filter(email="eva@west.example").count() == 1

    def test_takes_the_agreement(self, admin: Member, client: Client) -> None:
        invite(admin)
        address = link_in(send_letters()[-1])

        answer = client.post(address, {"version": VERSION})

        assert answer.status_code == 422
        assert "Without your agreement" in answer.content.decode()
        assert not Member.objects.filter(email="eva@west.example").exists()

    def test_takes_the_terms_that_hold(self, admin: Member, client: Client) -> None:
        invite(admin)
        address = link_in(send_letters()[-1])

        assert client.post(address, {"version": "2020-1", "agree": "on"}).status_code == 409
        assert not Member.objects.filter(email="eva@west.example").exists()
        assert client.get(address).status_code == 200  # the link was not used up

    def test_looking_uses_nothing_up(self, admin: Member, client: Client) -> None:
        invite(admin)
        address = link_in(send_letters()[-1])

        for _ in range(3):
            assert client.get(address).status_code == 200

    def test_ends_with_time(self, admin: Member) -> None:
        code = code_of(invite(admin))

        with pytest.raises(LinkEnded):
            actions.accept(code, version=VERSION, language="en", at=NOW + 3 * DAY)

    def test_ends_when_taken_back(self, admin: Member, client: Client) -> None:
        invitation = invite(admin)
        address = link_in(send_letters()[-1])
        actions.revoke(invitation.pk, by=admin, at=NOW)

        answer = client.get(address)

        assert answer.status_code == 404
        assert "This link has ended" in answer.content.decode()
        assert "taken back" in send_letters()[-1].body

    def test_ends_when_sent_again(self, admin: Member, client: Client) -> None:
        invitation = invite(admin)
        first = link_in(send_letters()[-1])
        actions.renew(invitation.pk, by=admin, at=NOW)
        second = link_in(send_letters()[-1])

        assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)

    def test_is_over_when_the_agency_no_longer_takes_part(self, admin: Member) -> None:
        code = code_of(invite(admin))
        Agency.objects.update(status="suspended", status_reason="x")

        with pytest.raises(LinkEnded):
            actions.accept(code, version=VERSION, language="en", at=NOW)

    def test_is_over_when_the_inviter_is_paused_until_a_colleague_renews_it(
        self, admin: Member, second_admin: Member, client: Client
    ) -> None:
        invitation = invite(admin)
        address = link_in(send_letters()[-1])
        members.suspend(admin.pk, reason=people.REASON, by=second_admin, at=NOW)

        assert client.get(address).status_code == 404
        with pytest.raises(LinkEnded):
            accept(address)
        actions.renew(invitation.pk, by=second_admin, at=NOW)
        letter = send_letters()[-1]
        assert "Bo invites you" in letter.body
        assert accept(link_in(letter)).roles == ["investigator"]

    def test_is_over_when_the_inviter_may_give_the_roles_no_more(
        self, admin: Member, second_admin: Member
    ) -> None:
        invite(admin)
        address = link_in(send_letters()[-1])
        members.change_roles(admin.pk, roles=["auditor"], by=second_admin, at=NOW)

        with pytest.raises(LinkEnded):
            accept(address)


class TestLookingAfterThem:
    def test_is_for_the_own_agency(self, admin: Member, north: Agency) -> None:
        invitation = invite(admin)
        other = people.member("Nora", north, "administrator")

        for act in (actions.renew, actions.revoke):
            with pytest.raises(queries.InvitationNotFound):
                act(invitation.pk, by=other, at=NOW)

    def test_is_over_once_accepted(self, admin: Member) -> None:
        invitation = invite(admin)
        actions.accept(code_of(invitation), version=VERSION, language="en", at=NOW)

        for act in (actions.renew, actions.revoke):
            with pytest.raises(WrongState):
                act(invitation.pk, by=admin, at=NOW)

    def test_happens_on_a_page(self, admin: Member, client_of: ClientOf) -> None:
        client = client_of(admin)
        sent = {"name": "Eva", "email": "Eva@West.example", "roles": ["analyst"]}

        assert client.post("/members/invitations/", sent).status_code == 302
        again = client.post("/members/invitations/", sent)
        page = client.get("/members/invitations/").content.decode()

        assert again.status_code == 422
        assert "was invited already" in again.content.decode()
        assert "eva@west.example" in page
        key = Invitation.objects.get().pk
        assert client.post(f"/members/invitations/{key}/revoke/").status_code == 302
        assert Invitation.objects.get().state == "revoked"

    def test_erases_names_of_old_ones(self, admin: Member) -> None:
        invite(admin)

        assert actions.erase_old(at=NOW + 3 * DAY) == 0
        assert actions.erase_old(at=NOW + 40 * DAY) == 1
        one = Invitation.objects.get()
        assert (one.email, one.display_name, one.state) == ("", "", "revoked")
        assert not Personal.objects.filter(text__icontains="eva").exists()
        erased = Event.objects.get(verb="record.erase_personal")
        assert (erased.agency_id, erased.facts["erased"]) == (one.agency_id, 1)
