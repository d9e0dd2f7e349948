"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FindingConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.finding"
    label = "finding"
    verbose_name = _("Finding")
