"""Command: bring roles, grants and policies up to date; in service also their passwords.

In      HAVEN_OWNER_DATABASE_URL, and with --passwords the addresses of the other roles
Out     roles as the table of grants says, one line for each
Fails   RolesMissing: the owner may not make roles; the sentence says what a superuser types
Why     `migrate` does the same after every migration; this does it alone, and first
"""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from haven.site import database_roles, databases, env, postgres, scram


class Command(BaseCommand):
    """Make the roles of the database, and say what each may do."""

    help = "Make the roles of the database with their grants and row-level security."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take --passwords and --show."""
        parser.add_argument(
            "--passwords",
            action="store_true",
            help="give each role the password that its address holds (DATABASE_URL and so on)",
        )
        parser.add_argument(
            "--show", action="store_true", help="print the table of grants and change nothing"
        )

    def handle(self, *_words: object, **options: Any) -> None:
        """Do it."""
        if options["show"]:
            for grant in (*database_roles.GRANTS, database_roles.OF_A_CASE):
                self.stdout.write(
                    f"{grant.tables:<26} web {grant.web or '-':<5}"
                    f" worker {grant.worker or '-':<5} keeper {grant.keeper or '-'}"
                )
            return
        database_roles.apply()
        for kind in postgres.KINDS[1:]:
            note = self._password(kind) if options["passwords"] else "up to date"
            self.stdout.write(f"{postgres.role_of(kind):<14} {note}")

    def _password(self, kind: str) -> str:
        """Give one role the password of its address; return what was done.

        Raises:
            CommandError: The address is of another role, or this is the embedded database.
        """
        given = databases.given(kind)
        if given is None:
            return f"no password: {databases.ADDRESSES[kind]} is not set"
        entry = env.database(given)
        if entry["USER"] != postgres.role_of(kind):
            raise CommandError(
                f"{databases.ADDRESSES[kind]} must log in as {postgres.role_of(kind)}."
            )
        if not entry["PASSWORD"] or settings.HAVEN_MODE != "service":
            return "no password: the address holds none, or this is a trial"
        database_roles.set_password(kind, scram.secret(str(entry["PASSWORD"])))
        return "has the password of its address"
