"""Site: the app that holds start-up commands and checks.

In      Django's start
Out     the checks of checks.py registered; roles and policies applied after every migrate
Not     here: models; the site stores nothing of its own
"""

from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate


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
        from haven.site import checks, readers, walls  # noqa: F401  # importing registers

        scopes.register(cases=readers.cases, people=readers.people, ask_again=readers.ask_again)

        # Once for each migrate: every app with tables sends the signal, the last one is ours.
        last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
        post_migrate.connect(_migrated, sender=last, dispatch_uid="haven.roles")


def _migrated(**facts: object) -> None:
    """Bring roles, grants and policies up to date; emptying tables (flush) changes none."""
    from haven.site import database_roles

    if "plan" in facts:
        database_roles.apply()
