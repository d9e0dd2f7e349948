"""Django's name for this app, and what it waits for.

In      the words of the analysis that a brought picture was looked at, that templates were erased;
        its question which faces people decided about
Out     the search that waited for it goes on; candidates go with the templates; faces that a
        search found or began with
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
        # Models load after the apps.
        from haven.workbench.analysis import decided, face_templates, probing

        decided.ask_decided.connect(_searched, dispatch_uid="haven.search.searched")
        face_templates.erased.connect(_forget, dispatch_uid="haven.search.forget")
        probing.looked_at.connect(_go_on, dispatch_uid="haven.search.go_on")


def _go_on(probe_id: int, **_rest: Any) -> None:
    """Do the searches that waited for a brought picture."""
    from django.utils import timezone

    from haven.workbench.search import actions

    actions.go_on(probe_id, at=timezone.now())


def _searched(face_pks: list[int], **_rest: Any) -> set[int]:
    """Return the faces that candidates, and with them leads and decisions, stand on."""
    from haven.workbench.search import queries

    return queries.among(face_pks)


def _forget(case_pk: int, **_rest: Any) -> None:
    """Erase candidates whose face templates were erased."""
    from haven.workbench.search import forgetting

    forgetting.begin(case_pk)
