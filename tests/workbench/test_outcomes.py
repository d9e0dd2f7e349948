"""Outcomes: written by the lead, told to all who ever worked on a case and to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from haven.audit.models import Event
from haven.web.errors import NotAllowed
from haven.workbench.cases.models import Membership
from haven.workbench.retention import rows
from haven.workbench.wellbeing import actions, outcomes
from haven.workbench.wellbeing.models import Outcome
from tests.walls import role
from tests.workbench.build import NOW, person

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

Browser = Callable[["Member"], Client]
WORDS = "She is with her aunt."


@pytest.fixture
def left(case: "Case", found: "Callable[..., Item]", north_reader: "Member") -> "Member":
    """Return a member who saw something of the case and is not on it any more."""
    look = actions.begin(found("a.jpg", [person(0)]), step=2, area=1.0, by=north_reader, at=NOW)
    actions.end(look.public_id, how="released", by=north_reader, at=NOW + timedelta(seconds=2))
    Membership.objects.filter(case=case, member=north_reader).delete()
    return north_reader


@pytest.fixture
def outcome(case: "Case", left: "Member", north_lead: "Member") -> Outcome:
    return outcomes.write(case.public_id, kind="safeguarded", words=WORDS, by=north_lead, at=NOW)


class TestAnOutcome:
    def test_reaches_the_start_page_of_who_left_the_case(
        self, outcome: Outcome, left: "Member", client_of: Browser
    ) -> None:
        browser = client_of(left)
        start = browser.get(reverse("cases:list")).content.decode()
        assert reverse("wellbeing:notices") in start

        told = browser.get(reverse("wellbeing:notices"), HTTP_HX_REQUEST="true")

        assert WORDS in told.content.decode()
        assert outcome.number in told.content.decode()

    def test_is_put_away_once_and_for_this_member_alone(
        self, case: "Case", outcome: Outcome, left: "Member", client_of: Browser
    ) -> None:
        browser = client_of(left)
        away = reverse("wellbeing:put_away", args=[outcome.public_id])

        after = browser.post(away, HTTP_HX_REQUEST="true").content.decode()

        assert WORDS not in after
        assert browser.post(away).status_code == 302
        assert list(outcomes.notices(left)) == []
        assert list(outcomes.of_case(case)) == [outcome]

    def test_is_not_told_to_a_colleague_who_never_saw_the_case(
        self, outcome: Outcome, member: "Callable[[str], Member]", client_of: Browser
    ) -> None:
        other = member("olga")

        assert WORDS not in client_of(other).get(reverse("wellbeing:notices")).content.decode()
        put = client_of(other).post(reverse("wellbeing:put_away", args=[outcome.public_id]))
        assert put.status_code == 404
        with role("haven_web", member=other):
            assert list(Outcome.objects.all()) == []

    def test_is_behind_the_wall_for_who_left_as_well(
        self, outcome: Outcome, left: "Member", south_lead: "Member"
    ) -> None:
        with role("haven_web", member=left):
            assert list(Outcome.objects.all()) == [outcome]
        with role("haven_web", member=south_lead):
            assert list(Outcome.objects.all()) == []

    def test_is_written_by_the_lead_alone(self, case: "Case", north_reader: "Member") -> None:
        with pytest.raises(NotAllowed):
            outcomes.write(case.public_id, kind="unknown", words="", by=north_reader, at=NOW)

    def test_keeps_its_words_beside_the_record(self, outcome: Outcome) -> None:
        entry = Event.objects.get(verb="outcome.write")

        assert entry.facts == {"kind": "safeguarded"}
        assert WORDS not in str(entry.facts)

    def test_is_erased_with_the_case(self) -> None:
        owned = {model._meta.label for model, _ways in rows.owned()}

        assert {"wellbeing.Outcome", "wellbeing.OutcomeRead", "wellbeing.OptOut"} <= owned


class TestClosing:
    def test_a_case_leads_to_a_word_before_the_next(
        self, case: "Case", north_lead: "Member", client_of: Browser
    ) -> None:
        browser = client_of(north_lead)

        answer = browser.post(
            reverse("retention:close", args=[case.public_id]), {"act": "close"}, follow=True
        )

        told = answer.content.decode()
        assert "A word before the next" in told
        assert "Nobody has to say anything" in told
        overview = browser.get(reverse("review:overview", args=[case.public_id]))
        assert reverse("wellbeing:closing", args=[case.public_id]) in overview.content.decode()

    def test_lets_the_lead_write_what_became_of_it(
        self, case: "Case", north_lead: "Member", client_of: Browser
    ) -> None:
        client_of(north_lead).post(
            reverse("wellbeing:closing", args=[case.public_id]),
            {"kind": "charged", "words": WORDS},
        )

        assert (written := Outcome.objects.get()).kind == "charged"
        assert written.words == WORDS
