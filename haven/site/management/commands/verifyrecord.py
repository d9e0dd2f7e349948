"""Verify the record in the database: `python -m haven.site verifyrecord`.

In      the database; the file of checkpoints kept outside it; the key as you know it
Out     what was verified, and a sentence for everything that is wrong; an entry about it
Fails   CommandError and exit code 1: something is wrong
Why     the agency notices a change itself, before a court does
"""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from haven.audit import actions, keeper
from haven.cli.verify_record import Broken


class Command(BaseCommand):
    """Verify and say what was found."""

    help = "Verify the record in the database against its checkpoints."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument("--key", default="", help="the signer's key as you know it")

    def handle(self, **options: Any) -> None:
        """Verify the record."""
        kept = keeper.kept(settings.HAVEN_RECORD_CHECKPOINTS)
        try:
            checker = actions.verify(kept, key=options["key"], at=timezone.now())
        except Broken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{checker.entries} entries, {len(checker.checkpoints)} checkpoints, "
            f"{checker.unsigned} entries not signed yet, names erased beside {checker.erased}"
        )
        for sentence in checker.findings:
            self.stderr.write(f"WRONG: {sentence}")
        if checker.findings:
            raise CommandError("The record is not what was signed. See docs/operations.md.")
        self.stdout.write("Verified: nothing was changed.")
