"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.cases"
    label = "cases"
    verbose_name = _("Cases")
