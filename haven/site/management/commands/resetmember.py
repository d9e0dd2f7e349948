"""Reset a member: `python -m haven.site resetmember`, where no second person can.

In      sign-in name, reason
Out     no factor, password or session of the member left; a one-time link
Fails   CommandError: no such member, or one who is suspended or has left
Why     the only administrator of an agency has nobody who could ask for them
"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from haven.accounts import links, queries, resets


class Command(BaseCommand):
    """End a member's ways to sign in and print a one-time link."""

    help = "End a member's factors, password and sessions, and print a one-time link."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument("username", help="sign-in name")
        parser.add_argument("--reason", required=True, help="kept on the record")

    def handle(self, **options: Any) -> None:
        """Reset the member."""
        member = queries.by_username(options["username"])
        if member is None or not member.is_active:
            raise CommandError("There is no active member of that sign-in name.")
        path = resets.on_console(member, reason=options["reason"], at=timezone.now())
        self.stdout.write(links.words_for(path))
