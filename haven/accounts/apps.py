"""Accounts: agencies and their members.

In      Django's start and its sign-in signals
Out     every sign-in, sign-out and refused try on the record
"""

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who you are."""

    name = "haven.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Put sign-in and sign-out on the record."""
        from django.contrib.auth import signals  # needs the app registry

        signals.user_logged_in.connect(_signed_in, dispatch_uid="haven.signed_in")
        signals.user_logged_out.connect(_signed_out, dispatch_uid="haven.signed_out")
        signals.user_login_failed.connect(_refused, dispatch_uid="haven.refused")


def _signed_in(user: Any, **_rest: object) -> None:
    """Record a sign-in."""
    from django.utils import timezone

    from haven.accounts import actions  # models load after the apps

    actions.note_sign_in(user, at=timezone.now())


def _signed_out(user: Any, **_rest: object) -> None:
    """Record a sign-out; a session without a member signs out without a trace."""
    from django.utils import timezone

    from haven.accounts import actions

    if user is not None:
        actions.note_sign_out(user, at=timezone.now())


def _refused(**_rest: object) -> None:
    """Record a refused try."""
    from django.utils import timezone

    from haven.accounts import actions

    actions.note_refused_sign_in(at=timezone.now())
