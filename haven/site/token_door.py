"""Token door: a program comes in with a token, as one member, into one case.

In      the header `Authorization: Bearer haven_…` of a request under /api/
Out     a request of the token's member, with no session; the same with what the token may do
Fails   closed: a token that is not good is 401 and never falls back to a cookie; an address
        that tokens/abilities.py does not name is 403; another case is 404, as if it were not
        there; more than HAVEN_TOKEN_A_MINUTE uses are 429
Why     every border holds twice: here, in visible_to() and in the rows of the database
Not     here: making tokens and whether one is good (workbench/tokens), walls (walls.py)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts.terms import queries as terms
from haven.site import walls
from haven.web import errors, failed
from haven.workbench.cases import queries as cases
from haven.workbench.tokens import abilities, actions, queries
from haven.workbench.tokens.models import Token

SCHEME = f"Bearer {actions.PREFIX}"

Respond = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger(__name__)


class NotGood(errors.NotSignedIn):
    """The token is not known, has expired or has ended; which of these is not said."""

    code = "token.not_good"
    words = _("This token opens nothing: it is unknown, or its time is over.")


class ForPeopleAlone(errors.NotAllowed):
    """No token opens this address."""

    code = "token.for_people_alone"
    words = _("No program may do this. A person does it on a page.")


class NotAble(errors.NotAllowed):
    """The token was not made for this."""

    code = "token.not_able"
    words = _("This token was not made for this.")


class TermsMissing(errors.NotAllowed):
    """The member has not accepted the terms that hold now."""

    code = "token.terms_missing"
    words = _("The terms have changed. Accept them on a page first.")


class TooOften(errors.WebError):
    """Too many uses in a minute."""

    code = "token.too_often"
    http_status = 429
    words = _("Too many requests with this token. Wait a minute.")


class NoSession(SessionBase):
    """What a program has in place of a session: nothing is kept, no cookie is sent."""

    modified = property(lambda self: False, lambda self, value: None)

    def is_empty(self) -> bool:
        """Return that there is something, or a cookie that came along would be deleted."""
        return False


class TokenSignsIn:
    """Let a good token stand for its member; what comes with a bad one goes no further."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, as the member of the token if there is one."""
        secret = _secret(request)
        if secret is None:
            return self.get_response(request)
        token = _good(secret)
        if token is None:
            return _refuse(request, NotGood)
        request.token = token  # type: ignore[attr-defined]  # asked by audit, accounts and walls
        request.user = token.member
        request.session = NoSession()
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # no cookie counts
        with cases.limited_to(token.case_id):
            return self.get_response(request)


class TokenOpens:
    """Let a program reach what its token was made for, so often and no oftener."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Return why a program is refused, or None where it is let in; both are recorded."""
        del view, args
        token: Token | None = getattr(request, "token", None)
        if token is None:
            return None
        match = request.resolver_match
        address, method, now = (
            match.view_name if match else "",
            request.method or "",
            timezone.now(),
        )
        error = _why_not(token, address, method, kwargs)
        if not actions.count(token, at=now):
            error = TooOften
        code = error.code if error else ""
        actions.note_use(token, address=address, method=method, refused=code, at=now)
        return _refuse(request, error) if error else None


def _why_not(
    token: Token, address: str, method: str, kwargs: dict[str, Any]
) -> type[errors.WebError] | None:
    """Return the error that keeps a token out of an address, or None."""
    mine = str(token.case.public_id)
    if str(kwargs.get("case_id", mine)) != mine:  # ninja's routes give words, Django's an UUID
        return cases.CaseNotFound
    needed = abilities.needed(address, method)
    if needed is None:
        return ForPeopleAlone
    if needed not in token.abilities:
        return NotAble
    return None if terms.are_accepted(token.member) else TermsMissing


def _secret(request: HttpRequest) -> str | None:
    """Return the token that came with a request for the API, or None."""
    said = request.headers.get("Authorization", "")
    if not failed.wants_json(request) or not said.startswith(SCHEME):
        return None
    return said.removeprefix("Bearer ")


def _good(secret: str) -> Token | None:
    """Return a token that opens its case now, asked for behind the walls as its member."""
    holder = queries.holder(secret)
    if holder is None:
        return None
    with walls.as_member(holder.member_pk, only_case=holder.case_pk):
        return queries.good(secret, at=timezone.now())


def _refuse(request: HttpRequest, error: type[errors.WebError]) -> HttpResponse:
    """Return the answer that keeps a program out."""
    logger.info("%s answered with %s", error.code, error.http_status)
    answer = failed.answer(request, error.http_status, error.words, error.code)
    if error.http_status == errors.NotSignedIn.http_status:
        answer["WWW-Authenticate"] = "Bearer"
    if error is TooOften:
        answer["Retry-After"] = "60"
    return answer
