"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.community"
    label = "community"
    verbose_name = _("Colleagues")
