"""Django's name for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    """Names the app."""

    name = "haven.hub.assessment"
    label = "assessment"
    verbose_name = _("Assessments")
