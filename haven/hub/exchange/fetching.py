"""Fetching: a bundle from an address that an administrator set, when somebody asks.

In      an https address
Out     the bytes, in an open file
Fails   NotFetched: another scheme, another host, no answer, one that is too long, too slow or
        broke off
Why     nothing goes out by itself: no task calls this, only the verb `haven hub fetch`
Not     here: which addresses (HAVEN_HUB_SOURCES), whether the bundle is believed (actions.py)

The certificate of the server is checked; a redirect is not followed, so that no server can have
another one asked; nothing of ours is sent but the request itself. A host of a closed network
may be asked, as an administrator wrote it down.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from haven.hub.exchange import bundles
from haven.hub.exchange.errors import NotFetched

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 60.0  # without a byte
WHOLE_S = 3600.0  # for all of it: 65 MB at 150 kbit/s
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
    host, port, path = _place(address)
    context = trusted or ssl.create_default_context()
    line = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    try:
        line.connect()
        with _at_most(WHOLE_S, line.sock, host):
            line.request("GET", path, headers={"Accept": "*/*"})
            with line.getresponse() as answer:  # it holds the line where the server ends it
                if answer.status != http.client.OK:
                    raise NotFetched(f"{host} answered with {answer.status}.")
                _copy(answer, into, host)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NotFetched(f"{host} could not be asked.") from error
    finally:
        line.close()


def _place(address: str) -> tuple[str, int, str]:
    """Return host, port and path of an address.

    Raises:
        NotFetched: It is none of https, or holds a password.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or http.client.HTTPS_PORT
    except ValueError as error:  # a host in half a bracket, a port beyond 65535
        raise NotFetched("This is no address of a hub.") from error
    if parts.scheme != "https" or not host or parts.username is not None:
        raise NotFetched("An address of a hub begins with https:// and holds no password.")
    return host, port, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


@contextlib.contextmanager
def _at_most(seconds: float, line: socket.socket, host: str) -> Iterator[None]:
    """Hang up after some time, however slowly bytes still come.

    Raises:
        NotFetched: The time was over.
    """
    is_over = threading.Event()

    def hang_up() -> None:
        is_over.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # below TLS: a read sees an end

    clock = threading.Timer(seconds, hang_up)
    clock.daemon = True
    clock.start()
    try:
        yield
    except (OSError, http.client.HTTPException, NotFetched):
        if not is_over.is_set():
            raise
    finally:
        clock.cancel()
    if is_over.is_set():  # also where an end came that looks like the end of an answer
        raise NotFetched(f"{host} took longer than {seconds / 60:.0f} minutes.")


def _copy(answer: http.client.HTTPResponse, into: IO[bytes], host: str) -> None:
    """Copy an answer that is short enough and whole.

    Raises:
        NotFetched: It is not.
    """
    left = MOST_BYTES
    while piece := answer.read1(_READ):
        left -= len(piece)
        if left < 0:
            raise NotFetched(f"The answer of {host} is longer than {MOST_BYTES >> 20} MB.")
        into.write(piece)
    if answer.length:  # of bytes that were promised
        raise NotFetched(f"The answer of {host} broke off.")
