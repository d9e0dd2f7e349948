"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.reports"
    label = "reports"
    verbose_name = _("Reports")
