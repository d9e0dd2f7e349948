"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WellbeingConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.wellbeing"
    label = "wellbeing"
    verbose_name = _("Wellbeing")
