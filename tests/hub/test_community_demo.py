"""The demonstration among colleagues: a few invented words that say so, and nothing twice."""

import datetime as dt
from unittest import mock

import pytest
from django.utils import timezone

from haven.accounts import queries as members
from haven.hub.base import plain
from haven.hub.community import actions
from haven.hub.community.models import Announcement, Event, Post, Profile, Thread
from haven.site import demo, demo_colleagues

AT = "/hub/colleagues/"


@pytest.fixture
def ida(db):
    for username in demo.CAST:
        demo._member(username, "north-wind-4711", is_new_password=False)
    demo_colleagues.load()
    return members.by_username("ida")


def test_a_first_look_finds_two_officers_a_thread_an_announcement_and_an_event(ida, client_of):
    browser = client_of(ida)

    pages = {
        name: browser.get(f"{AT}{name}").content.decode() for name in ("people/", "events/", "")
    }

    assert "Ida Berg" in pages["people/"] and "Thandi Maseko" in pages["people/"]
    assert "An hour on testing detectors" in pages["events/"]
    assert "Welcome to the demonstration" in pages[""]
    thread = Thread.objects.get()
    page = browser.get(f"{AT}threads/{thread.public_id}/").content.decode()
    assert thread.title in page and page.count("Invented for the demonstration.") == 2


def test_every_text_says_that_it_is_invented_and_is_words(ida):
    texts = [
        *Profile.objects.values_list("about", flat=True),
        *Post.objects.values_list("text", flat=True),
        *Announcement.objects.values_list("text", flat=True),
        *Event.objects.values_list("text", flat=True),
    ]
    assert len(texts) == 6
    assert all(text.startswith(demo_colleagues.MARK) for text in texts)
    assert not any(plain.file_in(text) for text in texts)


def test_loading_again_adds_nothing_and_does_not_list_who_left(ida):
    actions.be_found_no_more(by=ida, at=timezone.now())

    demo_colleagues.load()

    counts = [kind.objects.count() for kind in (Profile, Thread, Post, Announcement, Event)]
    assert counts == [1, 1, 2, 1, 1]


def test_an_event_is_always_still_to_come(ida):
    later = timezone.now() + dt.timedelta(days=90)
    with mock.patch.object(demo_colleagues.timezone, "now", return_value=later):
        demo_colleagues.load()

    assert Event.objects.filter(starts_at__gt=later).count() == 1
    assert Event.objects.count() == 2
