"""People of the tests of members: agencies with domains, an administrator, a curator.

Out     makers of members; letters that would go, with their links
Not     here: the cast of the cases (tests/conftest.py)
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from django.core import mail as outbox

if TYPE_CHECKING:
    from haven.accounts.models import Agency, Member

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)  # pages take the real time
REASON = "A plain reason"


def agency(name: str, *, kind: str = "national", domain: str = "") -> Agency:
    """Return a new agency, with a verified domain if one is named."""
    from haven.accounts.models import Agency, Domain

    made = Agency.objects.create(name=name, country="NO", kind=kind)
    if domain:
        Domain.objects.create(agency=made, name=domain, how="meeting", verified_at=NOW)
    return made


def member(name: str, of: Agency, *roles: str, email: str = "") -> Member:
    """Return a new member."""
    from haven.accounts.models import Member

    return Member.objects.create_user(
        username=name.lower(),
        display_name=name,
        agency=of,
        roles=list(roles),
        email=email or f"{name.lower()}@{of.name.lower()}.example",
    )


def send_letters(at: dt.datetime = NOW) -> list[outbox.EmailMessage]:
    """Send what waits, as the worker would; return what went."""
    from haven.accounts.mail import sending
    from haven.accounts.mail.models import Letter

    before = len(outbox.outbox)
    for key in Letter.objects.filter(state="waiting").values_list("pk", flat=True):
        sending.send(key, at=at)
    return outbox.outbox[before:]


def link_in(letter: outbox.EmailMessage) -> str:
    """Return the path of the link in a letter."""
    found = re.search(r"http://localhost:8400(/join/\S+)", str(letter.body))
    assert found, letter.body
    return found[1]


def code_in(letter: outbox.EmailMessage) -> str:
    """Return the code of the link in a letter."""
    return link_in(letter).rstrip("/").rpartition("/")[2]


def verbs() -> list[str]:
    """Return what the record says, in order."""
    from haven.audit.models import Event

    return list(Event.objects.order_by("pk").values_list("verb", flat=True))
