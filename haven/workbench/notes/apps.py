"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotesConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.notes"
    label = "notes"
    verbose_name = _("Notes")
