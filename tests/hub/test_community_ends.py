"""Conversations end: messages are erased in time, and each of two removes them for themselves."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from haven.accounts.models import Member
from haven.audit.models import Event
from haven.hub.community import actions, erasing
from haven.hub.community.actions import Told
from haven.hub.community.models import Contact, Message, Removed
from tests.walls import role

NOW = timezone.now()
OLD = NOW - dt.timedelta(days=400)
AT = "/hub/colleagues/"


def said(page, status=200):
    assert page.status_code == status, page.content.decode()[:2000]
    return page.content.decode()


def listed(member):
    told = Told(("en",), (), {}, "Europe/Oslo", "")
    return actions.be_found(told, by=member, at=NOW).person


def wrote(contact, *words):
    """Write messages: who, what, when."""
    return [actions.write(contact.public_id, text=text, by=who, at=at) for who, text, at in words]


@pytest.fixture
def accepted(north_lead, south_lead):
    asked = actions.ask(listed(south_lead).public_id, reason="Locks.", by=north_lead, at=NOW)
    return actions.accept(asked.public_id, by=south_lead, at=NOW)


class TestInTime:
    def test_messages_are_erased_some_time_after_the_last_one(
        self, north_lead, south_lead, accepted, nora
    ):
        Contact.objects.update(last_at=OLD)
        wrote(accepted, (north_lead, "Which lock?", OLD), (south_lead, "Blue.", OLD))

        with role("haven_worker"):
            assert erasing.erase_old(at=timezone.now()) == (2, 0)

        assert not Message.objects.exists()
        page = said(nora.get(f"{AT}contacts/{accepted.public_id}/"))
        assert "Blue." not in page and "Locks." not in page
        assert "Messages are erased 365 days after the last one" in page
        assert nora.post(f"{AT}contacts/{accepted.public_id}/", {"text": "Hi."}).status_code == 302
        kept = Event.objects.get(verb="message.erase_old")
        assert kept.facts == {"n_messages": 2, "n_contacts": 0}

    def test_one_new_message_keeps_the_conversation(self, north_lead, south_lead, accepted):
        now = timezone.now()
        wrote(accepted, (north_lead, "Old.", OLD), (south_lead, "New.", now))

        assert erasing.erase_old(at=now) == (0, 0)
        assert Message.objects.count() == 2
        assert not Event.objects.filter(verb="message.erase_old").exists()

    def test_what_was_never_accepted_goes_as_a_whole(self, north_lead, south_lead):
        asked = actions.ask(listed(south_lead).public_id, reason="Locks.", by=north_lead, at=OLD)

        assert erasing.erase_old(at=timezone.now()) == (0, 1)
        assert not Contact.objects.filter(pk=asked.pk).exists()

    def test_the_setting_says_how_long(self, north_lead, south_lead, accepted, settings):
        settings.HAVEN_MESSAGE_DAYS = 500
        Contact.objects.update(last_at=OLD)
        wrote(accepted, (north_lead, "Old.", OLD))

        assert erasing.erase_old(at=timezone.now()) == (0, 0)

    def test_not_even_the_worker_erases_what_is_new(self, db):
        with (
            role("haven_worker"),
            pytest.raises(IntegrityError, match="messages_are_kept_a_month"),
            transaction.atomic(),
        ):
            erasing.erase_old(at=timezone.now() + dt.timedelta(days=360))
        with (
            role("haven_web"),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            erasing.erase_old(at=timezone.now())


class TestForOneself:
    def test_one_removes_it_for_themselves_and_the_other_keeps_it(
        self, nora, sani, north_lead, south_lead, accepted
    ):
        now = timezone.now()
        first, _second = wrote(
            accepted, (north_lead, "Which lock?", now), (south_lead, "A blue one.", now)
        )
        here = f"{AT}contacts/{accepted.public_id}/"
        assert "Remove the conversation" in said(nora.get(here))

        answer = nora.post(f"{here}remove/", {"last": str(first.public_id)}, follow=True)

        assert "The conversation is removed for you." in said(answer)
        page = said(nora.get(here))
        assert "Which lock?" not in page and "Locks." not in page
        assert "A blue one." in page  # came after what was on the page
        assert "Which lock?" not in said(nora.get(f"{here}report/"))
        assert "Which lock?" in said(sani.get(here))
        said(nora.post(here, {"text": "Thank you."}, follow=True))
        assert "Thank you." in said(sani.get(here))

    def test_removed_by_both_it_is_erased_within_a_day(self, north_lead, south_lead, accepted):
        now = timezone.now()
        _old, last, new = wrote(
            accepted,
            (north_lead, "One.", now),
            (south_lead, "Two.", now),
            (south_lead, "Three.", now),
        )
        for who, seen in ((north_lead, last), (south_lead, new)):
            actions.remove(accepted.public_id, last_seen=seen.public_id, by=who, at=now)

        assert erasing.erase_old(at=now) == (2, 0)
        assert [one.text for one in Message.objects.all()] == ["Three."]

    def test_an_ended_contact_leaves_the_list_of_who_removed_it(
        self, nora, sani, north_lead, accepted
    ):
        actions.end(accepted.public_id, by=north_lead, at=NOW)
        said(nora.post(f"{AT}contacts/{accepted.public_id}/remove/", follow=True))

        assert "Sani Lead" not in said(nora.get(f"{AT}contacts/"))
        assert "Nora Lead" in said(sani.get(f"{AT}contacts/"))

    def test_removing_does_not_make_a_no_forgotten_nor_a_request_unheard(
        self, nora, north_lead, south_lead
    ):
        person = listed(south_lead)
        asked = actions.ask(person.public_id, reason="Locks.", by=north_lead, at=NOW)
        said(nora.post(f"{AT}contacts/{asked.public_id}/remove/", follow=True))
        assert "Locks." in said(nora.get(f"{AT}contacts/{asked.public_id}/"))
        actions.decline(asked.public_id, by=south_lead, at=NOW)
        actions.remove(asked.public_id, last_seen=None, by=north_lead, at=NOW)

        with pytest.raises(actions.AskedLately):
            actions.ask(person.public_id, reason="Please.", by=north_lead, at=NOW)

    def test_nobody_removes_the_conversation_of_others(self, client_of, north, accepted):
        other = Member.objects.create_user(
            username="third", display_name="Third", agency=north, roles=["investigator"]
        )
        third = client_of(other)
        answer = third.post(f"{AT}contacts/{accepted.public_id}/remove/")
        assert answer.status_code == 404
        assert not Removed.objects.exists()


def test_a_page_of_long_messages_is_light_and_all_of_them_can_be_read(
    nora, north_lead, south_lead, accepted
):
    now = timezone.now()
    for number in range(24):
        text = f"Number {number:02}. " + "报告" * 1900
        Message.objects.create(
            contact=accepted, sender_id=north_lead.pk, receiver_id=south_lead.pk,
            text=text, sent_at=now + dt.timedelta(seconds=number),
        )  # fmt: skip
    address, read = f"{AT}contacts/{accepted.public_id}/", set()
    here = address
    while here:
        page = nora.get(here)
        assert len(page.content) < 50_000
        told = said(page)
        read |= {number for number in range(24) if f"Number {number:02}." in told}
        _before, _rel, rest = told.partition('rel="next" href="')
        here = address + rest.split('"')[0].replace("&amp;", "&") if rest else ""
    assert read == set(range(24))
    assert len(nora.get(f"{address}report/").content) < 50_000
