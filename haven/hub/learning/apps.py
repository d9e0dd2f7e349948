"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.learning"
    label = "learning"
    verbose_name = _("Learning")
