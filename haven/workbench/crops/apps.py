"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CropsConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.crops"
    label = "crops"
    verbose_name = _("Objects to publish")
