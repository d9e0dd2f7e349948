"""Fetching: a bundle from an address that an administrator set, when somebody asks.

In      an https address
Out     the bytes, in an open file
Fails   NotFetched: another scheme, another host, no answer, an answer that is too long
Why     nothing goes out by itself: no task calls this, only the verb `haven hub fetch`
Not     here: which addresses (HAVEN_HUB_SOURCES), whether the bundle is believed (actions.py)

The certificate of the server is checked; a redirect is not followed; nothing of ours is sent
but the request itself.
"""

from __future__ import annotations

import http.client
import ssl
from typing import IO
from urllib.parse import urlsplit

from haven.hub.exchange import bundles
from haven.hub.exchange.errors import NotFetched

TIMEOUT_S = 60.0  # without a byte
MOST_BYTES = bundles.MOST_BYTES + (1 << 20)  # the parts, and what stands before them
_READ = 1 << 16


def fetch(address: str, into: IO[bytes], *, trusted: ssl.SSLContext | None = None) -> None:
    """Write what an address gives into an open file.

    Args:
        address: Begins with https.
        into: Open for writing.
        trusted: Which servers are believed; those this machine believes if it is left out.

    Raises:
        NotFetched: As above.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise NotFetched("An address of a hub begins with https:// and holds no password.")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    context = trusted or ssl.create_default_context()
    line = http.client.HTTPSConnection(
        parts.hostname, parts.port or 443, timeout=TIMEOUT_S, context=context
    )
    try:
        line.request("GET", path, headers={"Accept": "*/*"})
        answer = line.getresponse()
        if answer.status != http.client.OK:
            raise NotFetched(f"{parts.hostname} answered with {answer.status}.")
        _copy(answer, into)
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched(f"{parts.hostname} could not be asked.") from error
    finally:
        line.close()


def _copy(answer: http.client.HTTPResponse, into: IO[bytes]) -> None:
    """Copy an answer that is short enough.

    Raises:
        NotFetched: It is not.
    """
    left = MOST_BYTES
    while piece := answer.read(_READ):
        left -= len(piece)
        if left < 0:
            raise NotFetched(f"The answer is longer than {MOST_BYTES >> 20} MB.")
        into.write(piece)
