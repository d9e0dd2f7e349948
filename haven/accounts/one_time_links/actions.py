"""Making, reading and using one-time links.

In      a purpose and the key of what it is about; later the code that somebody brings
Out     the link; the address to send
Fails   LinkEnded (404): used, too old, ended, for something else, or never made; nobody can
        tell which
Why     looking must not use it up: mail filters open every link before a person does
Not     here: what a link leads to (the pages), recording (the act that makes or uses it)
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from haven.accounts.one_time_links.models import OneTimeLink
from haven.web.errors import NotFound

Purpose = OneTimeLink.Purpose
_ID_LENGTH = 32  # hexadecimal digits of a UUID
PAGES = {  # where a link leads
    Purpose.INVITATION: "invitations:accept",
    Purpose.ADDRESS: "joining:address",
    Purpose.TERMS: "joining:terms",
    Purpose.STILL: "joining:still",
}


class LinkEnded(NotFound):
    """No link of this code can be used."""

    code = "accounts.link_ended"
    words = _(
        "This link has ended. It was used before, or it is too old. "
        "Ask whoever sent it for a new one."
    )


def make(purpose: str, subject_id: int, *, at: dt.datetime, hours: int) -> OneTimeLink:
    """Make a link; earlier ones for the same thing end."""
    end(purpose, subject_id, at=at)
    return OneTimeLink.objects.create(
        purpose=Purpose(purpose),
        subject_id=subject_id,
        made_at=at,
        expires_at=at + dt.timedelta(hours=hours),
    )


def end(purpose: str, subject_id: int, *, at: dt.datetime) -> None:
    """End every link for a thing that was not used yet."""
    OneTimeLink.objects.filter(
        purpose=purpose, subject_id=subject_id, used_at=None, ended_at=None
    ).update(ended_at=at)


def code(link: OneTimeLink) -> str:
    """Return the code that makes a link a way in: its id and a seal of the site's secret."""
    return f"{link.public_id.hex}{_seal(link)}"


def path(link: OneTimeLink) -> str:
    """Return the path of a link on this site."""
    return reverse(PAGES[Purpose(link.purpose)], kwargs={"code": code(link)})


def address(link: OneTimeLink) -> str:
    """Return the full address, under the name of the settings and never that of a request."""
    return f"{settings.HAVEN_ADDRESS}{path(link)}"


def find_used(untrusted_code: str, purpose: str, *, at: dt.datetime) -> OneTimeLink | None:
    """Return a link that was used and whose time is not over, or None.

    Whoever used it may come back by it to finish what it led to.
    """
    link = _genuine(untrusted_code, purpose, lock=False)
    return link if link and link.used_at is not None and at < link.expires_at else None


def find(untrusted_code: str, purpose: str, *, at: dt.datetime, lock: bool = False) -> OneTimeLink:
    """Return the link of a code, if it can be used now; looking does not use it.

    Args:
        untrusted_code: What somebody brought.
        purpose: What the page is for; a link for something else is none.
        at: The moment.
        lock: Keep others from using it until the transaction ends.

    Raises:
        LinkEnded: It cannot.
    """
    link = _genuine(untrusted_code, purpose, lock=lock)
    if link is None:
        raise LinkEnded("no such link")
    if link.used_at is not None or link.ended_at is not None or at >= link.expires_at:
        raise LinkEnded(f"link {link.pk} has ended")
    return link


def use(link: OneTimeLink, *, at: dt.datetime) -> None:
    """Use a link up; it was found with `lock`."""
    link.used_at = at
    link.save(update_fields=["used_at"])


def _genuine(untrusted_code: str, purpose: str, *, lock: bool) -> OneTimeLink | None:
    """Return the link that a code was made for, whatever became of it."""
    try:
        public_id = uuid.UUID(hex=untrusted_code[:_ID_LENGTH])
    except ValueError:
        return None
    links = OneTimeLink.objects.select_for_update() if lock else OneTimeLink.objects
    link = links.filter(public_id=public_id, purpose=purpose).first()
    is_ours = link is not None and constant_time_compare(untrusted_code, code(link))
    return link if is_ours else None


def _seal(link: OneTimeLink) -> str:
    """Return what only this site can make for this link."""
    said = f"{link.purpose}:{link.public_id.hex}:{link.subject_id}:{link.expires_at.timestamp()}"
    return salted_hmac("haven.accounts.one_time_links", said, algorithm="sha256").hexdigest()
