"""Providers of tools: in Haven without any right of an investigation, said by the database."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from haven.accounts.models import Agency, Member


def make(agency: Agency, roles: list[str]) -> Member:
    with transaction.atomic():
        return Member.objects.create_user(
            username="pat", display_name="Pat", agency=agency, roles=roles
        )


class TestTheDatabase:
    @pytest.mark.parametrize("role", ["investigator", "administrator", "auditor", "curator"])
    def test_refuses_a_provider_who_is_anything_else(self, provider: Agency, role: str) -> None:
        with pytest.raises(IntegrityError):
            make(provider, ["provider", role])

    @pytest.mark.parametrize("role", ["investigator", "administrator", "curator"])
    def test_refuses_another_role_at_a_provider(self, provider: Agency, role: str) -> None:
        with pytest.raises(IntegrityError, match="member_of_a_provider_is_a_provider_alone"):
            make(provider, [role])

    def test_refuses_a_provider_in_an_agency(self, north: Agency) -> None:
        with pytest.raises(IntegrityError, match="provider_is_a_member_of_a_provider"):
            make(north, ["provider"])

    def test_refuses_to_move_a_provider_into_an_agency(
        self, provider: Agency, north: Agency
    ) -> None:
        make(provider, ["provider"])

        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.filter(username="pat").update(agency=north)

    def test_refuses_to_give_a_provider_another_role_later(self, provider: Agency) -> None:
        make(provider, ["provider"])

        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.filter(username="pat").update(roles=["investigator"])

    def test_lets_no_organisation_change_sides(self, provider: Agency, north: Agency) -> None:
        for agency, kind in ((provider, "national"), (north, "provider")):
            with pytest.raises(IntegrityError, match="agency_stays"), transaction.atomic():
                Agency.objects.filter(pk=agency.pk).update(kind=kind)

    def test_lets_an_agency_become_another_kind_of_agency(self, north: Agency) -> None:
        assert Agency.objects.filter(pk=north.pk).update(kind="regional") == 1

    def test_takes_a_provider_at_a_provider(self, provider: Agency) -> None:
        assert make(provider, ["provider"]).roles == ["provider"]


class TestStatus:
    def test_nobody_suspended_can_sign_in(self, north_lead: Member) -> None:
        north_lead.status, north_lead.status_reason = "suspended", "Under inquiry"
        north_lead.status_at = timezone.now()

        with pytest.raises(IntegrityError, match="cannot_sign_in"), transaction.atomic():
            north_lead.save()

    def test_nobody_is_suspended_without_a_reason(self, north_lead: Member) -> None:
        north_lead.status, north_lead.is_active = "suspended", False

        with pytest.raises(IntegrityError, match="for_a_reason"), transaction.atomic():
            north_lead.save()

    def test_an_address_is_of_one_member(self, north_lead: Member, south_lead: Member) -> None:
        Member.objects.filter(pk=north_lead.pk).update(email="nora@north.example")

        with pytest.raises(IntegrityError, match="address_of_their_own"), transaction.atomic():
            Member.objects.filter(pk=south_lead.pk).update(email="Nora@North.example")
