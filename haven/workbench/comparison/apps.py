"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComparisonConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.comparison"
    label = "comparison"
    verbose_name = _("Comparison")
