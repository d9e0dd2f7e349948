"""Django's name for this app, and what it shows on the page of a tool."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExperienceConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.experience"
    label = "experience"
    verbose_name = _("Reports of experience")

    def ready(self) -> None:
        """Have reports and questions shown on the page of every tool."""
        from haven.hub.catalogue import beside
        from haven.hub.experience import describing

        beside.register(
            "experience/_on_tool.html",
            describing.on_tool,
            place=10,
            stylesheet="experience/experience.css",
        )
