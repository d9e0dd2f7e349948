"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.exchange"
    label = "exchange"
    verbose_name = _("Exchange between hubs")
