"""Codes: an app's code works once; the demonstration's stands in for the app.

In      a member's code app, a code
Out     whether it was used for the first time; in a demonstration, the code of now
Fails   closed: where the shared memory cannot be asked, the code is refused with an error
Why     a code read over a shoulder must not open a second door (RFC 6238, 5.2)
Not     here: checking a code (django-allauth)
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache

if TYPE_CHECKING:
    from haven.accounts.models import Member

FOR_SHOW = "demonstration"  # marks a code app that the page itself may stand in for


def use(app: Authenticator, code: str) -> bool:
    """Return whether a right code is used for the first time.

    allauth remembers a used code for one period. With a tolerance of a period before and
    after, a code is good for three, so it is remembered here for as long.
    """
    lives_s = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return cache.add(_key(app, code), 1, timeout=lives_s)


def add_for_show(member: Member) -> None:
    """Give a member of the demonstration a code app whose code the page shows.

    Raises:
        RuntimeError: This is no demonstration.
    """
    if not settings.HAVEN_DEMO:
        raise RuntimeError("this is no demonstration")
    made = auth.TOTP.activate(member, auth.generate_totp_secret()).instance
    made.data[FOR_SHOW] = True
    made.save(update_fields=["data"])


def for_show(member: Member) -> str:
    """Return the code of now for a member of the demonstration; "" for anyone else."""
    if not settings.HAVEN_DEMO:
        return ""
    app = Authenticator.objects.filter(user_id=member.pk, type=Authenticator.Type.TOTP).first()
    if app is None or not app.data.get(FOR_SHOW):
        return ""
    secret, now = decrypt(app.data["secret"]), int(time.time()) // app_settings.TOTP_PERIOD
    codes = [auth.format_hotp_value(auth.hotp_value(secret, now + step)) for step in (0, 1, -1)]
    return next((str(code) for code in codes if cache.get(_key(app, code)) is None), "")


def _key(app: Authenticator, code: str) -> str:
    return f"haven.code:{app.pk}:{normalize_user_code(code)}"
