"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.portal"
    label = "portal"
    verbose_name = _("Makers' portal")
