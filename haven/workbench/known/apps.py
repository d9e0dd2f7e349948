"""Django's name for this app, and what it tells the analysis.

In      the word that items came
Out     they are looked up; contents that a list of known good files has need no look
"""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnownConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.known"
    label = "known"
    verbose_name = _("Known files")

    def ready(self) -> None:
        """Join the analysis."""
        from haven.workbench.analysis import hooks
        from haven.workbench.known import looking  # models load after the apps

        hooks.known_good.append(looking.known_good)
        hooks.items_came.connect(_look_up, dispatch_uid="haven.known.look_up")


def _look_up(*, case_pk: int, **_rest: Any) -> None:
    """Have the items of a case looked up."""
    from haven.workbench.known import actions

    actions.look_up_case(case_pk)
