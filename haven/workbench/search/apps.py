"""Django's name for this app, and what it waits for.

In      the words of the analysis that a brought picture was looked at, that templates were erased
Out     the search that waited for it goes on; candidates go with the templates
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
        """Go on with a search when its picture was looked at; forget what lost its ground."""
        from haven.workbench.analysis import face_templates, probing  # models load after the apps

        face_templates.erased.connect(_forget, dispatch_uid="haven.search.forget")
        probing.looked_at.connect(_go_on, dispatch_uid="haven.search.go_on")


def _go_on(probe_id: int, **_rest: Any) -> None:
    """Do the searches that waited for a brought picture."""
    from django.utils import timezone

    from haven.workbench.search import actions

    actions.go_on(probe_id, at=timezone.now())


def _forget(case_pk: int, **_rest: Any) -> None:
    """Erase candidates whose face templates were erased."""
    from haven.workbench.search import forgetting

    forgetting.begin(case_pk)
