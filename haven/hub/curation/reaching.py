"""Reaching: ask one address of the web whether it answers; the only request out of the Hub.

In      an address of a source
Out     whether it answers, and what: a status of HTTP, or a stable code
Fails   never: what goes wrong is the answer
Why     the addresses were written by people: none may lead this program to a machine inside
Not     here: whether it may ask at all (checking.py), what follows (queries.py)

It asks with HEAD, and with GET where HEAD is not known; it reads no body, follows no way on to
another address, sends no cookie and no name of who runs it. It connects to the very number it
has looked at, so that no second answer of the name service leads elsewhere.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

TIMEOUT_S = 10.0
PORTS = {"http": 80, "https": 443}
AGENT = "Haven source check"
_NOT_KNOWN = (405, 501)  # HEAD is not
_GONE = 400  # this status and above, but for those who let nobody in unasked
_CLOSED_DOORS = frozenset({401, 403, 429})  # somebody is there, and does not talk to programs


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered."""

    answered: bool
    said: str


def ask(address: str) -> Answer:
    """Ask an address; return what it said."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return Answer(answered=False, said="source.bad_address")
    if parts.scheme not in PORTS or not parts.hostname or parts.username or port is not None:
        return Answer(answered=False, said="source.bad_address")
    try:
        number = _public_number(parts.hostname, PORTS[parts.scheme])
    except OSError:
        return Answer(answered=False, said="source.no_such_name")
    except UnicodeError:
        return Answer(answered=False, said="source.bad_address")
    if number is None:
        return Answer(answered=False, said="source.inside")
    wanted = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    )
    try:
        status = _status("HEAD", parts.scheme, parts.hostname, number, wanted)
        if status in _NOT_KNOWN:
            status = _status("GET", parts.scheme, parts.hostname, number, wanted)
    except TimeoutError:
        return Answer(answered=False, said="source.timeout")
    except ssl.SSLError:
        return Answer(answered=False, said="source.bad_certificate")
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(answered=False, said="source.unreachable")
    return Answer(answered=status < _GONE or status in _CLOSED_DOORS, said=str(status))


def _public_number(host: str, port: int) -> str | None:
    """Return a number of a host on the public web; None where one of its numbers is inside.

    One of the old kind where there is one: many installations reach no other.

    Raises:
        OSError: The name service knows none.
    """
    found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    numbers = [ipaddress.ip_address(one.partition("%")[0]) for one in sorted(found)]
    if not all(one.is_global and not one.is_multicast for one in numbers):
        return None
    return str(min(numbers, key=lambda one: one.version))


def _status(method: str, scheme: str, host: str, number: str, wanted: str) -> int:
    """Return the status of an answer; the connection goes to the number and to nothing else."""
    connection: http.client.HTTPConnection
    plain = socket.create_connection((number, PORTS[scheme]), timeout=TIMEOUT_S)
    try:
        if scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, timeout=TIMEOUT_S, context=context)
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        else:
            connection = http.client.HTTPConnection(host, timeout=TIMEOUT_S)
            connection.sock = plain
        connection.request(method, wanted, headers={"User-Agent": AGENT, "Connection": "close"})
        status = connection.getresponse().status
        connection.close()
    finally:
        plain.close()
    return status
