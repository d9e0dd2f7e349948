"""Signing in, in tests: quickly past the door, or through it with a code.

Out     clients and pages with a session that counts as complete; code apps whose codes are known
Not     here: tests of the door itself (tests/accounts)
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.test import Client

    from haven.accounts.models import Member


def let_in(client: Client, member: Member, *, factor: str = "totp", ago_s: float = 0) -> Client:
    """Sign a member in as if password and second factor had been given `ago_s` ago."""
    from allauth.usersessions.models import UserSession

    client.force_login(member)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": factor, "id": 0, "at": time.time() - ago_s}
    ]
    session["account_authentication_methods_user"] = str(member.pk)
    session["haven.listed"] = True  # done once, at the first request
    session.save()
    UserSession.objects.create(
        user=member, session_key=session.session_key, ip="127.0.0.1", user_agent="test"
    )
    return client


def change_session(client: Client, **values: object) -> None:
    """Change what the session holds; names with a dot are written with two underscores."""
    session = client.session
    session.update({name.replace("__", "."): value for name, value in values.items()})
    session.save()


def add_code_app(member: Member) -> Authenticator:
    """Give a member a code app."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    made: Authenticator = TOTP.activate(member, generate_totp_secret()).instance
    return made


def code_of(app: Authenticator, *, step: int = 0) -> str:
    """Return the code of a code app now, or `step` periods later."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
    from allauth.mfa.utils import decrypt

    return format_hotp_value(
        hotp_value(decrypt(app.data["secret"]), int(time.time()) // 30 + step)
    )
