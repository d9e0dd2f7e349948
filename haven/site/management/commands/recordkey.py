"""Print the public key of the record: `python -m haven.site recordkey`.

In      the newest checkpoint
Out     the key as whoever verifies an export needs it: name+short+base64
Fails   CommandError: nothing was signed yet
Why     a key that comes with the export proves little; one that was told before does
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.audit import queries


class Command(BaseCommand):
    """Print the key."""

    help = "Print the public key with which the record is signed."

    def handle(self, **options: Any) -> None:
        """Print the key."""
        newest = queries.checkpoints().first()
        if newest is None:
            raise CommandError("Nothing was signed yet. Start the keeper, then ask again.")
        self.stdout.write(newest.key)
