"""Which tokens there are, and which one is good now.

In      a member who asks; the digest of a token
Out     tokens of a case, of an agency; whose a digest is, and the token if it is good
Fails   TokenNotFound: not there, or not to be seen
Why     a token is good only while its maker could do the same by hand
Not     here: what it may do (abilities.py), making and ending (actions.py)
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from haven.accounts import access
from haven.accounts.agencies.queries import STATUSES
from haven.web.errors import NotFound
from haven.workbench.cases import clocks
from haven.workbench.cases import queries as cases
from haven.workbench.tokens.models import LONGEST, Token

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case, Clock

ABILITY = Token.Ability
ENDED = Token.Ended
LONGEST_DAYS = LONGEST.days
USUAL_DAYS = 30


class TokenNotFound(NotFound):
    """No such token among those the member may see."""

    code = "token.not_found"


class Holder(NamedTuple):
    """Whose a token is and which case it opens."""

    member_pk: int
    case_pk: int


def digest(secret: str) -> str:
    """Return the digest under which a token is kept, 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def holder(secret: str) -> Holder | None:
    """Return whose a token is, before anybody is known; None where there is none like it.

    Asks a function of the owner, as every row of a token is behind the wall.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT member_id, case_id FROM haven_token_holder(%s)", [digest(secret)])
        found = cursor.fetchone()
    return Holder(*found) if found else None


def good(secret: str, *, at: datetime) -> Token | None:
    """Return a token if it opens its case now; asked as its holder."""
    found = (
        Token.objects.filter(digest=digest(secret), ended_at__isnull=True, expires_at__gt=at)
        .select_related("member__agency", "case")
        .first()
    )
    if found is None or not _may_still(found.member, found.case_id):
        return None
    return found


def of_case(case: Case, *, member: Member) -> QuerySet[Token]:
    """Return the tokens of a case: a member's own, and for who leads it everyone's."""
    found = Token.objects.filter(case=case).select_related("member", "ended_by")
    return found if cases.allows(case, "lead") else found.filter(member=member)


def of_agency(by: Member) -> QuerySet[Token]:
    """Return the tokens of a member's agency, without their purposes.

    Raises:
        NotAllowed: `by` does not administer his agency.
    """
    access.require(by, "tokens.watch")
    found = Token.objects.filter(agency_id=by.agency_id).select_related("member", "ended_by")
    return found.defer("purpose", "digest")


def clocks_of(tokens: list[Token], by: Member) -> dict[int, Clock]:
    """Return the clocks of the cases of some tokens: their numbers and nothing else of them."""
    wanted = {one.case_id for one in tokens}
    return {one.case_id: one for one in clocks.of_agency(by).filter(case_id__in=wanted)}


def get(case: Case, token_id: UUID, *, member: Member) -> Token:
    """Return a token of a case.

    Raises:
        TokenNotFound: Not there, or neither the member's nor of a case that he leads.
    """
    found = of_case(case, member=member).filter(public_id=token_id).first()
    if found is None:
        raise TokenNotFound(f"no such token in case {case.pk}")
    return found


def _may_still(member: Member, case_pk: int) -> bool:
    """Tell whether a member may still open a case, and the case is not closed."""
    if not member.is_active or member.agency.status != STATUSES.ACTIVE:
        return False
    if not access.allows(member, "case.work"):
        return False
    case = cases.visible_to(member).filter(pk=case_pk).first()
    return case is not None and case.status != case.Status.CLOSED
