"""Backup: `python -m haven.site backup DIR` makes a backup of a running site.

In      a folder that is not there yet
Out     a whole backup in it, or nothing that looks like one
Fails   CommandError: one sentence
"""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.site.backups import erasures, folder, making
from haven.site.backups.folder import BackupTrouble
from haven.site.backups.telling import Telling
from haven.workbench.cases.wrapping import WrapperTrouble


class Command(BaseCommand):
    """Make a backup."""

    help = "Make a backup of database and sealed files. The master key is never in it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument("folder", type=Path, nargs="?", help="a new folder")
        parser.add_argument(
            "--strike",
            type=Path,
            action="append",
            default=[],
            metavar="BACKUP",
            help="take the keys of cases erased since out of an older backup; may be repeated",
        )
        parser.add_argument(
            "--destroyed", type=Path, metavar="FILE", help="only write the list of erasures"
        )

    def handle(self, **options: Any) -> None:
        """Make it."""
        if not options["folder"] and not options["strike"] and not options["destroyed"]:
            raise CommandError("name a folder for the backup")
        try:
            if options["destroyed"]:
                options["destroyed"].write_text(json.dumps(erasures.listed(), indent=1) + "\n")
            for older in options["strike"]:
                struck = making.strike(older.absolute(), erasures.listed())
                self.stdout.write(f"{struck} destroyed keys were taken out of an older backup.")
            if options["folder"]:
                digest = making.make(options["folder"].absolute(), Telling(self.stdout))
                self.stdout.write(f"The backup is whole. SHA-256 of its manifest: {digest}")
                if not (options["folder"] / folder.CHECKPOINTS).exists():
                    self.stdout.write(
                        "The checkpoints kept outside the database are not in it, as they are not "
                        "there or may not be read. Keep a copy of their file yourself."
                    )
        except (BackupTrouble, WrapperTrouble) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"the backup was not made: {error.strerror}") from error
