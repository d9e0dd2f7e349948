"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecisionsConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.decisions"
    label = "decisions"
    verbose_name = _("Decisions")
