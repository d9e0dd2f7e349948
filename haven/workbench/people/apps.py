"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.people"
    label = "people"
    verbose_name = _("People")
