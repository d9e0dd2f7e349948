"""Help for the member: one key away on every page, the agency's own first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from haven.web.errors import NotAllowed
from haven.workbench.wellbeing import helping
from haven.workbench.wellbeing.models import HelpPlace
from tests.walls import role
from tests.workbench.build import NOW

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member

Browser = Callable[["Member"], Client]


@pytest.fixture
def admin(north: "Agency") -> "Member":
    from haven.accounts.models import Member

    return Member.objects.create_user(
        username="marit",
        password="x" * 12,
        display_name="M",
        agency=north,
        roles=["administrator"],
    )


@pytest.fixture
def place(admin: "Member") -> HelpPlace:
    return helping.add(name="Chaplain", reach="Room 3", what_for="", by=admin, at=NOW)


class TestHelp:
    @pytest.mark.parametrize("page", ["cases:list", "cases:open", "keys", "wellbeing:own"])
    def test_is_a_link_on_every_page(
        self, page: str, north_lead: "Member", client_of: Browser
    ) -> None:
        told = client_of(north_lead).get(reverse(page)).content.decode()

        assert told.count(f'href="{reverse("wellbeing:help")}"') >= 2

    def test_shows_what_the_agency_wrote_to_its_members_alone(
        self, place: HelpPlace, north_lead: "Member", south_lead: "Member", client_of: Browser
    ) -> None:
        assert "Room 3" in client_of(north_lead).get(reverse("wellbeing:help")).content.decode()
        other = client_of(south_lead).get(reverse("wellbeing:help")).content.decode()
        assert "Room 3" not in other
        with role("haven_web", member=south_lead):
            assert list(HelpPlace.objects.all()) == []

    def test_is_written_by_the_administrator_on_the_page(
        self, admin: "Member", client_of: Browser
    ) -> None:
        browser = client_of(admin)

        browser.post(reverse("wellbeing:add_help"), {"name": "Peers", "reach": "555 01"})
        (kept,) = helping.places(admin)
        assert "555 01" in browser.get(reverse("wellbeing:help")).content.decode()
        browser.post(reverse("wellbeing:remove_help", args=[kept.pk]))

        assert not helping.places(admin).exists()

    def test_is_not_written_by_who_works_on_cases(
        self, north_lead: "Member", client_of: Browser
    ) -> None:
        with pytest.raises(NotAllowed):
            helping.add(name="x", reach="x", what_for="", by=north_lead, at=NOW)
        page = client_of(north_lead).get(reverse("wellbeing:help")).content.decode()
        assert reverse("wellbeing:add_help") not in page

    def test_names_bodies_of_the_country_and_of_no_country(
        self, north_lead: "Member", north: "Agency"
    ) -> None:
        assert {one.country for one in helping.bodies(north_lead)} == {helping.ANYWHERE}

        north.country = "GB"
        north.save()
        north_lead.refresh_from_db()
        assert {one.country for one in helping.bodies(north_lead)} == {"GB", helping.ANYWHERE}

    def test_has_a_source_for_every_body(self) -> None:
        assert all(one.source.startswith("https://") for one in helping.BODIES)
