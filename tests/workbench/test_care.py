"""Care: pauses at the right time, the end of the day, what an agency sets and what it rests on."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haven.audit import queries as audit
from haven.audit.models import Event
from haven.web.errors import NotAllowed
from haven.workbench.reveals import actions as reveals
from haven.workbench.wellbeing import (
    actions,
    evidence,
    forms,
    groups,
    own,
    pauses,
    policies,
    queries,
)
from haven.workbench.wellbeing.models import AgencyPolicy, Exposure, GroupWeek, Sitting
from tests.walls import role
from tests.workbench.build import NOW, person
from tests.workbench.opened import who

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case

Saw = Callable[[str, float, datetime], None]


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def work(member: "Member", *, begin: float = 0, end: float) -> None:
    """Have a member act every two minutes from one minute to another."""
    minute = begin
    while minute <= end:
        pauses.note(member, acted_at=after(minute))
        minute += 2


@pytest.fixture
def item(found: "Callable[..., Item]") -> "Item":
    return found("a.jpg", [person(0)])


@pytest.fixture
def wellbeing_lead(north: "Agency") -> "Member":
    from haven.accounts.models import Member

    return Member.objects.create_user(
        username="selma",
        password="x" * 12,
        display_name="Selma",
        agency=north,
        roles=["wellbeing"],
    )


class TestAPause:
    def test_is_suggested_after_an_hour_without_one(self, north_lead: "Member") -> None:
        work(north_lead, end=58)
        assert pauses.prompt(north_lead, at=after(58)).kind == pauses.NONE

        work(north_lead, begin=60, end=60)
        told = pauses.prompt(north_lead, at=after(60))

        assert (told.kind, told.sitting_s) == (pauses.BREAK, 3600)

    def test_that_was_taken_begins_the_count_again(self, north_lead: "Member") -> None:
        work(north_lead, end=40)
        work(north_lead, begin=46, end=90)

        told = pauses.prompt(north_lead, at=after(90))

        assert (told.kind, told.sitting_s) == (pauses.NONE, 44 * 60)
        assert told.day_s == 84 * 60

    def test_is_not_suggested_while_it_is_taken(self, north_lead: "Member") -> None:
        work(north_lead, end=70)

        assert pauses.prompt(north_lead, at=after(75.1)).kind == pauses.NONE

    def test_can_be_put_off_and_is_suggested_again(self, north_lead: "Member") -> None:
        work(north_lead, end=60)
        pauses.later(north_lead, at=after(60))
        work(north_lead, begin=62, end=76)

        assert pauses.prompt(north_lead, at=after(74)).kind == pauses.NONE
        assert pauses.prompt(north_lead, at=after(76)).kind == pauses.BREAK

    def test_comes_when_the_agency_says(self, north_lead: "Member") -> None:
        AgencyPolicy.objects.create(agency=north_lead.agency, break_min=30)
        work(north_lead, end=30)

        assert pauses.prompt(north_lead, at=after(30)).kind == pauses.BREAK

    def test_gives_way_to_the_word_that_it_was_much_today(self, north_lead: "Member") -> None:
        AgencyPolicy.objects.create(agency=north_lead.agency, day_min=90)
        work(north_lead, end=90)

        assert pauses.prompt(north_lead, at=after(90)).kind == pauses.LIMIT

    def test_is_told_to_nobody_else(self, north_lead: "Member", north_reader: "Member") -> None:
        work(north_lead, end=60)

        with role("haven_web", member=north_reader):
            assert list(Sitting.objects.all()) == []
        with role("haven_web", member=north_lead):
            assert Sitting.objects.count() == 1

    def test_leaves_nothing_after_five_weeks(self, north_lead: "Member") -> None:
        work(north_lead, end=60)

        assert pauses.forget(at=after(60) + timedelta(days=34)) == 0
        assert pauses.forget(at=after(60) + timedelta(days=36)) == 1


class TestTheDay:
    def test_is_that_of_the_agency(self, north_lead: "Member") -> None:
        AgencyPolicy.objects.create(agency=north_lead.agency, zone="Pacific/Auckland")
        # 12:00 UTC is one in the morning there, so what was done an hour before is yesterday's.
        work(north_lead, begin=-70, end=-62)
        work(north_lead, begin=0, end=10)

        assert pauses.day_s(north_lead, at=after(10)) == 10 * 60

    def test_has_no_end_until_the_agency_names_its_zone(self, north: "Agency") -> None:
        night = NOW.replace(hour=23)

        assert not pauses.is_late(AgencyPolicy(agency=north), night)
        assert pauses.is_late(AgencyPolicy(agency=north, zone="UTC"), night)
        assert not pauses.is_late(AgencyPolicy(agency=north, zone="UTC"), NOW)
        assert pauses.is_late(AgencyPolicy(agency=north, zone="Asia/Tokyo"), NOW)

    def test_over_asks_before_more_than_faces_is_opened_and_records_it(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        AgencyPolicy.objects.create(agency=case.agency, zone="UTC", late_from=time(11))
        asker = who(north_lead, NOW)

        with pytest.raises(reveals.LateNow):
            reveals.open_reveal(case.public_id, item.pk, reveals.Asked(3, "x"), who=asker)
        reveals.open_reveal(case.public_id, item.pk, reveals.Asked(3, "x", late=True), who=asker)

        (entry,) = [one for one in audit.of_case(case.pk) if one.verb == "reveal.open"]
        assert entry.facts["late"] is True

    def test_over_stops_where_the_agency_wants_that(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        AgencyPolicy.objects.create(
            agency=case.agency, zone="UTC", late_from=time(11), late_stops=True
        )

        with pytest.raises(reveals.DayOver):
            reveals.open_reveal(
                case.public_id,
                item.pk,
                reveals.Asked(3, "x", late=True),
                who=who(north_lead, NOW),
            )


class TestTheBar:
    def test_of_a_case_page_says_nothing_at_first_and_a_pause_after_an_hour(
        self, north_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        browser = client_of(north_lead)
        browser.get(reverse("cases:list"))
        ask = {"HTTP_HX_REQUEST": "true"}

        assert b"without a pause" not in browser.get(reverse("wellbeing:prompt"), **ask).content
        Sitting.objects.update(began_at=timezone.now() - timedelta(minutes=61))
        told = browser.get(reverse("wellbeing:prompt"), **ask).content.decode()
        assert "without a pause" in told
        assert "dialog" not in told

        put_off = browser.post(reverse("wellbeing:later"), **ask).content.decode()
        assert "without a pause" not in put_off

    def test_is_no_sign_of_a_person(
        self, north_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        browser = client_of(north_lead)
        browser.get(reverse("cases:list"))
        session = browser.session
        session["haven.seen"] = seen = timezone.now().timestamp() - 400
        session.save()

        browser.get(reverse("wellbeing:prompt"), HTTP_HX_REQUEST="true")

        assert browser.session["haven.seen"] == seen

    def test_stands_on_the_pages_of_a_case(
        self, case: "Case", north_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        told = client_of(north_lead).get(reverse("review:items", args=[case.public_id]))

        assert f'hx-get="{reverse("wellbeing:prompt")}"' in told.content.decode()


class TestMyPage:
    def test_tells_seconds_and_area_by_day_case_and_step(
        self, case: "Case", item: "Item", north_lead: "Member"
    ) -> None:
        look = actions.begin(item, step=4, area=0.5, by=north_lead, at=NOW)
        actions.beat(look.public_id, by=north_lead, at=NOW + timedelta(seconds=5))
        actions.end(look.public_id, how="released", by=north_lead, at=NOW + timedelta(seconds=10))

        week = own.week(north_lead, at=after(60))

        (line,) = week.lines
        assert (line.case, line.times, line.words) == (case, 1, "10 seconds")
        assert line.as_whole == "5 seconds"
        assert (week.today, week.week) == ("10 seconds", "10 seconds")
        assert [day.seconds for day in week.days] == [0, 0, 0, 0, 0, 0, 10]

    def test_shows_nothing_of_a_colleague(
        self,
        item: "Item",
        north_lead: "Member",
        north_reader: "Member",
        client_of: "Callable[[Member], Client]",
    ) -> None:
        look = actions.begin(item, step=4, area=0.5, by=north_lead, at=timezone.now())
        actions.end(
            look.public_id,
            how="released",
            by=north_lead,
            at=timezone.now() + timedelta(seconds=3),
        )

        mine = client_of(north_lead).get(reverse("wellbeing:own")).content.decode()
        theirs = client_of(north_reader).get(reverse("wellbeing:own")).content.decode()

        assert "3 seconds" in mine
        assert "2026-1" in mine
        assert "3 seconds" not in theirs
        assert "2026-1" not in theirs

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0, "0 seconds"),
            (1, "1 second"),
            (59.6, "1 min"),
            (90, "1 min 30 s"),
            (900, "15 min"),
            (3660, "1 h 1 min"),
        ],
    )
    def test_says_times_in_words(self, seconds: float, words: str) -> None:
        assert own.duration(seconds) == words


class TestThePolicy:
    def test_is_set_by_the_wellbeing_lead_and_recorded(
        self, north: "Agency", wellbeing_lead: "Member"
    ) -> None:
        policies.set_policy({"break_min": 45, "day_min": 300}, by=wellbeing_lead, at=NOW)

        assert queries.policy(north.pk).break_min == 45
        entry = Event.objects.get(verb="policy.set")
        assert entry.facts == {"set": {"break_min": 45}}

    def test_is_not_set_by_who_works_on_cases(self, north_lead: "Member") -> None:
        with pytest.raises(NotAllowed):
            policies.set_policy({"break_min": 45}, by=north_lead, at=NOW)

    def test_can_be_set_on_its_page(
        self, wellbeing_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        browser = client_of(wellbeing_lead)
        form = forms.Policy(instance=queries.policy(wellbeing_lead.agency_id or 0))
        values = {name: form[name].value() for name in policies.FIELDS}
        sent = {name: one for name, one in values.items() if one is not False and one != ""}
        sent |= {"zone": "Europe/Oslo", "late_from": "15:30"}

        answer = browser.post(reverse("wellbeing:policy"), sent)

        assert answer.status_code == 302
        kept = queries.policy(wellbeing_lead.agency_id or 0)
        assert (kept.zone, kept.late_from) == ("Europe/Oslo", time(15, 30))
        assert kept.whole_needs_factor

    def test_refuses_a_number_out_of_bounds(
        self, wellbeing_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        answer = client_of(wellbeing_lead).post(reverse("wellbeing:policy"), {"break_min": "0"})

        assert answer.status_code == 422

    def test_says_of_each_field_what_stands_behind_it(self) -> None:
        assert all(evidence.of_field(name) for name in policies.FIELDS)

    def test_names_a_source_wherever_a_finding_is_claimed(self) -> None:
        for row in evidence.EVIDENCE:
            assert row.sources or row.strength == evidence.OWN, row.measure

    def test_shows_its_evidence_to_everyone(
        self, north_reader: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        told = client_of(north_reader).get(reverse("wellbeing:evidence")).content.decode()

        assert "s12888-023-05445-w" in told


class TestTheGroup:
    @pytest.fixture
    def saw(self, item: "Item", member: "Callable[[str], Member]") -> Saw:
        """Return a way to have a member of the north see something for minutes."""
        known: dict[str, Member] = {}

        def look(name: str, minutes: float, at: datetime) -> None:
            one = known.setdefault(name, known.get(name) or member(name))
            Exposure.objects.create(
                case_id=item.case_id,
                item=item,
                member=one,
                step=4,
                area=1,
                began_at=at,
                last_beat_at=at,
                ended_at=at + timedelta(minutes=minutes),
                how="released",
            )

        return look

    LAST_WEEK = NOW - timedelta(days=8)

    def test_of_five_is_told_in_rounded_minutes(self, saw: Saw, wellbeing_lead: "Member") -> None:
        for name in "abcde":
            saw(name, 11, self.LAST_WEEK)

        groups.close_weeks(at=NOW)

        told = {one.row.week: one.row for one in groups.of_agency(wellbeing_lead)}
        row = told[date(2026, 2, 16)]
        assert (row.members, row.minutes) == (5, 55)

    def test_of_four_is_not_told(self, saw: Saw, wellbeing_lead: "Member") -> None:
        for name in "abcd":
            saw(name, 11, self.LAST_WEEK)

        groups.close_weeks(at=NOW)

        assert {one.row.minutes for one in groups.of_agency(wellbeing_lead)} == {None}

    def test_of_five_of_whom_one_saw_nearly_all_is_not_told(
        self, saw: Saw, wellbeing_lead: "Member"
    ) -> None:
        for name in "abcd":
            saw(name, 1, self.LAST_WEEK)
        saw("e", 300, self.LAST_WEEK)

        groups.close_weeks(at=NOW)

        assert {one.row.minutes for one in groups.of_agency(wellbeing_lead)} == {None}

    def test_is_told_of_weeks_that_are_over_alone(
        self, saw: Saw, wellbeing_lead: "Member"
    ) -> None:
        for name in "abcde":
            saw(name, 11, NOW - timedelta(days=2))  # NOW is a Sunday

        groups.close_weeks(at=NOW)

        assert {one.row.minutes for one in groups.of_agency(wellbeing_lead)} == {None}

    def test_of_a_week_stays_as_it_was_told(self, saw: Saw, wellbeing_lead: "Member") -> None:
        for name in "abcdef":
            saw(name, 10, self.LAST_WEEK)
        groups.close_weeks(at=NOW)
        before = [(one.row.week, one.row.minutes) for one in groups.of_agency(wellbeing_lead)]

        Exposure.objects.filter(member__username="f")._raw_delete("default")
        groups.close_weeks(at=NOW)

        after_erasure = groups.of_agency(wellbeing_lead)
        assert [(one.row.week, one.row.minutes) for one in after_erasure] == before

    def test_is_for_the_wellbeing_lead_alone(
        self, north_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        with pytest.raises(NotAllowed):
            groups.of_agency(north_lead)
        assert client_of(north_lead).get(reverse("wellbeing:group")).status_code == 403

    def test_is_no_way_to_the_rows_of_one_member(self, saw: Saw, wellbeing_lead: "Member") -> None:
        saw("a", 11, self.LAST_WEEK)

        with role("haven_web", member=wellbeing_lead):
            assert list(Exposure.objects.all()) == []
            with pytest.raises(DatabaseError), transaction.atomic():
                GroupWeek.objects.create(agency_id=wellbeing_lead.agency_id, week=NOW.date())

    def test_page_says_what_is_not_told(
        self, saw: Saw, wellbeing_lead: "Member", client_of: "Callable[[Member], Client]"
    ) -> None:
        saw("a", 11, self.LAST_WEEK)
        groups.close_weeks(at=NOW)

        told = client_of(wellbeing_lead).get(reverse("wellbeing:group")).content.decode()

        assert ">not told<" in told
        assert ">11<" not in told
