"""Accounts: agencies and their members.

In      Django's start and its sign-in signals
Out     every sign-in, sign-out and refused try on the record
"""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils import timezone

SUBJECTS = (
    "one_time_links",
    "mail",
    "terms",
    "invitations",
    "joining",
)  # that have tables of their own


class AccountsConfig(AppConfig):
    """Who you are."""

    name = "haven.accounts"
    label = "accounts"

    def import_models(self) -> None:
        """Load the tables of each subject; a subject knows accounts.models, not the reverse."""
        super().import_models()
        for subject in SUBJECTS:
            import_module(f"haven.accounts.{subject}.models")

    def ready(self) -> None:
        """Put sign-in, sign-out and refused tries on the record."""
        from allauth.mfa.signals import (  # needs the app registry
            authentication_failed,
            authenticator_added,
        )
        from django.contrib.auth import signals

        signals.user_logged_in.connect(_signed_in, dispatch_uid="haven.signed_in")
        signals.user_logged_out.connect(_signed_out, dispatch_uid="haven.signed_out")
        signals.user_login_failed.connect(_refused, dispatch_uid="haven.refused")
        authenticator_added.connect(_arrived, dispatch_uid="haven.arrived")
        authentication_failed.connect(_wrong_code, dispatch_uid="haven.wrong_code")


def _signed_in(request: Any, user: Any, **_rest: object) -> None:
    """Begin the session's clock and record the sign-in, with the factor it was made by."""
    from haven.accounts import actions, factors, sessions  # models load after the apps

    sessions.begin(request.session)
    factor = factors.way_in(request, user)
    actions.note("member.sign_in", of=user, at=timezone.now(), factor=factor)
    if factors.given(request, user):  # by the agency's own: nothing is left to set up here
        actions.arrive(user, at=timezone.now())


def _signed_out(request: Any, user: Any, **_rest: object) -> None:
    """Record a sign-out; a session without a member signs out without a trace."""
    from haven.accounts import actions

    if user is not None:
        why = getattr(request, "session_over", "asked")
        actions.note("member.sign_out", of=user, at=timezone.now(), why=why)


def _refused(**_rest: object) -> None:
    """Record a refused password; what was typed is not kept, it may be a password."""
    from haven.accounts import actions

    actions.note(actions.REFUSED, of=None, at=timezone.now(), factor="password")


def _wrong_code(user: Any, authenticator: Any, **_rest: object) -> None:
    """Record a refused code, of the member whose password was right."""
    from haven.accounts import actions

    actions.note(actions.REFUSED, of=user, at=timezone.now(), factor=authenticator.type)


def _arrived(user: Any, **_rest: object) -> None:
    """Note that a new member has set up the sign-in."""
    from haven.accounts import actions

    actions.arrive(user, at=timezone.now())
