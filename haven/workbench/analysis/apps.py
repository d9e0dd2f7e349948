"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.analysis"
    label = "analysis"
    verbose_name = _("Analysis")
