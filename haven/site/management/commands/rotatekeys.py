"""Rotate keys: `python -m haven.site rotatekeys` wraps the keys of all cases again.

In      the file of master keys, or the keeper that HAVEN_KEY_WRAPPER names
Out     every case's key, and every agency's keys for handing over and of its lists, wrapped by
        the present master key; the files stay as they are
Fails   CommandError: a master key cannot be had; those done so far stay done
Why     a master key that may be known to somebody else must lose its worth, and soon
Not     here: destroying old copies of the database, whose keys the old master key still opens
"""

import argparse
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from haven.audit.actions import record
from haven.workbench.cases import keys, wrapping
from haven.workbench.known import actions as lists
from haven.workbench.packages import partner_actions as identities


class Command(BaseCommand):
    """Wrap the keys of all cases by the present master key."""

    help = "Make a new master key and wrap the keys of all cases by it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the words of the command."""
        parser.add_argument(
            "--no-new-key", action="store_true", help="wrap by the present one; after a break"
        )
        parser.add_argument(
            "--forget-old",
            action="store_true",
            help="remove master keys from the file that wrap nothing in this database; "
            "backups made before can then be restored only with a copy of the file",
        )

    def handle(self, **options: Any) -> None:
        """Rotate."""
        is_file = settings.HAVEN_KEY_WRAPPER == wrapping.FILE_WRAPPER
        if options["forget_old"] and not is_file:
            raise CommandError("the master keys are not in a file; forget them at their keeper")
        try:
            if is_file and not options["no_new_key"]:
                self._add_master_key()
            wrapped = (keys.rewrap(), identities.rewrap(), lists.rewrap())
            done, count = map(sum, zip(*wrapped, strict=True))
            if options["forget_old"]:
                self._forget_old()
            with transaction.atomic():
                record("key.rotate", actor=None, n_wrapped=done, n_keys=count)
        except (wrapping.WrapperTrouble, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done} of {count} keys were wrapped again.")

    def _add_master_key(self) -> None:
        """Put a new master key first in the file."""
        place = wrapping.master_key_file()
        old = wrapping.read_master_keys(place)
        new = secrets.token_bytes(wrapping.MASTER_BYTES)
        wrapping.write_master_keys(place, [new, *old])
        wrapping.forget_wrapper()
        self.stdout.write("A new master key stands first. Restart site and workers.")

    def _forget_old(self) -> None:
        """Remove master keys that wrap nothing here."""
        place = wrapping.master_key_file()
        known, in_use = (
            wrapping.read_master_keys(place),
            keys.masters() | identities.masters() | lists.masters(),
        )
        kept = [
            key
            for number, key in enumerate(known)
            if number == 0 or wrapping.master_id(key) in in_use
        ]
        wrapping.write_master_keys(place, kept)
        wrapping.forget_wrapper()
        self.stdout.write(f"{len(known) - len(kept)} old master keys were removed.")
