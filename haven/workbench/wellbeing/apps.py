"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WellbeingConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.wellbeing"
    label = "wellbeing"
    verbose_name = _("Wellbeing")

    def ready(self) -> None:
        """Keep from a member what the member asked not to see."""
        from haven.workbench.analysis import queries as analysis  # models load after the apps
        from haven.workbench.wellbeing import handing

        if handing.is_kept not in analysis.kept_from:
            analysis.kept_from.append(handing.is_kept)
