"""Ask the addresses of the catalogue's sources: `python -m haven.site checksources`.

In      the catalogue; HAVEN_SOURCE_CHECKS, which an administrator sets
Out     what each address answered, for the curators' desk
Fails   CommandError: the checks are off, and no request was made
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from haven.hub.curation import checking


class Command(BaseCommand):
    """Ask them."""

    help = "Ask the addresses of the catalogue's sources whether they answer."

    def handle(self, **options: Any) -> None:
        """Ask each once, and say how many did not answer."""
        try:
            n_asked, n_failed = checking.check_all(at=timezone.now())
        except checking.ChecksAreOff as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{n_asked} addresses asked, {n_failed} did not answer")
