"""Making, using and revoking tokens.

In      what a member asks for; a use of a token by a program
Out     changed rows; the token itself once, when it is made
Fails   CaseNotFound, NotAllowed, CaseLocked, TokenNotFound; PurposeMissing, WrongAbilities,
        WrongLifetime; AlreadyEnded
Why     check, change and record in one transaction
Not     here: whether a token is good (queries.py)
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case as When
from django.db.models import F, Value
from django.db.models import When as Where
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import Outcome, record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.tokens import queries
from haven.workbench.tokens.models import Token

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member

PREFIX = "haven_"  # so that a token is recognised where it lies about
_BYTES = 32  # 256 random bits
_SHOWN = len(PREFIX) + 6  # characters that stay readable; 220 bits are left


class PurposeMissing(BadInput):
    """No purpose was given."""

    code = "token.no_purpose"
    words = _("Say what the token is for.")


class WrongAbilities(BadInput):
    """It would be able to do nothing, or something unknown."""

    code = "token.wrong_abilities"
    words = _("Choose what the token may do.")


class WrongLifetime(BadInput):
    """Too short or too long."""

    code = "token.wrong_lifetime"
    words = _("A token lives for 1 to 90 days.")


class AlreadyEnded(Conflict):
    """It has ended before."""

    code = "token.ended"
    words = _("This token has ended already.")


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and the secret that is shown this one time."""

    token: Token
    secret: str


@transaction.atomic
def make(
    case_id: UUID,
    *,
    purpose: str,
    abilities: Collection[str],
    days: int = queries.USUAL_DAYS,
    by: Member,
    at: datetime,
) -> Made:
    """Make a token for a case; the page asks for a fresh factor before.

    Raises:
        CaseNotFound, NotAllowed: Not there, or it is to do more than `by` may.
        CaseLocked: The case is closed or past its date.
        PurposeMissing, WrongAbilities, WrongLifetime: As they say.
    """
    case = cases.get(case_id, member=by)
    if cases.is_locked(case):
        raise cases.CaseLocked(f"case {case.pk} is closed, or past its date")
    if set(abilities) - {queries.ABILITY.READ}:
        cases.get(case_id, member=by, to="work")
    if not purpose.strip():
        raise PurposeMissing("a token without a purpose")
    if not abilities or set(abilities) - set(queries.ABILITY):
        raise WrongAbilities("no ability, or one that is not known")
    if not 1 <= days <= queries.LONGEST_DAYS:
        raise WrongLifetime(f"a token for {days} days")
    secret = PREFIX + secrets.token_hex(_BYTES)
    made = Token.objects.create(
        case=case,
        agency_id=case.agency_id,
        member=by,
        purpose=purpose.strip(),
        abilities=[one for one in queries.ABILITY if one in abilities],
        digest=queries.digest(secret),
        beginning=secret[:_SHOWN],
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    record(
        "token.make",
        actor=by,
        target=made,
        case_id=case.pk,
        at=at,
        reason=made.purpose,
        abilities=made.abilities,
        valid_until=made.expires_at.date().isoformat(),
    )
    return Made(made, secret)


@transaction.atomic
def revoke(case_id: UUID, token_id: UUID, *, by: Member, at: datetime) -> Token:
    """End a token, as who made it or who leads its case.

    Raises:
        CaseNotFound, TokenNotFound: Not there, or not to be seen.
        AlreadyEnded: It has ended.
    """
    case = cases.get(case_id, member=by)
    return _end(queries.get(case, token_id, member=by), by=by, at=at)


@transaction.atomic
def revoke_in_agency(token_id: UUID, *, by: Member, at: datetime) -> Token:
    """End a token as the administrator of its agency, who sees nothing of the case.

    Raises:
        NotAllowed: `by` does not administer his agency.
        TokenNotFound: Not of the agency.
        AlreadyEnded: It has ended.
    """
    access.require(by, "tokens.watch")
    found = queries.of_agency(by).filter(public_id=token_id).first()
    if found is None:
        raise queries.TokenNotFound(f"no such token in agency {by.agency_id}")
    return _end(found, by=by, at=at)


def count(token: Token, *, at: datetime) -> bool:
    """Count one use; tell whether it still fits into this minute.

    One UPDATE of one row: two uses at the same moment count as two.
    """
    minute = int(time.time()) // 60
    first = Where(minute=minute, then=F("n_uses") + 1)
    Token.objects.filter(pk=token.pk).update(
        n_uses=When(first, default=Value(1)), minute=minute, used_at=at
    )
    token.refresh_from_db(fields=["n_uses"])
    return token.n_uses <= int(settings.HAVEN_TOKEN_A_MINUTE)


@transaction.atomic
def note_use(token: Token, *, address: str, method: str, refused: str = "", at: datetime) -> None:
    """Record that a program came with a token, where it went, and whether it was let in.

    Args:
        token: A good token.
        address: Name of the address, such as "api:items".
        method: Such as "GET".
        refused: Code of the error it was refused with; empty where it was let in.
        at: Now.
    """
    said: dict[str, Any] = {"code": refused} if refused else {}
    record(
        "token.use",
        actor=token.member,
        target=token,
        case_id=token.case_id,
        at=at,
        outcome=Outcome.REFUSED if refused else Outcome.DONE,
        address=address,
        method=method,
        **said,
    )


def _end(token: Token, *, by: Member, at: datetime) -> Token:
    """End a token.

    Raises:
        AlreadyEnded: It has ended.
    """
    changed = Token.objects.filter(pk=token.pk, ended_at__isnull=True).update(
        ended_at=at, ended_why=queries.ENDED.REVOKED, ended_by=by
    )
    if not changed:
        raise AlreadyEnded(f"token {token.pk} has ended")
    record("token.revoke", actor=by, target=token, case_id=token.case_id, at=at)
    return token
