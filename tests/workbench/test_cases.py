"""Cases: who may open, see and join them."""

import pytest

from haven.audit import queries as audit
from haven.web.errors import NotAllowed
from haven.workbench.cases import actions, queries
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
