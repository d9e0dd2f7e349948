"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnboardingConfig(AppConfig):
    """Names the app."""

    name = "haven.workbench.onboarding"
    label = "onboarding"
    verbose_name = _("Practice")
