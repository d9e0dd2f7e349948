"""Limits: how often the application page may be used.

In      where the request comes from, as the record knows it
Out     nothing
Fails   TooMany (429) beyond the limits; closed where the counters cannot be asked
Why     an open form is an invitation to guess and to flood; an officer applies once
Not     here: letters for one address (actions.py)
"""

from __future__ import annotations

import time

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from haven.audit import context
from haven.web.errors import WebError

PER_PLACE = 10  # applications from one address of the network, in WINDOW_S
PER_SITE = 300  # from everywhere; a whole agency may apply on one day
WINDOW_S = 3600


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
    window = int(time.time()) // WINDOW_S
    place = context.current().client or "unknown"  # a digest, never the address itself
    for key, most in ((f"place:{place}", PER_PLACE), ("site", PER_SITE)):
        name = f"haven.joining:{window}:{key}"
        cache.add(name, 0, timeout=WINDOW_S)
        if cache.incr(name) > most:
            raise TooMany("too many applications")
