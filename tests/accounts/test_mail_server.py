"""Letters over a real mail server, with the settings that service makes of HAVEN_MAIL."""

import datetime as dt
import gc
import re
import warnings
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from haven.accounts.mail import actions as mail
from haven.accounts.mail import sending, words
from haven.accounts.mail.models import Letter
from haven.accounts.one_time_links import actions as links
from haven.site import env
from tests.accounts.mail_server import MailServer
from tests.accounts.people import NOW

PLACE = re.compile(r"%\((\w+)\)s")
pytestmark = pytest.mark.django_db
FACTS = {
    "name": "Åse Ødegård",
    "inviter": "Astrid",
    "applicant": "ليلى حداد",
    "agency": "West",
    "until": "tomorrow",
    "reason": "Another unit does this",
    "tools": "Wheelwright, Spokeshave",
    "page": "/hub/questions/",
}


@pytest.fixture
def server(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Return a mail server that the settings name and whose certificate is trusted."""
    with MailServer(tmp_path) as made:
        monkeypatch.setenv("HAVEN_MAIL", f"smtp://{made.user}@localhost:{made.port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        chosen = env.mail("HAVEN_MAIL", "console", password=made.password)
        settings.EMAIL_BACKEND = chosen.backend
        settings.EMAIL_HOST, settings.EMAIL_PORT = chosen.host, chosen.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = chosen.user, chosen.password
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = chosen.is_starttls, False
        settings.DEFAULT_FROM_EMAIL = "Haven <haven@west.example>"
        yield made


def write(kind: str = "invitation", language: str = "en") -> Letter:
    link = links.make(links.Purpose.INVITATION, 1, at=NOW, hours=24)
    return mail.write(kind, to="ola@west.example", at=NOW, language=language, link=link, **FACTS)


@pytest.mark.parametrize("kind", words.LETTERS)
def test_every_letter_arrives_whole_plain_and_encrypted(server: MailServer, kind: str) -> None:
    for language in ("en", "fr", "ar"):
        letter = write(kind, language)
        subject, body = sending.text_of(letter)
        sending.send(letter.pk, at=NOW)

        letter.refresh_from_db()
        assert (letter.state, letter.trouble) == ("sent", ""), language
        came = server.received[-1]
        assert (came.sender, came.to) == ("haven@west.example", ["ola@west.example"])
        assert came.was_encrypted
        message = came.message
        assert message["Subject"].strip() == subject  # a long one begins on the next line
        assert message.get_content_type() == "text/plain"
        assert not message.is_multipart()
        assert message.get_content().split() == body.split()


def test_no_letter_has_a_place_for_the_name_of_a_case() -> None:
    told = {one for letter in words.LETTERS.values() for one in PLACE.findall(str(letter.body))}

    assert told == {*FACTS, "link", "address"}


def test_the_headers_say_who_writes_and_that_nobody_need_answer(server: MailServer) -> None:
    sending.send(write().pk, at=NOW)

    message = server.received[0].message
    assert message["From"] == "Haven <haven@west.example>"
    assert message["To"] == "ola@west.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Message-ID"]
    written = parsedate_to_datetime(message["Date"]).replace(tzinfo=dt.UTC)
    assert abs(written - NOW) < dt.timedelta(hours=1)
    assert sorted(message.keys()) == sorted(
        [
            "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To",
            "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
        ]
    )  # fmt: skip


@pytest.mark.parametrize("trouble", ["password", "certificate", "nobody there"])
def test_what_does_not_go_waits_and_says_why(
    server: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    if trouble == "password":
        settings.EMAIL_HOST_PASSWORD = "another"  # noqa: S105
    elif trouble == "certificate":
        monkeypatch.delenv("SSL_CERT_FILE")
    else:
        settings.EMAIL_PORT = 1
    letter = write()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Django leaves a talk that failed to the collector
        with pytest.raises(sending.NotSent):
            sending.send(letter.pk, at=NOW)
        gc.collect()

    letter.refresh_from_db()
    assert letter.state == "waiting"
    assert (
        letter.trouble
        == {
            "password": "SMTPAuthenticationError",
            "certificate": "SSLCertVerificationError",
            "nobody there": "ConnectionRefusedError",
        }[trouble]
    )
    assert server.received == []
