"""wagtail-localize as Haven uses it: its tables of sentences, and none of its pages.

In      Wagtail, which looks into each app for hooks
Out     an app that has models and migrations, and no hooks
Why     its hooks put another editor over the desk, with scripts inside the page that our policy
        of content refuses, menus to addresses that are closed here, and pictures
Not     here: what the tables are filled with (guidance/sentences.py)
"""

from __future__ import annotations

from types import ModuleType

from wagtail_localize.apps import WagtailLocalizeAppConfig


class SentencesAlone(WagtailLocalizeAppConfig):
    """Has tables of sentences; Wagtail finds no hooks in it."""

    def ready(self) -> None:
        """Show a module without parts to whoever looks for hooks from now on."""
        super().ready()
        self.module = ModuleType(self.name)
