"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.evidence"
    label = "evidence"
    verbose_name = _("Evidence")
