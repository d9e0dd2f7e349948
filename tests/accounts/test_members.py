"""Members and agencies: who is there, and how they come to be."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from haven.accounts import actions, queries
from haven.accounts.models import Agency, Member
from haven.audit.models import Event
from haven.web.errors import NotFound


class TestAdding:
    def test_a_member_is_recorded(self, north: Agency, north_lead: Member) -> None:
        made = actions.add_member(
            username="ola", display_name="Ola", agency=north, by=north_lead, at=timezone.now()
        )

        event = Event.objects.get(verb="member.add")
        assert (event.actor_id, event.target_id) == (north_lead.pk, str(made.pk))

    def test_a_member_without_a_password_cannot_sign_in(
        self, north: Agency, client: Client
    ) -> None:
        actions.add_member(
            username="ola", display_name="Ola", agency=north, by=None, at=timezone.now()
        )

        assert not client.login(username="ola", password="")

    def test_a_name_in_use_is_refused(self, north: Agency, north_lead: Member) -> None:
        with pytest.raises(actions.NameTaken):
            actions.add_member(
                username="north_lead", display_name="X", agency=north, by=None, at=timezone.now()
            )

    def test_an_agency_in_use_is_refused(self, north: Agency) -> None:
        with pytest.raises(actions.NameTaken):
            actions.add_agency(name="North", country="NO", by=None, at=timezone.now())

    def test_the_database_refuses_a_member_without_a_name(self, north: Agency) -> None:
        with pytest.raises(IntegrityError, match="member_has_a_name"), transaction.atomic():
            Member.objects.create(username="x", display_name="", agency=north)


class TestColleagues:
    def test_are_of_the_same_agency(
        self, north_lead: Member, north_reader: Member, south_lead: Member
    ) -> None:
        assert set(queries.colleagues(north_lead)) == {north_lead, north_reader}
        assert set(queries.colleagues(south_lead)) == {south_lead}

    def test_who_left_are_not_shown(self, north_lead: Member, north_reader: Member) -> None:
        north_reader.is_active = False
        north_reader.save()

        assert list(queries.colleagues(north_lead)) == [north_lead]

    def test_of_another_agency_are_not_found(self, north_lead: Member, south_lead: Member) -> None:
        with pytest.raises(NotFound):
            queries.colleague(north_lead, username="south_lead")


class TestFirstMember:
    ARGUMENTS = ("ola", "--name", "Ola Nordmann", "--agency", "West", "--country", "no")

    def test_comes_in_by_a_link_that_works_once_and_sets_up_a_factor(
        self, db: None, client: Client, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("createmember", *self.ARGUMENTS)
        link = capsys.readouterr().out.split()[-1]

        where = client.get(link, follow=True).redirect_chain[-1][0]
        done = client.post(where)
        chosen = {"new_password1": "seven-tall-trees", "new_password2": "seven-tall-trees"}
        kept = client.post("/account/password/", chosen)

        assert done["Location"] == "/account/enrol/"
        assert client.get("/cases/")["Location"] == "/account/enrol/"
        assert kept["Location"] == "/account/factors/code-app/add/"
        chose = Event.objects.get(verb="member.set_password")
        assert (chose.actor_name, chose.target_id) == ("Ola Nordmann", str(chose.actor_id))
        assert "This link has ended" in Client().get(link, follow=True).content.decode()

    def test_of_a_trial_administers_and_works_on_cases(self, db: None) -> None:
        call_command("createmember", *self.ARGUMENTS)
        call_command("createmember", "per", *self.ARGUMENTS[1:])

        assert Member.objects.get(username="ola").roles == [
            "administrator",
            "investigator",
            "supervisor",
        ]
        assert Member.objects.get(username="per").roles == ["investigator"]

    def test_in_service_administers_alone(self, db: None, settings: Settings) -> None:
        settings.HAVEN_MODE = "service"

        call_command("createmember", *self.ARGUMENTS)

        assert Member.objects.get(username="ola").roles == ["administrator"]

    def test_has_the_roles_that_were_named(self, db: None) -> None:
        call_command("createmember", *self.ARGUMENTS, "--role", "auditor", "--kind", "regional")

        made = Member.objects.get(username="ola")
        assert (made.roles, made.agency.kind) == (["auditor"], "regional")

    def test_of_a_taken_name_is_refused(self, db: None) -> None:
        call_command("createmember", *self.ARGUMENTS)

        with pytest.raises(CommandError, match="exists"):
            call_command("createmember", *self.ARGUMENTS)
