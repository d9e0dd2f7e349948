"""Cases: who may open, see and join them."""

import pytest
from django.urls import reverse

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.cases import actions, queries
from haven.workbench.cases.models import Membership
from tests.workbench.build import NOW


class TestOpenCase:
    def test_makes_whoever_opens_it_its_lead_and_records_it(self, north_lead):
        case = actions.open_case(number=" 7 ", name="Harbour", by=north_lead, at=NOW)

        assert (case.number, case.my_role, case.agency_id) == ("7", "lead", north_lead.agency_id)
        assert [event.verb for event in audit.of_case(case.pk)] == ["case.open"]

    def test_refuses_a_number_that_the_agency_uses(self, case, north_lead):
        with pytest.raises(actions.NumberTaken):
            actions.open_case(number=case.number, name="Other", by=north_lead, at=NOW)

    def test_lets_another_agency_use_the_same_number(self, case, south_lead):
        actions.open_case(number=case.number, name="Other", by=south_lead, at=NOW)


class TestVisibleTo:
    def test_shows_a_case_to_its_members_alone(self, case, north_lead, north_reader, south_lead):
        assert [
            queries.visible_to(one).count() for one in (north_lead, north_reader, south_lead)
        ] == [
            1,
            1,
            0,
        ]

    def test_hides_a_case_from_a_colleague_who_is_not_on_it(self, case, north):
        from haven.accounts.models import Member

        colleague = Member.objects.create_user(
            username="c", password="x" * 12, display_name="C", agency=north
        )

        assert not queries.visible_to(colleague).exists()


class TestAddMember:
    def test_is_for_the_lead_alone(self, case, north_reader, north_lead):
        with pytest.raises(NotAllowed):
            actions.add_member(
                case.public_id, member=north_lead, role="worker", by=north_reader, at=NOW
            )

    def test_refuses_a_member_of_another_agency(self, case, north_lead, south_lead):
        with pytest.raises(actions.OtherAgency):
            actions.add_member(
                case.public_id, member=south_lead, role="reader", by=north_lead, at=NOW
            )

    def test_tells_a_stranger_that_there_is_no_case(self, case, south_lead, north_reader):
        with pytest.raises(queries.CaseNotFound):
            actions.add_member(
                case.public_id, member=north_reader, role="reader", by=south_lead, at=NOW
            )


class TestMembersOfACase:
    def test_change_of_role_holds_at_once_and_is_recorded(self, case, north_lead, north_reader):
        actions.change_role(case.public_id, north_reader.pk, role="worker", by=north_lead, at=NOW)

        assert queries.allows(queries.get(case.public_id, member=north_reader), "work")
        entry = audit.of_case(case.pk).first()
        assert (entry.verb, entry.facts["before"], entry.facts["role"]) == (
            "case.change_role",
            "reader",
            "worker",
        )

    def test_taking_off_hides_the_case_at_once_and_is_recorded(
        self, case, north_lead, north_reader, client_of
    ):
        client = client_of(north_reader)
        url = f"/cases/{case.public_id}/"
        before = client.get(url).status_code

        actions.take_off(case.public_id, north_reader.pk, by=north_lead, at=NOW)

        assert (before, client.get(url).status_code) == (200, 404)
        assert "Harbour" not in client.get("/cases/").content.decode()
        assert audit.of_case(case.pk).filter(verb="case.take_off").count() == 1

    def test_somebody_always_leads(self, case, north_lead, north_reader):
        with pytest.raises(actions.LastLead):
            actions.take_off(case.public_id, north_lead.pk, by=north_lead, at=NOW)
        with pytest.raises(actions.LastLead):
            actions.change_role(
                case.public_id, north_lead.pk, role="worker", by=north_lead, at=NOW
            )

        actions.change_role(case.public_id, north_reader.pk, role="lead", by=north_lead, at=NOW)
        actions.change_role(case.public_id, north_lead.pk, role="worker", by=north_lead, at=NOW)

        assert queries.get(case.public_id, member=north_lead).my_role == "worker"

    @pytest.mark.parametrize("act", ["change_role", "take_off", "name_responsible"])
    def test_is_for_who_leads_and_hidden_from_strangers(
        self, case, north_lead, north_reader, south_lead, act
    ):
        more = {"role": "worker"} if act == "change_role" else {}
        with pytest.raises(NotAllowed):
            getattr(actions, act)(case.public_id, north_lead.pk, by=north_reader, at=NOW, **more)
        with pytest.raises(queries.CaseNotFound):
            getattr(actions, act)(case.public_id, north_lead.pk, by=south_lead, at=NOW, **more)
        with pytest.raises(actions.MemberNotOnCase):
            getattr(actions, act)(case.public_id, south_lead.pk, by=north_lead, at=NOW, **more)

    def test_nobody_joins_without_a_role_for_casework(self, case, north_lead, north):
        from haven.accounts.models import Member

        auditor = Member.objects.create_user(
            username="a", password="x" * 12, display_name="A", agency=north, roles=["auditor"]
        )

        assert auditor not in queries.colleagues(case, of=north_lead)
        with pytest.raises(actions.NoCasework):
            actions.add_member(
                case.public_id, member=auditor, role="reader", by=north_lead, at=NOW
            )


class TestResponsibleOfficer:
    def test_is_who_opened_the_case_until_another_is_named(self, case, north_lead, north_reader):
        assert case.responsible == north_lead
        with pytest.raises(actions.ReadsOnly):
            actions.name_responsible(case.public_id, north_reader.pk, by=north_lead, at=NOW)
        actions.change_role(case.public_id, north_reader.pk, role="lead", by=north_lead, at=NOW)

        with pytest.raises(actions.StillResponsible):
            actions.take_off(case.public_id, north_lead.pk, by=north_reader, at=NOW)
        actions.name_responsible(case.public_id, north_reader.pk, by=north_lead, at=NOW)
        actions.take_off(case.public_id, north_lead.pk, by=north_reader, at=NOW)

        assert queries.get(case.public_id, member=north_reader).responsible == north_reader


class TestMembersPage:
    def test_lets_who_leads_change_and_take_off(self, case, client_of, north_lead, north_reader):
        client = client_of(north_lead)
        url = f"/cases/{case.public_id}/members/"

        client.post(f"{url}{north_reader.pk}/role/", {"role": "worker"})
        assert queries.get(case.public_id, member=north_reader).my_role == "worker"

        refused = client.post(f"{url}{north_lead.pk}/off/", follow=True)
        assert "Somebody must lead the case" in refused.content.decode()

        done = client.post(f"{url}{north_reader.pk}/off/", follow=True)
        assert "cannot see it" in done.content.decode()
        assert not queries.visible_to(north_reader).exists()

    def test_shows_a_reader_no_way_to_change(self, case, client_of, north_reader):
        text = client_of(north_reader).get(f"/cases/{case.public_id}/members/").content.decode()

        assert "Nora Lead" in text
        assert "responsible officer" in text
        assert "/off/" not in text
        assert "/role/" not in text

    def test_asks_for_a_fresh_factor_before_a_role_changes(
        self, case, client_of, north_lead, north_reader, settings
    ):
        client = client_of(north_lead)
        settings.HAVEN_FRESH_FACTOR_S = 0
        where = [case.public_id, north_reader.pk]

        for url, form in (
            (reverse("cases:role", args=where), {"role": "lead"}),
            (reverse("cases:take_off", args=where), {}),
            (reverse("cases:responsible", args=where[:1]), {"member": north_reader.pk}),
            (reverse("cases:members", args=where[:1]), {"member": "x", "role": "lead"}),
        ):
            assert "/account/" in client.post(url, form)["Location"]

        assert Membership.objects.get(member=north_reader).role == "reader"

    def test_overview_names_the_responsible_officer(self, case, client_of, north_reader):
        page = client_of(north_reader).get(reverse("review:overview", args=[case.public_id]))

        assert "Responsible officer" in page.content.decode()
        assert case.responsible.display_name in page.content.decode()
