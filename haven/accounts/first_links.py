"""First links: the token of the link by which a new member comes in to set up a factor.

In      a member; a token that somebody brings
Out     the token; whether it opens the way now
Fails   closed: a token of another member, of before a reset, or too old opens nothing
Why     the link works again until a factor is there: a browser that dies between "Begin" and
        the passkey must not leave a new colleague outside. With the first factor it ends
Not     here: the page (views.py); that opening it again ends the session before (views.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from haven.accounts import factors, queries

if TYPE_CHECKING:
    from haven.accounts.models import Member


class FirstLink(PasswordResetTokenGenerator):
    """Django's signed token, for settings.PASSWORD_RESET_TIMEOUT, over other facts."""

    key_salt = "haven.accounts.first_links"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        """Return what must not change: the password, which a reset ends, and the factors."""
        member: Member = user
        ways = [one.pk for one in factors.of(member)]
        bound = queries.is_bound_to_agency(member)
        return f"{member.pk}:{member.password}:{ways}:{bound}:{timestamp}"


tokens = FirstLink()


def uid(member: Any) -> str:
    """Return how a link names its member."""
    return urlsafe_base64_encode(force_bytes(member.pk))
