"""Migrate: Django's own command, with Wagtail's tables before ours.

In      as Django's command
Out     the same tables and the same rows of `django_migrations`
Why     Django makes the tables of the applications by their names, and for each step makes
        anew every model that is tied to the one it changes. Wagtail's 120 steps are tied to
        members, and so would be to all our tables if those came first: 97 s on two cores
        instead of 67
Not     here: anything when an application was named, or a plan asked for
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


class Command(migrate.Command):
    """Django's command; a bare `migrate` begins with Wagtail's applications."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate Wagtail's applications in silence, then everything as Django does."""
        alone = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")
        if not any(options[one] for one in alone):
            executor = MigrationExecutor(connections[options["database"]])
            ends = executor.loader.graph.leaf_nodes()
            executor.migrate([end for end in ends if end[0].startswith("wagtail")])
        super().handle(*args, **options)
