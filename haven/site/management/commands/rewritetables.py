"""Rewrite tables: `python -m haven.site rewritetables`, by the owner of the database.

In      cases, or face templates alone, that were erased since the last time
Out     the tables that held their face templates written anew, so that no page keeps old bytes
Fails   CommandError: this role of the database may not do it
Why     the worker tries it after each erasure; where its role may not, the owner has to
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.workbench.retention import erasing


class Command(BaseCommand):
    """Write the tables of face templates anew."""

    help = "Write the tables of face templates anew after something was erased."

    def handle(self, **_options: Any) -> None:
        """Rewrite."""
        if not erasing.is_rewriting_due():
            self.stdout.write("Nothing was erased since the last time.")
        elif erasing.rewrite_tables():
            self.stdout.write("The tables of face templates were written anew.")
        else:
            raise CommandError("this role may not write the tables anew; connect as their owner")
