"""Django's name for this app, and what it waits for.

In      the word of the ledger that a look has ended
Out     the end of a reveal on the record, in the same transaction
"""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RevealsConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.reveals"
    label = "reveals"
    verbose_name = _("Reveals")

    def ready(self) -> None:
        """Record the end of what was revealed, however it ended."""
        from haven.workbench.wellbeing import actions as wellbeing  # models load after the apps

        wellbeing.ended.connect(_record_end, dispatch_uid="haven.reveals.record_end")


def _record_end(exposure: Any, **_rest: Any) -> None:
    """Put the end of a look on the record."""
    from haven.workbench.reveals import actions

    actions.record_end(exposure)
