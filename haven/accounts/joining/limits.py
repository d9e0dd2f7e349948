"""Limits: how often the application page may be used, and letters go to one address.

In      where the request comes from, as the record knows it; an address
Out     nothing; whether a letter may go
Fails   TooMany (429) beyond the limits; closed where the counters cannot be asked
Why     an open form is an invitation to guess and to flood; an officer applies once. Letters
        are counted by place as well: who floods an address keeps its owner from none

A use is one UPDATE of one row: two at the same moment count as two.
"""

from __future__ import annotations

import time

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haven.accounts.joining.models import Use
from haven.audit import context
from haven.web.errors import WebError

PER_PLACE = 10  # applications from one address of the network, in an hour
PER_SITE = 300  # from everywhere; a whole agency may apply on one day
LETTERS_PER_PLACE = 3  # to one address, asked for from one place, in an hour
LETTERS = 12  # to one address, from everywhere
HOUR_S = 3600


class TooMany(WebError):
    """The page was used too often."""

    code = "joining.too_many"
    http_status = 429
    words = _("Too many applications came from here in a short time. Try again in an hour.")


def count() -> None:
    """Count one use of the page.

    Raises:
        TooMany: Beyond the limits.
    """
    if not _fits(((f"place:{_place()}", PER_PLACE), ("site", PER_SITE))):
        raise TooMany("too many applications")


def may_write(address: str) -> bool:
    """Count a letter that a stranger asks for; tell whether it may go."""
    to = f"letter:{context.digest('letter', address)}"
    return _fits(((f"{to}:{_place()}", LETTERS_PER_PLACE), (to, LETTERS)))


def forget_old() -> None:
    """Forget what was counted in hours gone by."""
    Use.objects.filter(hour__lt=_hour()).delete()


@transaction.atomic
def _fits(limits: tuple[tuple[str, int], ...]) -> bool:
    """Count one use under each name up to the first that is full; tell whether none was."""
    hour = _hour()
    for name, most in limits:
        named = f"{hour}:{name}"
        Use.objects.bulk_create([Use(name=named, hour=hour)], ignore_conflicts=True)
        if not Use.objects.filter(name=named, n__lt=most).update(n=F("n") + 1):
            return False
    return True


def _hour() -> int:
    """Return the hour that is counted."""
    return int(time.time()) // HOUR_S


def _place() -> str:
    """Return where the request comes from: a digest, never the address itself."""
    return context.current().client or "unknown"
