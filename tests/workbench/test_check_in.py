"""The check-in: on the device, and for one colleague only where its member shares it."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from haven.audit.models import Event
from haven.workbench.wellbeing import checking_in, pauses
from haven.workbench.wellbeing.models import SharedCheckIn
from tests.walls import role
from tests.workbench.build import NOW

if TYPE_CHECKING:
    from haven.accounts.models import Member

Browser = Callable[["Member"], Client]
ANSWERS = [0, 1, 2, 3, 0, 1]


@pytest.fixture
def shared(north_lead: "Member", north_reader: "Member") -> SharedCheckIn:
    return checking_in.share(ANSWERS, with_pk=north_reader.pk, by=north_lead, at=NOW)


class TestSharing:
    def test_is_between_two(
        self, shared: SharedCheckIn, north_lead: "Member", north_reader: "Member", member: Any
    ) -> None:
        for one in (north_lead, north_reader):
            with role("haven_web", member=one):
                assert SharedCheckIn.objects.get() == shared
        with role("haven_web", member=member("olga")):
            assert list(SharedCheckIn.objects.all()) == []

    def test_can_be_taken_back_by_its_member_alone(
        self, shared: SharedCheckIn, north_lead: "Member", north_reader: "Member"
    ) -> None:
        with pytest.raises(checking_in.SharedNotFound):
            checking_in.erase(shared.public_id, by=north_reader)

        with role("haven_web", member=north_lead):
            checking_in.erase(shared.public_id, by=north_lead)

        assert not SharedCheckIn.objects.exists()

    def test_is_not_on_the_record(self, north_lead: "Member", north_reader: "Member") -> None:
        before = Event.objects.count()

        checking_in.share(ANSWERS, with_pk=north_reader.pk, by=north_lead, at=NOW)

        assert Event.objects.count() == before

    def test_ends_by_itself_after_ninety_days(self, shared: SharedCheckIn) -> None:
        pauses.forget(at=NOW + timedelta(days=89))
        assert SharedCheckIn.objects.get() == shared

        pauses.forget(at=NOW + timedelta(days=91))
        assert not SharedCheckIn.objects.exists()

    def test_goes_to_no_other_agency(self, north_lead: "Member", south_lead: "Member") -> None:
        with pytest.raises(checking_in.NoColleague):
            checking_in.share(ANSWERS, with_pk=south_lead.pk, by=north_lead, at=NOW)

    @pytest.mark.parametrize("answers", [[], [0] * 5, [4, 0, 0, 0, 0, 0]])
    def test_takes_an_answer_for_each_sentence(
        self, answers: list[int], north_lead: "Member", north_reader: "Member"
    ) -> None:
        with pytest.raises(checking_in.WrongAnswers):
            checking_in.share(answers, with_pk=north_reader.pk, by=north_lead, at=NOW)

    def test_works_on_the_page(
        self, north_lead: "Member", north_reader: "Member", client_of: Browser
    ) -> None:
        sent = {f"s{at}": str(answer) for at, answer in enumerate(ANSWERS)}

        client_of(north_lead).post(
            reverse("wellbeing:share"), {**sent, "with": str(north_reader.pk)}
        )

        told = client_of(north_reader).get(reverse("wellbeing:check_in")).content.decode()
        assert north_lead.display_name in told
        assert "Shared with you alone" in told


class TestWhatIsNotShared:
    def test_is_sent_by_no_button_but_share(
        self, north_lead: "Member", client_of: Browser
    ) -> None:
        page = client_of(north_lead).get(reverse("wellbeing:check_in")).content.decode()

        assert "web/check_in" in page  # which sends nothing: tests/hub/test_languages.py
        assert 'type="button" data-keep' in page
        assert 'type="button" data-erase' in page
