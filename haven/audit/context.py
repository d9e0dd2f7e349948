"""Context: through what an act comes in, told once per request or process.

In      a middleware for pages, a line at the start of the worker and of the console
Out     Source: the door, a digest of the session, the class and a digest of the client
Fails   never; an act that nobody announced comes in by the door "program"
Why     actions know a member, not a request; the record wants both
Not     here: who acts (the actor tells the agency and the roles)

A session's key opens the session, and an address may name a person: the record holds
neither, only a digest under the site's secret, enough to see that two acts came from one.
"""

import contextlib
import ipaddress
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

DIGEST_LENGTH = 32  # hexadecimal digits: 128 bits


@dataclass(frozen=True, slots=True)
class Source:
    """Where acts come from until the next one is told."""

    via: str = "program"  # web, token, worker, console, keeper
    session_key: Callable[[], str | None] = lambda: None  # asked late: signing in changes it
    client: str = ""  # class and digest of the address, such as "private:3f…"
    token: int | None = None  # key of the token with which a program came

    @property
    def session(self) -> str:
        """Return the digest of the session, or nothing where there is none."""
        key = self.session_key()
        return digest("session", key) if key else ""


_UNTOLD = Source()
_now: ContextVar[Source] = ContextVar("haven_record_source", default=_UNTOLD)


def current() -> Source:
    """Return where acts come from now."""
    return _now.get()


def enter(source: Source) -> None:
    """Say where the acts of this process come from, until it ends."""
    _now.set(source)


@contextlib.contextmanager
def coming_from(source: Source) -> Iterator[None]:
    """Say where the acts inside the block come from."""
    token = _now.set(source)
    try:
        yield
    finally:
        _now.reset(token)


def client_of(address: str) -> str:
    """Return the class of an address and a digest of it; "unknown" for one that is none."""
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return "unknown"
    kind = "public"
    if parsed.is_loopback:
        kind = "loopback"
    elif parsed.is_private:
        kind = "private"
    return f"{kind}:{digest('client', parsed.compressed)[:16]}"


def digest(what: str, value: str) -> str:
    """Return a digest that only this site's secret can repeat."""
    made = salted_hmac(f"haven.audit.{what}", value, algorithm="sha256")
    return made.hexdigest()[:DIGEST_LENGTH]
