"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.catalogue"
    label = "catalogue"
    verbose_name = _("Catalogue")
