"""Events and announcements: told by curators, at the right hour, in one's own calendar."""

import datetime as dt

import icalendar
import pytest
from django.db import IntegrityError
from django.test import Client

from haven.accounts.models import Agency, Member
from haven.hub.community import gathering
from haven.hub.community.models import Announcement, Event, Feed
from haven.web.errors import NotAllowed

NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
AT = "/hub/colleagues/"
FORM = {
    "title": "Training in Oslo",
    "text": "Bicycles and locks.",
    "starts": "2027-03-30T09:00",
    "ends": "2027-03-30T16:30",
    "time_zone": "Oslo",
    "place": "Town hall",
    "language": "en",
    "open_to": "members",
}


def said(page, status=200):
    assert page.status_code == status, page.content.decode()[:2000]
    return page.content.decode()


@pytest.fixture
def clara(db):
    office = Agency.objects.create(name="Hub Office", country="CH", kind="international")
    return Member.objects.create_user(
        username="clara", display_name="Clara", agency=office, roles=["curator"]
    )


@pytest.fixture
def pablo(db):
    tools = Agency.objects.create(name="Tools", country="UY", kind="provider")
    return Member.objects.create_user(
        username="pablo", display_name="Pablo", agency=tools, roles=["provider"]
    )


@pytest.fixture
def curator(client_of, clara):
    return client_of(clara)


@pytest.fixture
def event(curator):
    said(curator.post(f"{AT}events/new/", FORM, follow=True))
    return Event.objects.get()


def entries(content):
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


class TestEvents:
    def test_are_entered_by_curators_at_the_hour_of_their_place(self, nora, event):
        assert event.starts_at == dt.datetime(2027, 3, 30, 7, tzinfo=dt.UTC)  # summer time
        assert nora.post(f"{AT}events/new/", FORM).status_code == 403
        with pytest.raises(NotAllowed):
            gathering.cancel_event(event.public_id, why="x", by=_member(nora), at=NOW)

        page = said(nora.get(f"{AT}events/{event.public_id}/"))
        assert "Training in Oslo" in page and "9" in page and "Europe/Oslo" in page
        assert "Training in Oslo" in said(nora.get(f"{AT}events/"))
        assert "Training in Oslo" in said(nora.get(AT))

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"ends": "2027-03-30T08:00"}, "It ends before it begins"),
            ({"place": ""}, "Name a place, or say that it is online"),
            ({"starts": "2027-03-28T02:30"}, "skip this hour"),
            ({"time_zone": "Nowhere"}, "Write region and city"),
            ({"starts": "soon"}, "valid date"),
            ({"starts": "0001-01-01T00:00", "time_zone": "Asia/Tokyo"}, "valid date"),
            ({"ends": "9999-12-31T23:59", "time_zone": "America/Lima"}, "valid date"),
        ],
    )
    def test_what_cannot_be_is_said_beside_the_field(self, curator, wrong, told):
        assert told in said(curator.post(f"{AT}events/new/", {**FORM, **wrong}), 422)
        assert not Event.objects.exists()

    def test_a_change_keeps_what_was_not_changed(self, curator, event):
        here = f"{AT}events/{event.public_id}/change/"
        page = said(curator.get(here))
        assert 'value="2027-03-30T09:00"' in page and "Europe/Oslo" in page

        said(curator.post(here, {**FORM, "place": "Library"}, follow=True))

        event.refresh_from_db()
        assert (event.place, event.n_changes) == ("Library", 1)
        assert event.starts_at.hour == 7

    def test_a_cancelled_event_says_why_and_stays_so(self, curator, nora, event):
        here = f"{AT}events/{event.public_id}/"
        assert curator.post(f"{here}cancel/", {"reason": ""}).status_code == 422
        said(curator.post(f"{here}cancel/", {"reason": "Snow."}, follow=True))

        assert "Snow." in said(nora.get(here))
        said(curator.post(f"{here}change/", FORM, follow=True))
        event.refresh_from_db()
        assert event.n_changes == 1
        (entry,) = entries(nora.get(f"{here}event.ics").content)
        assert entry["status"] == "CANCELLED" and entry["sequence"] == 1

    def test_are_for_their_audience(self, client_of, curator, event, pablo):
        browser = client_of(pablo)

        assert browser.get(f"{AT}events/{event.public_id}/").status_code == 404
        assert browser.get(f"{AT}events/{event.public_id}/event.ics").status_code == 404
        assert "Training in Oslo" not in said(browser.get(f"{AT}events/"))
        fair = {**FORM, "title": "Fair", "open_to": "members-and-makers"}
        said(curator.post(f"{AT}events/new/", fair, follow=True))
        assert "Fair" in said(browser.get(f"{AT}events/"))

    def test_the_database_refuses_an_event_that_ends_before_it_begins(self, event):
        with pytest.raises(IntegrityError, match="event_ends_after_it_starts"):
            Event.objects.update(ends_at=event.starts_at)


class TestCalendars:
    def test_a_file_says_when_and_where_with_the_rules_of_its_zone(self, nora, event):
        answer = nora.get(f"{AT}events/{event.public_id}/event.ics")

        assert answer.headers["Content-Type"].startswith("text/calendar")
        (entry,) = entries(answer.content)
        assert entry["summary"] == "Training in Oslo" and entry["location"] == "Town hall"
        assert entry["dtstart"].dt.astimezone(dt.UTC) == event.starts_at
        assert b"TZID=Europe/Oslo" in answer.content and b"BEGIN:VTIMEZONE" in answer.content
        assert str(event.public_id) in entry["url"]
        assert b"Bicycles" not in answer.content  # what it is about stays in the Hub

    def test_a_private_address_opens_the_feed_without_signing_in_and_ends(self, nora, event):
        page = said(nora.post(f"{AT}events/calendar/"))
        address = page.split('readonly value="http://testserver')[1].split('"')[0]
        stranger = Client()

        answer = stranger.get(address)
        assert answer.status_code == 200
        assert [str(one["summary"]) for one in entries(answer.content)] == ["Training in Oslo"]
        assert address.split("/")[-2] not in Feed.objects.get().digest
        assert address not in said(nora.get(f"{AT}events/"))  # shown once

        said(nora.post(f"{AT}events/calendar/"))  # a new one ends the old one
        assert stranger.get(address).status_code == 404
        said(nora.post(f"{AT}events/calendar/end/", follow=True))
        assert not Feed.objects.exists()

    @pytest.mark.parametrize("token", ["x", "0" * 64, "-_", "a" * 300])
    def test_a_wrong_address_opens_nothing(self, db, token):
        assert Client().get(f"{AT}calendar/{token}/events.ics").status_code == 404

    def test_a_feed_ends_with_its_member_and_holds_what_the_member_may_see(
        self, event, north_lead, pablo
    ):
        tokens = {one.pk: gathering.make_feed(by=one, at=NOW) for one in (north_lead, pablo)}

        def n_shown(member):
            answer = Client().get(f"{AT}calendar/{tokens[member.pk]}/events.ics")
            return len(entries(answer.content)) if answer.status_code == 200 else None

        assert (n_shown(north_lead), n_shown(pablo)) == (1, 0)
        north_lead.status, north_lead.is_active = "left", False
        north_lead.status_reason, north_lead.status_at = "x", NOW
        north_lead.save()
        assert n_shown(north_lead) is None

    def test_words_that_would_break_the_format_are_only_words(self, curator, nora):
        form = {**FORM, "title": "A;B,C\\n END:VEVENT", "place": "Hall; 2, left"}
        said(curator.post(f"{AT}events/new/", form, follow=True))
        event = Event.objects.get()

        (entry,) = entries(nora.get(f"{AT}events/{event.public_id}/event.ics").content)
        assert str(entry["summary"]) == form["title"]
        assert str(entry["location"]) == form["place"]


class TestAnnouncements:
    def test_are_made_and_taken_back_by_curators(self, curator, nora):
        form = {"title": "New course", "text": "Faces.", "language": "en", "open_to": "members"}
        assert nora.post(f"{AT}announcements/new/", form).status_code == 403
        said(curator.post(f"{AT}announcements/new/", form, follow=True))
        assert "New course" in said(nora.get(f"{AT}announcements/"))
        assert "New course" in said(nora.get(AT))

        one = Announcement.objects.get()
        said(curator.post(f"{AT}announcements/{one.public_id}/withdraw/", follow=True))

        assert "New course" not in said(nora.get(f"{AT}announcements/"))


def test_the_kit_for_trainings_leads_to_its_document(nora):
    page = said(nora.get(f"{AT}events/training/"))

    assert "/hub/library/running-a-training-event/" in page


@pytest.mark.parametrize("path", ["", "people/", "contacts/", "groups/", "events/", "rules/"])
def test_no_page_is_read_without_signing_in(db, client, path):
    assert client.get(f"{AT}{path}").headers["Location"].startswith("/account/sign-in/")


def test_colleagues_stand_in_the_navigation_of_the_hub(nora):
    assert 'href="/hub/colleagues/"' in said(nora.get("/hub/"))


def _member(_browser):
    return Member.objects.get(username="north_lead")
