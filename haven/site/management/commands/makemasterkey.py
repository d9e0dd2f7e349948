"""Make a master key: `python -m haven.site makemasterkey FILE`, before the first start in service.

In      where the file is to lie, outside the data folder
Out     a file with one new master key, mode 0600; its id on the console
Fails   CommandError: there is a file already, or it cannot be written
"""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.workbench.cases import wrapping


class Command(BaseCommand):
    """Make a file of master keys."""

    help = "Make a file with a new master key. Keep a copy of it apart from every backup."
    requires_system_checks: list[str] = []  # the checks ask for the file that this makes

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument("file", type=Path, help="outside the data folder")

    def handle(self, **options: Any) -> None:
        """Make the key."""
        try:
            made = wrapping.make_master_key(options["file"].absolute())
        except FileExistsError as error:
            raise CommandError("there is a file of that name; it was left as it is") from error
        except OSError as error:
            raise CommandError(f"the file cannot be written: {error.strerror}") from error
        self.stdout.write(f"Made master key {made}. Keep a copy apart from every backup.")
