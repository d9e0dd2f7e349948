"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuthorityConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.authority"
    label = "authority"
    verbose_name = _("Authority")
