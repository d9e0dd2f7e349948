"""Checking sources: ask each address once, keep what it answered and when.

In      the addresses of the catalogue; a way to ask
Out     a row for each; on the record that it was done, with two numbers
Fails   ChecksAreOff: no administrator has switched it on
Why     a source that is gone is no source; and no request goes out that nobody asked for
Not     here: asking one address (reaching.py), what counts as broken (queries.py)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haven.audit.actions import record
from haven.hub.catalogue import caring
from haven.hub.curation import reaching
from haven.hub.curation.models import SourceCheck

if TYPE_CHECKING:
    from datetime import datetime

PAUSE_S = 1.0  # between two requests: most sources lie on a few machines


class ChecksAreOff(RuntimeError):
    """No request goes out: HAVEN_SOURCE_CHECKS is not set."""

    code = "sources.off"


def check_all(
    *,
    at: datetime,
    ask: Callable[[str], reaching.Answer] = reaching.ask,
    pause_s: float = PAUSE_S,
) -> tuple[int, int]:
    """Ask every address; return how many were asked and how many did not answer.

    Raises:
        ChecksAreOff: Nobody switched it on; nothing was asked.
    """
    if not settings.HAVEN_SOURCE_CHECKS:
        raise ChecksAreOff("source checks are off: set HAVEN_SOURCE_CHECKS to switch them on")
    wanted = sorted(caring.addresses())
    n_failed = 0
    for number, address in enumerate(wanted):
        time.sleep(pause_s if number else 0)
        answer = ask(address)
        n_failed += not answer.answered
        keep(address, answer, at=at)
    SourceCheck.objects.exclude(address__in=wanted).delete()
    with transaction.atomic():
        record("sources.check", actor=None, at=at, n_asked=len(wanted), n_failed=n_failed)
    return len(wanted), n_failed


@transaction.atomic
def keep(address: str, answer: reaching.Answer, *, at: datetime) -> None:
    """Keep what an address answered, and since when it has not."""
    row = SourceCheck.objects.filter(address=address).first() or SourceCheck(address=address)
    row.checked_at, row.answered, row.said = at, answer.answered, answer.said
    row.failed_since = None if answer.answered else (row.failed_since or at)
    row.save()
