"""Django's name for this app, and what it answers.

In      the questions of the analysis: who is kept apart, which faces were decided about
Out     the answers of rules.py
"""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Tell the analysis what people decided, whenever it asks."""
        from haven.workbench.analysis import decided  # models load after the apps

        decided.ask_apart.connect(_apart, dispatch_uid="haven.people.apart")
        decided.ask_decided.connect(_decided, dispatch_uid="haven.people.decided")


def _apart(case_pk: int, **_rest: Any) -> set[tuple[int, int]]:
    """Return pairs of faces that are not one person."""
    from haven.workbench.people import rules

    return rules.pairs(case_pk)


def _decided(face_pks: list[int], **_rest: Any) -> set[int]:
    """Return the faces that somebody decided about."""
    from haven.workbench.people import rules

    return rules.spoken_for(face_pks)
