"""Migrate: Django's own command, quicker on an empty database.

In      as Django's command
Out     the same tables and the same rows of `django_migrations`
Why     a first start waits for it, and so does every test of the whole program
Not     here: how it is quicker (haven/site/growing.py); anything when an application was named,
        a plan asked for, or a migration applied before
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from haven.site.growing import GrowingExecutor


class Command(migrate.Command):
    """Django's command; a bare `migrate` of an empty database is made by ours first."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the tables in silence where there are none, then do everything as Django does."""
        alone = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")
        if not any(options[one] for one in alone):
            executor = GrowingExecutor(connections[options["database"]])
            if not executor.loader.applied_migrations:
                executor.migrate_everything()
        super().handle(*args, **options)
