"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.base"
    label = "hub"
    verbose_name = _("Hub")
