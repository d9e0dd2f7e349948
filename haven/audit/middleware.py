"""Middleware: tells the record through which session and from where a request comes.

In      a request, after the session middleware
Out     the context in which every act of the request is recorded
Fails   never
Not     here: signing in, or who may do what (haven.accounts)
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from haven.audit import context

Respond = Callable[[HttpRequest], HttpResponse]


def told_to_the_record(get_response: Respond) -> Respond:
    """Return a middleware that tells the record where a request comes from."""

    def respond(request: HttpRequest) -> HttpResponse:
        token = getattr(request, "token", None)  # set where a program came with a good one
        source = context.Source(
            via="web" if token is None else "token",
            token=None if token is None else token.pk,
            session_key=lambda: request.session.session_key,
            client=context.client_of(_address(request)),
        )
        with context.coming_from(source):
            return get_response(request)

    return respond


def _address(request: HttpRequest) -> str:
    """Return the client's address; the proxy's word counts only where there is a proxy."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "")
        last: str = forwarded.rpartition(",")[2].strip()  # what our own proxy added
        if last:
            return last
    return str(request.META.get("REMOTE_ADDR", ""))
