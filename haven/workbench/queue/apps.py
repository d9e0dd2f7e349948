"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueueConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.queue"
    label = "queue"
    verbose_name = _("Working through")
