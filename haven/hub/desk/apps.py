"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Names the app; says who may edit before Wagtail asks."""

    name = "haven.hub.desk"
    label = "desk"
    verbose_name = _("Editors' desk")

    def ready(self) -> None:
        """Have Wagtail ask our roles about pages."""
        from haven.hub.desk import permissions

        permissions.register()
