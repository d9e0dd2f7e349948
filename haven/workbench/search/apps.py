"""Django's name for this app, and what it waits for.

In      the word of the analysis that a brought picture was looked at
Out     the search that waited for it goes on
"""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        """Go on with a search when its picture was looked at."""
        from haven.workbench.analysis import probing  # models load after the apps

        probing.looked_at.connect(_go_on, dispatch_uid="haven.search.go_on")


def _go_on(probe_id: int, **_rest: Any) -> None:
    """Do the searches that waited for a brought picture."""
    from django.utils import timezone

    from haven.workbench.search import actions

    actions.go_on(probe_id, at=timezone.now())
