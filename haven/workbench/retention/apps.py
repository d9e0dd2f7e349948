"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.retention"
    label = "retention"
    verbose_name = _("Retention")
