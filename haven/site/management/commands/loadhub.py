"""Load what the Hub opens with: `python -m haven.site loadhub`.

In      the content files that came with this version
Out     tools, bodies to turn to and pages, of which an editor's work is left alone
Fails   CommandError: a file does not fit; nothing of its part is loaded then
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haven.hub.catalogue.seed import BadSeed
from haven.hub.guidance.loading import BadContent
from haven.site import hub


class Command(BaseCommand):
    """Load it."""

    help = "Load the tools, bodies and pages with which the Hub opens."

    def handle(self, **options: Any) -> None:
        """Load, and say what was done."""
        try:
            self.stdout.write(hub.load())
        except (BadSeed, BadContent) as error:
            raise CommandError(str(error)) from error
