"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TokensConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.tokens"
    label = "tokens"
    verbose_name = _("Tokens")
