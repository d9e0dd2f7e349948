"""Letters: written with the act, sent later, never lost, never a way in for others."""

import datetime as dt
import re
import smtplib

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import override_settings

from haven.accounts.mail import actions as mail
from haven.accounts.mail import queries, sending, words
from haven.accounts.mail.models import Letter
from haven.accounts.models import Member
from haven.accounts.one_time_links import actions as links
from tests.accounts.people import NOW, send_letters

pytestmark = pytest.mark.django_db


class Down(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("down")


def write(**more: object) -> Letter:
    facts = {"name": "Ola", "inviter": "Astrid", "agency": "West", "until": "tomorrow"}
    link = links.make(links.Purpose.INVITATION, 1, at=NOW, hours=24)
    return mail.write("invitation", to="ola@west.example", at=NOW, link=link, **{**facts, **more})  # type: ignore[arg-type]


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [mail.SEND])
        return int(cursor.fetchone()[0])


class TestALetter:
    def test_is_queued_in_the_same_transaction(self) -> None:
        before = jobs()
        write()

        assert jobs() == before + 1
        assert outbox.outbox == []

    def test_goes_with_its_link_under_the_address_of_the_settings(self) -> None:
        write()

        (sent,) = send_letters()

        assert sent.to == ["ola@west.example"]
        assert re.search(r"^http://localhost:8400/join/invitation/\w{96}/$", sent.body, re.M)
        assert "Nobody will ever ask you" in sent.body
        assert Letter.objects.get().state == "sent"

    def test_holds_no_way_in_while_it_waits(self) -> None:
        letter = write()
        assert letter.link is not None

        assert links.code(letter.link)[32:] not in str(list(Letter.objects.values()))

    def test_goes_once(self) -> None:
        letter = write()
        sending.send(letter.pk, at=NOW)
        sending.send(letter.pk, at=NOW)

        assert len(outbox.outbox) == 1

    @override_settings(EMAIL_BACKEND=f"{__name__}.Down")
    def test_waits_while_the_server_is_down_and_says_so(self) -> None:
        letter = write()

        with pytest.raises(sending.NotSent):
            sending.send(letter.pk, at=NOW)

        letter.refresh_from_db()
        assert (letter.state, letter.tries) == ("waiting", 1)
        assert letter.trouble == "SMTPServerDisconnected"

    @override_settings(EMAIL_BACKEND=f"{__name__}.Down")
    def test_is_given_up_after_a_day_of_tries(self) -> None:
        letter = write()
        for _ in range(sending.MOST_TRIES):
            with pytest.raises(sending.NotSent):
                sending.send(letter.pk, at=NOW)

        letter.refresh_from_db()
        assert letter.state == "failed"

    def test_is_not_sent_once_its_link_has_ended(self) -> None:
        letter = write()
        links.end(links.Purpose.INVITATION, 1, at=NOW)

        assert send_letters() == []
        letter.refresh_from_db()
        assert letter.state == "ended"

    @pytest.mark.parametrize(
        "name", ["Ola\r\nBcc: spy@evil.example", "Ola\nSubject: x", "Ola\u2028Bcc: x", "O\x00la"]
    )
    def test_takes_no_header_from_a_name(self, name: str) -> None:
        write(name=name, inviter=name)

        (sent,) = send_letters()

        message = sent.message()
        assert sorted({*message.keys()} & {"To", "Bcc", "Cc", "Subject", "From"}) == [
            "From",
            "Subject",
            "To",
        ]
        assert message["Subject"] == "Your invitation to Haven"
        assert sent.recipients() == ["ola@west.example"]

    def test_turns_no_text_around(self) -> None:
        write(name="Ola\u202egnp.exe")

        (sent,) = send_letters()

        assert "\u202e" not in sent.body

    def test_is_written_in_the_language_of_the_reader(self) -> None:
        write(language="fr")
        (sent,) = send_letters()

        assert sent.subject  # the words of other languages come with the translations

    def test_is_erased_after_a_while(self) -> None:
        write()
        later = NOW + dt.timedelta(days=60)

        assert mail.erase_old(at=later) == 1
        letter = Letter.objects.get()
        assert (letter.to_address, letter.facts, letter.state) == ("", {}, "ended")
        assert send_letters(later) == []


def test_every_letter_can_be_written_with_its_facts() -> None:
    facts = ["name", "inviter", "agency", "until", "link", "address", "applicant", "reason"]
    facts += ["tools", "page"]

    for kind, told in words.LETTERS.items():
        body = str(told.body) % {one: f"<{one}>" for one in facts}
        assert "%(" not in body, kind
        assert "%" not in str(told.subject), kind


def test_administrators_see_letters_of_their_agency_alone(
    admin: Member, south_lead: Member
) -> None:
    write(agency_id=admin.agency_id)
    write(agency_id=south_lead.agency_id)

    assert queries.of_agency(admin).count() == 1


def test_in_a_trial_letters_are_files_and_the_page_says_where(
    admin: Member, client_of: "object", settings: "object"
) -> None:
    page = client_of(admin).get("/members/letters/").content.decode()  # type: ignore[operator]

    assert f"<code>{settings.EMAIL_FILE_PATH}</code>" in page  # type: ignore[attr-defined]
