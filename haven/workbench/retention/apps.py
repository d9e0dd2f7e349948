"""Django's name for this app, and what it waits for.

In      the word of the analysis that face templates were erased
Out     a job that writes their tables anew
"""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.retention"
    label = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        """Have tables written anew when templates were erased."""
        from haven.workbench.analysis import face_templates  # models load after the apps

        face_templates.erased.connect(_rewrite, dispatch_uid="haven.retention.rewrite")


def _rewrite(**_said: Any) -> None:
    """Queue the writing."""
    from haven.workbench.retention import actions

    actions.queue_rewriting()
