"""The ledger of what is seen: counted before it is sent, private, and right after a silence."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction

from haven.workbench.wellbeing import actions, queries
from haven.workbench.wellbeing.models import AgencyPolicy, Exposure
from tests.walls import role
from tests.workbench.build import NOW, person

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member
    from haven.workbench.analysis.models import Item


def later(seconds: float) -> object:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def item(found: "Callable[..., Item]") -> "Item":
    return found("a.jpg", [person(0)])


@pytest.fixture
def open_look(item: "Item", north_lead: "Member") -> Exposure:
    return actions.begin(item, step=4, area=0.5, limit_s=20, by=north_lead, at=NOW)


class TestAnExposure:
    def test_that_is_let_go_counts_to_that_moment(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        for second in (2, 4):
            actions.beat(open_look.public_id, by=north_lead, at=later(second))

        row, ended_now = actions.end(
            open_look.public_id, how="released", by=north_lead, at=later(5)
        )

        assert ended_now
        assert (row.how, row.seconds(later(99))) == ("released", 5.0)

    def test_that_falls_silent_counts_to_the_last_moment_it_can_have_been_seen(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        actions.beat(open_look.public_id, by=north_lead, at=later(2))

        assert [one.pk for one in actions.sweep_lost(at=later(7.9))] == []
        (swept,) = actions.sweep_lost(at=later(600))

        assert (swept.how, swept.seconds(later(600))) == ("lost", 2.0 + queries.LIFE_S)

    def test_that_nobody_swept_counts_the_same(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        (seen,) = queries.own(north_lead, at=later(600))

        assert (seen.seconds, seen.area_s, seen.step) == (6.0, 3.0, 4)

    def test_ends_at_its_limit_however_often_the_page_beats(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        for second in range(2, 40, 2):
            row = actions.beat(open_look.public_id, by=north_lead, at=later(second))

        assert (row.how, row.seconds(later(99))) == ("limit", 20.0)

    def test_told_too_late_was_lost(self, open_look: Exposure, north_lead: "Member") -> None:
        row, _now = actions.end(open_look.public_id, how="released", by=north_lead, at=later(3600))

        assert (row.how, row.seconds(later(3600))) == ("lost", 6.0)

    def test_ends_once(self, open_look: Exposure, north_lead: "Member") -> None:
        actions.end(open_look.public_id, how="idle", by=north_lead, at=later(1))

        row, ended_now = actions.end(
            open_look.public_id, how="released", by=north_lead, at=later(3)
        )

        assert not ended_now
        assert (row.how, row.seconds(later(9))) == ("idle", 1.0)

    def test_ends_when_the_member_looks_at_something_else(
        self, open_look: Exposure, item: "Item", north_lead: "Member"
    ) -> None:
        actions.begin(item, step=3, area=0.1, by=north_lead, at=later(1))

        open_look.refresh_from_db()
        assert (open_look.how, open_look.seconds(later(9))) == ("blurred", 1.0)
        assert sum(one.seconds for one in queries.own(north_lead, at=later(2))) == 2.0

    def test_that_is_over_sends_nothing_more(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        actions.sent(open_look.public_id, area=0.5, by=north_lead, at=later(1))
        actions.end(open_look.public_id, how="released", by=north_lead, at=later(2))

        with pytest.raises(actions.ExposureOver):
            actions.sent(open_look.public_id, area=0.5, by=north_lead, at=later(2))

        open_look.refresh_from_db()
        assert (open_look.n_sent, open_look.area_sent) == (1, 0.5)

    def test_tells_whoever_records_how_it_ended(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        told: list[str] = []

        def listen(exposure: Exposure, **_rest: object) -> None:
            told.append(exposure.how)

        actions.ended.connect(listen)
        actions.sweep_lost(at=later(60))
        actions.sweep_lost(at=later(61))
        actions.ended.disconnect(listen)

        assert told == ["lost"]

    def test_cannot_be_changed_afterwards(self, open_look: Exposure, north_lead: "Member") -> None:
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
            Exposure.objects.update(step=1)

        actions.end(open_look.public_id, how="released", by=north_lead, at=later(1))
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
            Exposure.objects.update(ended_at=NOW)


class TestTheLedger:
    def test_is_the_members_alone(
        self, open_look: Exposure, north_lead: "Member", north_reader: "Member"
    ) -> None:
        with role("haven_web", member=north_reader):
            assert list(Exposure.objects.all()) == []
            with pytest.raises(queries.ExposureNotFound):
                queries.get(open_look.public_id, member=north_lead)
        with role("haven_web", member=north_lead):
            assert queries.get(open_look.public_id, member=north_lead) == open_look

    def test_stays_with_a_member_who_is_taken_off_the_case(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        from haven.workbench.cases.models import Membership

        Membership.objects.filter(member=north_lead).delete()

        with role("haven_web", member=north_lead):
            assert [one.step for one in queries.own(north_lead, at=NOW)] == [4]

    def test_cannot_be_written_for_somebody_else(
        self, item: "Item", north_lead: "Member", north_reader: "Member"
    ) -> None:
        with (
            role("haven_web", member=north_reader),
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
        ):
            actions.begin(item, step=3, area=0.1, by=north_lead, at=NOW)

    def test_cannot_be_taken_back_by_the_site(
        self, open_look: Exposure, north_lead: "Member"
    ) -> None:
        with (
            role("haven_web", member=north_lead),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            Exposure.objects.all().delete()

    def test_adds_up_by_case_day_and_step(self, item: "Item", north_lead: "Member") -> None:
        for day, step in ((0, 3), (0, 3), (0, 4), (1, 4)):
            at = NOW + timedelta(days=day)
            one = actions.begin(item, step=step, area=0.25, by=north_lead, at=at)
            actions.end(one.public_id, how="released", by=north_lead, at=at + timedelta(seconds=4))

        seen = queries.own(north_lead, at=NOW + timedelta(days=2))

        assert [(one.day.day, one.step, one.times, one.seconds, one.area_s) for one in seen] == [
            (2, 4, 1, 4.0, 1.0),
            (1, 3, 2, 8.0, 2.0),
            (1, 4, 1, 4.0, 1.0),
        ]
        assert [one.day.day for one in queries.own(north_lead, at=NOW, since=seen[0].day)] == [2]


class TestAPolicy:
    def test_that_nobody_set_asks_for_reasons_and_a_factor(self, north: "Agency") -> None:
        policy = queries.policy(north.pk)

        assert (policy.part_needs_reason, policy.whole_needs_reason) == (True, True)
        assert (policy.whole_needs_factor, policy.whole_needs_two) == (True, False)

    def test_is_seen_by_its_agency_alone(
        self, north: "Agency", north_lead: "Member", south_lead: "Member"
    ) -> None:
        AgencyPolicy.objects.create(agency=north, reveal_max_s=5)

        with role("haven_web", member=north_lead):
            assert queries.policy(north.pk).reveal_max_s == 5
        with role("haven_web", member=south_lead):
            assert queries.policy(north.pk).reveal_max_s == 20
