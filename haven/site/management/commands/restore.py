"""Restore: `python -m haven.site restore DIR` puts a backup onto an empty site.

In      a whole backup, the master key, an empty database and data folder
Out     the site as it was, without what was erased since and is on a list
Fails   CommandError: one sentence; nothing was written unless it says so
"""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.site.backups import restoring
from haven.site.backups.folder import BackupTrouble
from haven.site.backups.telling import Telling


class Command(BaseCommand):
    """Restore a backup."""

    help = "Restore a backup onto an empty database and an empty data folder."
    requires_system_checks: list[str] = []  # some of them ask for what this brings

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument("folder", type=Path, help="of the backup")
        parser.add_argument(
            "--destroyed",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a later list of erasures (keys/destroyed.json); may be repeated",
        )

    def handle(self, **options: Any) -> None:
        """Restore it."""
        try:
            told = restoring.restore(
                options["folder"].absolute(), options["destroyed"], Telling(self.stdout)
            )
        except BackupTrouble as error:
            raise CommandError(str(error)) from error
        for sentence in told:
            self.stdout.write(sentence)
