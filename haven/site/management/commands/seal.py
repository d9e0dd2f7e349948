"""Seal: `python -m haven.site seal` seals what an earlier version left in the clear.

In      the data folder and the database
Out     the number of files that were sealed
Fails   CommandError: the master key cannot be had
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.site import sealing_up
from haven.workbench.cases.keys import WrapperTrouble


class Command(BaseCommand):
    """Seal files that lie in the clear."""

    requires_system_checks: list[str] = []  # one of them asks for what this does
    help = "Seal what an earlier version left in the clear. Stop site and workers first."

    def handle(self, **_options: Any) -> None:
        """Seal."""
        try:
            done = sealing_up.seal_up(self._progress)
        except WrapperTrouble as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done} files were sealed; nothing lies in the clear.")

    def _progress(self, done: int) -> None:
        """Show on a terminal how many are done."""
        if self.stdout.isatty():
            self.stdout.write(f"\r{done} files", ending="")
            self.stdout.flush()
