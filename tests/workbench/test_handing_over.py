"""“Not me, please”: hidden from who asked, waits for a colleague, tells nobody who it was."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from haven.audit import queries as audit
from haven.audit.models import Event
from haven.workbench.analysis import queries as analysis
from haven.workbench.cases import queries as cases
from haven.workbench.reveals import actions as reveals
from haven.workbench.wellbeing import handing
from haven.workbench.wellbeing.models import Handed, OptOut
from tests.walls import role
from tests.workbench.build import NOW, person
from tests.workbench.opened import who

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

Browser = Callable[["Member"], Client]


@pytest.fixture
def item(found: "Callable[..., Item]") -> "Item":
    return found("a.jpg", [person(0)])


@pytest.fixture
def colleague(case: "Case", north_reader: "Member") -> "Member":
    from haven.workbench.cases.models import Membership

    Membership.objects.filter(case=case, member=north_reader).update(role="worker")
    return north_reader


@pytest.fixture
def passed(case: "Case", item: "Item", north_lead: "Member") -> Handed:
    handing.pass_on(case.public_id, item.pk, by=north_lead)
    return Handed.objects.get()


@pytest.mark.usefixtures("passed")
class TestWhoAsked:
    def test_sees_a_closed_tile_and_no_view_of_it(
        self, case: "Case", item: "Item", north_lead: "Member", client_of: Browser
    ) -> None:
        browser = client_of(north_lead)

        grid = browser.get(reverse("review:items", args=[case.public_id])).content.decode()

        masked = reverse("analysis:masked", args=[case.public_id, item.pk])
        assert masked not in grid
        assert "you asked not to see it" in grid
        assert browser.get(masked).status_code == 404

    def test_sees_no_face_of_it(self, case: "Case", item: "Item", north_lead: "Member") -> None:
        face = item.faces.get()

        with pytest.raises(analysis.ViewNotFound):
            analysis.crop(case.public_id, face.pk, member=north_lead)

    def test_can_open_nothing_of_it(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        with pytest.raises(reveals.PassedOn):
            reveals.open_reveal(
                case.public_id, item.pk, reveals.Asked(3, "x"), who=who(north_lead, NOW)
            )
        with pytest.raises(reveals.PassedOn):
            reveals.ask_background(case.public_id, item.pk, by=north_lead, at=NOW)

    def test_gives_no_reason_and_leaves_no_entry(self, case: "Case") -> None:
        assert [one.verb for one in audit.of_case(case.pk) if "hand" in one.verb] == []
        assert not any(field.name == "reason" for field in Handed._meta.fields)
        assert not any(field.name == "reason" for field in OptOut._meta.fields)

    def test_can_see_it_after_all_and_nothing_stays(
        self, case: "Case", item: "Item", passed: Handed, north_lead: "Member", client_of: Browser
    ) -> None:
        browser = client_of(north_lead)
        page = browser.get(reverse("review:item", args=[case.public_id, item.pk]))
        back = reverse("wellbeing:take_back", args=[case.public_id, passed.public_id])
        assert back in page.content.decode()

        assert browser.post(back).status_code == 302

        assert not Handed.objects.exists()
        assert not OptOut.objects.exists()
        masked = reverse("analysis:masked", args=[case.public_id, item.pk])
        grid = browser.get(reverse("review:items", args=[case.public_id])).content.decode()
        assert masked in grid

    def test_may_ask_it_of_a_whole_case(
        self, case: "Case", item: "Item", north_lead: "Member", client_of: Browser
    ) -> None:
        browser = client_of(north_lead)
        browser.post(reverse("wellbeing:pass_case", args=[case.public_id]))

        assert handing.passed(case, north_lead).whole
        assert handing.is_kept(north_lead, item.pk)


class TestAColleague:
    def test_finds_it_on_a_list_that_names_nobody(
        self,
        case: "Case",
        passed: Handed,
        north_lead: "Member",
        colleague: "Member",
        client_of: Browser,
    ) -> None:
        told = client_of(colleague).get(reverse("wellbeing:handed_over", args=[case.public_id]))

        assert reverse("wellbeing:take", args=[case.public_id, passed.public_id]) in (
            page := told.content.decode()
        )
        assert north_lead.display_name not in page.partition("<main")[2]

    def test_cannot_find_out_who_asked_in_the_database(
        self, passed: Handed, north_lead: "Member", colleague: "Member"
    ) -> None:
        with role("haven_web", member=colleague):
            assert Handed.objects.get() == passed
            assert list(OptOut.objects.all()) == []
        with role("haven_web", member=north_lead):
            assert OptOut.objects.get().member_id == north_lead.pk

    def test_still_sees_the_item(self, item: "Item", passed: Handed, colleague: "Member") -> None:
        assert not handing.is_kept(colleague, item.pk)

    def test_who_takes_it_is_told_and_it_waits_no_more(
        self,
        case: "Case",
        passed: Handed,
        north_lead: "Member",
        colleague: "Member",
        client_of: Browser,
    ) -> None:
        browser = client_of(colleague)
        browser.post(reverse("wellbeing:take", args=[case.public_id, passed.public_id]))

        told = browser.get(reverse("wellbeing:handed_over", args=[case.public_id]))
        assert f"from {north_lead.display_name}" in told.content.decode()
        assert handing.listing(case, member=colleague).waiting == []
        entry = Event.objects.get(verb="handed.take")
        assert entry.facts == {"whole": False}
        assert str(north_lead.pk) not in str(entry.facts)

    def test_takes_it_once(self, case: "Case", passed: Handed, colleague: "Member") -> None:
        handing.take(case.public_id, passed.public_id, by=colleague, at=NOW)

        with pytest.raises(handing.HandedNotFound):
            handing.take(case.public_id, passed.public_id, by=colleague, at=NOW)

    def test_does_not_take_the_own(
        self, case: "Case", passed: Handed, north_lead: "Member"
    ) -> None:
        with pytest.raises(handing.HandedNotFound):
            handing.take(case.public_id, passed.public_id, by=north_lead, at=NOW)

    def test_takes_nothing_back_for_another(
        self, case: "Case", passed: Handed, colleague: "Member"
    ) -> None:
        with pytest.raises(handing.HandedNotFound), transaction.atomic():
            handing.take_back(case.public_id, passed.public_id, by=colleague)

    def test_of_another_agency_finds_no_list(
        self, case: "Case", passed: Handed, south_lead: "Member"
    ) -> None:
        with pytest.raises(cases.CaseNotFound):
            handing.take(case.public_id, passed.public_id, by=south_lead, at=NOW)
