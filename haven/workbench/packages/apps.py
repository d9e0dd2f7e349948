"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PackagesConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.packages"
    label = "packages"
    verbose_name = _("Hand-over packages")
