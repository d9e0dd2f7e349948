"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FacetsConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.facets"
    label = "facets"
    verbose_name = _("Time and place")
