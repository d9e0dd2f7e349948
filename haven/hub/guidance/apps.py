"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuidanceConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.guidance"
    label = "guidance"
    verbose_name = _("Guidance")
