"""Site: the app that holds start-up commands and checks.

In      Django's start
Out     the checks of checks.py registered
Not     here: models; the site stores nothing of its own
"""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class SiteConfig(AppConfig):
    """The place that knows every other app."""

    name = "haven.site"
    label = "site"

    def ready(self) -> None:
        """Register the checks; make the folder for uploads on their way in."""
        incoming = settings.FILE_UPLOAD_TEMP_DIR
        if incoming is not None:
            Path(incoming).mkdir(mode=0o700, exist_ok=True)
        from haven.audit import scopes
        from haven.site import checks, readers  # noqa: F401  # importing registers

        scopes.register(cases=readers.cases, people=readers.people, ask_again=readers.ask_again)
