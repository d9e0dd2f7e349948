"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CurationConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.curation"
    label = "curation"
    verbose_name = _("Curators' desk")
